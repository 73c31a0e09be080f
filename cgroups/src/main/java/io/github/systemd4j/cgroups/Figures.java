package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.Levels.Place;
import io.github.systemd4j.cgroups.Statistics.Cpu;
import io.github.systemd4j.cgroups.Statistics.Memory;
import io.github.systemd4j.cgroups.Statistics.Pids;
import io.github.systemd4j.cgroups.Statistics.Pressure;
import io.github.systemd4j.cgroups.Statistics.Stall;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** Reads {@link Statistics}; of one use, and so not thread safe. */
final class Figures {

    /** USER_HZ, in which cpuacct.stat counts, is 100 on every architecture that there is a JDK for. */
    private static final long USEC_OF_A_TICK = 10_000;

    private final Levels levels;
    private final Map<String, String> problems = new LinkedHashMap<>();

    Figures(Levels levels) {
        this.levels = levels;
    }

    Statistics read() {
        return new Statistics(cpu(), memory(), pids(), io(), problems);
    }

    private @Nullable Place place(String controller) {
        try {
            return levels.place(controller);
        } catch (CgroupException e) {
            problems.put(controller, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private String text(Place place, String file) {
        try {
            return ControlFile.read(place.file(file));
        } catch (CgroupException e) {
            problems.put(file, String.valueOf(e.getMessage()));
            return "";
        }
    }

    private OptionalLong number(Place place, String file) {
        try {
            return OptionalLong.of(ControlFile.number(place.file(file)));
        } catch (CgroupException e) {
            problems.put(file, String.valueOf(e.getMessage()));
            return OptionalLong.empty();
        }
    }

    private Cpu cpu() {
        Place cpu = place("cpu");
        if (cpu != null && !cpu.isV1()) {
            return new Cpu(Values.flat(text(cpu, "cpu.stat")));
        }
        Map<String, Long> figures = new LinkedHashMap<>();
        Place accounts = place("cpuacct");
        if (accounts != null && accounts.isV1()) {
            number(accounts, "cpuacct.usage").ifPresent(nanos -> figures.put("usage_usec", nanos / 1000));
            Map<String, Long> ticks = Values.flat(text(accounts, "cpuacct.stat"));
            ticks.forEach((mode, count) -> figures.put(mode + "_usec", count * USEC_OF_A_TICK));
        }
        if (cpu != null) {
            Values.flat(text(cpu, "cpu.stat")).forEach((key, value) -> {
                boolean nanos = key.endsWith("_time"); // throttled_time, burst_time
                String name = nanos ? key.substring(0, key.length() - "time".length()) + "usec" : key;
                figures.put(name, nanos ? value / 1000 : value);
            });
        }
        return new Cpu(figures.isEmpty() ? ofUnified() : figures);
    }

    /** The time that was used is counted there even where the controller is elsewhere. */
    private Map<String, Long> ofUnified() {
        Place unified = place(Cgroups.UNIFIED);
        return unified == null ? Map.of() : Values.flat(text(unified, "cpu.stat"));
    }

    private Memory memory() {
        Place place = place("memory");
        if (place == null) {
            OptionalLong unknown = OptionalLong.empty();
            return new Memory(unknown, unknown, unknown, Map.of(), Map.of());
        }
        if (place.isV1()) {
            return memoryOfV1(place);
        }
        return new Memory(
                number(place, "memory.current"),
                number(place, "memory.peak"),
                number(place, "memory.swap.current"),
                Values.flat(text(place, "memory.stat")),
                Values.flat(text(place, "memory.events")));
    }

    private Memory memoryOfV1(Place place) {
        Map<String, Long> events = new LinkedHashMap<>();
        OptionalLong hits = number(place, "memory.failcnt");
        if (hits.isPresent()) {
            long both = place.has("memory.memsw.failcnt") // of the limit of both, if that was met first
                    ? number(place, "memory.memsw.failcnt").orElse(0)
                    : 0;
            events.put("max", hits.getAsLong() + both);
        }
        Long kills = Values.flat(text(place, "memory.oom_control")).get("oom_kill");
        if (kills != null) {
            events.put("oom_kill", kills);
        }
        Map<String, Long> figures = Values.flat(text(place, "memory.stat"));
        Long swap = figures.getOrDefault("total_swap", figures.get("swap"));
        return new Memory(
                number(place, "memory.usage_in_bytes"),
                number(place, "memory.max_usage_in_bytes"),
                swap == null ? OptionalLong.empty() : OptionalLong.of(swap),
                figures,
                events);
    }

    private Pids pids() {
        Place place = place("pids");
        return place == null
                ? new Pids(OptionalLong.empty(), OptionalLong.empty(), Map.of())
                : new Pids(
                        number(place, "pids.current"),
                        number(place, "pids.peak"),
                        Values.flat(text(place, "pids.events")));
    }

    private Map<String, Map<String, Long>> io() {
        Place place = place("blkio");
        if (place == null) {
            return Map.of();
        }
        if (!place.isV1()) {
            return Values.nested(text(place, "io.stat"));
        }
        Map<String, Map<String, Long>> devices = new LinkedHashMap<>();
        addOfV1(devices, text(place, "blkio.throttle.io_service_bytes_recursive"), "bytes");
        addOfV1(devices, text(place, "blkio.throttle.io_serviced_recursive"), "ios");
        return devices;
    }

    /** {@code 8:0 Read 4096} is rbytes=4096. */
    private static void addOfV1(Map<String, Map<String, Long>> devices, String text, String unit) {
        for (StringTokenizer lines = new StringTokenizer(text, "\n"); lines.hasMoreTokens(); ) {
            String line = lines.nextToken();
            List<String> words = Values.words(line);
            String letter = words.size() != 3
                    ? ""
                    : switch (words.get(1)) {
                        case "Read", "Write", "Discard" ->
                            words.get(1).substring(0, 1).toLowerCase(Locale.ROOT);
                        default -> ""; // Sync, Async and Total count the same again
                    };
            if (!letter.isEmpty()) {
                Values.flat(line)
                        .values()
                        .forEach(value -> devices.computeIfAbsent(words.get(0), device -> new LinkedHashMap<>())
                                .put(letter + unit, value));
            }
        }
    }

    /** Pressure of a group of the unified hierarchy, if there is one. */
    static Pressure pressure(Resolution unified, String resource) {
        requireResource(resource);
        return unified instanceof Resolution.Absent absent
                ? new Pressure(Optional.empty(), Optional.empty(), Optional.of(absent.message()))
                : pressure(((Resolution.Found) unified).directory().resolve(resource + ".pressure"));
    }

    static void requireResource(String resource) {
        if (resource.isEmpty() || !resource.chars().allMatch(c -> c >= 'a' && c <= 'z')) {
            throw new IllegalArgumentException("resource: \"" + resource + "\" is not one such as memory");
        }
    }

    /** Pressure of a file, which need not be there. */
    static Pressure pressure(Path file) {
        String text;
        try {
            text = ControlFile.read(file);
        } catch (CgroupException e) {
            return new Pressure(Optional.empty(), Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
        }
        Optional<Stall> some = Optional.empty();
        Optional<Stall> full = Optional.empty();
        for (StringTokenizer lines = new StringTokenizer(text, "\n"); lines.hasMoreTokens(); ) {
            List<String> words = Values.words(lines.nextToken());
            switch (Values.word(words, 0)) {
                case "some" -> some = Optional.of(stall(words.subList(1, words.size())));
                case "full" -> full = Optional.of(stall(words.subList(1, words.size())));
                default -> {
                    continue; // a kernel to come may have others
                }
            }
        }
        return new Pressure(some, full, some.isEmpty() ? Optional.of(file + ": has no figures") : Optional.empty());
    }

    private static Stall stall(List<String> words) {
        Map<String, Double> known = new LinkedHashMap<>();
        List<String> others = new ArrayList<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            String key = word.substring(0, Math.max(equals, 0));
            boolean isKnown = List.of("avg10", "avg60", "avg300", "total").contains(key);
            try {
                if (isKnown) {
                    known.put(key, Double.valueOf(word.substring(equals + 1)));
                } else {
                    others.add(word);
                }
            } catch (NumberFormatException e) {
                others.add(word);
            }
        }
        return new Stall(
                known.getOrDefault("avg10", 0.0),
                known.getOrDefault("avg60", 0.0),
                known.getOrDefault("avg300", 0.0),
                known.getOrDefault("total", 0.0).longValue(),
                others);
    }
}
