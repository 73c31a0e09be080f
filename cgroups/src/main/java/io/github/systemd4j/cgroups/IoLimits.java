package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.Levels.Place;
import io.github.systemd4j.cgroups.Limit.Absent;
import io.github.systemd4j.cgroups.Limit.Change;
import io.github.systemd4j.cgroups.Limit.IoMax;
import io.github.systemd4j.cgroups.Limit.Limited;
import io.github.systemd4j.cgroups.Limit.Unlimited;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Limits of block devices. */
final class IoLimits {

    private static final String V2 = "io.max";

    /** The keys of v2, and beside each the file of v1. */
    private static final String[][] KEYS = {
        {"rbps", "blkio.throttle.read_bps_device"},
        {"wbps", "blkio.throttle.write_bps_device"},
        {"riops", "blkio.throttle.read_iops_device"},
        {"wiops", "blkio.throttle.write_iops_device"},
    };

    private IoLimits() {}

    static void require(IoMax max) {
        int colon = max.device().indexOf(':');
        if (!isNumber(max.device().substring(0, Math.max(colon, 0)))
                || !isNumber(max.device().substring(colon + 1))) {
            throw new IllegalArgumentException("max: device \"" + max.device() + "\" must be such as 8:0");
        }
        for (OptionalLong value : values(max)) {
            if (value.isPresent() && value.getAsLong() <= 0) {
                throw new IllegalArgumentException(
                        "max: " + value.getAsLong() + " must be positive, or empty for none");
            }
        }
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static List<OptionalLong> values(IoMax max) {
        return List.of(max.readBytes(), max.writeBytes(), max.reads(), max.writes());
    }

    static Limit<List<IoMax>> read(Place place) throws CgroupException {
        Path file = place.file(place.isV1() ? KEYS[0][1] : V2);
        Map<String, Map<String, Long>> devices = place.isV1() ? readV1(place) : Values.nested(ControlFile.read(file));
        List<IoMax> limits = new ArrayList<>();
        devices.forEach((device, line) -> limits.add(new IoMax(
                device, value(line, "rbps"), value(line, "wbps"), value(line, "riops"), value(line, "wiops"))));
        return limits.isEmpty() ? new Unlimited<>(file) : new Limited<>(List.copyOf(limits), file);
    }

    private static Map<String, Map<String, Long>> readV1(Place place) throws CgroupException {
        Map<String, Map<String, Long>> devices = new LinkedHashMap<>();
        for (String[] key : KEYS) {
            Values.flat(ControlFile.read(place.file(key[1])))
                    .forEach((device, value) -> devices.computeIfAbsent(device, unused -> new LinkedHashMap<>())
                            .put(key[0], value));
        }
        return devices;
    }

    private static OptionalLong value(Map<String, Long> line, String key) {
        long value = line.getOrDefault(key, Long.MAX_VALUE);
        return value == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(value);
    }

    static Change<IoMax> write(Place place, IoMax max) throws CgroupException {
        if (place.isV1()) {
            writeV1(place, max);
        } else {
            writeV2(place, max);
        }
        Path file = place.file(place.isV1() ? KEYS[0][1] : V2);
        return new Change<>(new Limited<>(max, file), of(max.device(), read(place), file));
    }

    private static void writeV2(Place place, IoMax max) throws CgroupException {
        List<OptionalLong> values = values(max);
        StringBuilder line = new StringBuilder(max.device());
        for (int i = 0; i < KEYS.length; i++) {
            OptionalLong value = values.get(i);
            line.append(' ').append(KEYS[i][0]).append('=');
            line.append(value.isPresent() ? Long.toString(value.getAsLong()) : "max");
        }
        ControlFile.write(place.file(V2), line.toString());
    }

    /** All four or none; 0 is no limit. */
    private static void writeV1(Place place, IoMax max) throws CgroupException {
        Map<String, Long> before = readV1(place).getOrDefault(max.device(), Map.of());
        List<OptionalLong> values = values(max);
        int written = 0;
        try {
            for (String[] key : KEYS) {
                ControlFile.write(
                        place.file(key[1]),
                        max.device() + " " + values.get(written).orElse(0));
                written++;
            }
        } catch (CgroupException e) {
            while (written-- > 0) {
                String[] key = KEYS[written];
                ControlFile.restore(place.file(key[1]), max.device() + " " + before.getOrDefault(key[0], 0L), e);
            }
            throw e;
        }
    }

    /** What a device has now; without any limit it is not in the list. */
    private static Limit<IoMax> of(String device, Limit<List<IoMax>> all, Path file) {
        if (all instanceof Absent<List<IoMax>> absent) {
            return new Absent<>(absent.message(), absent.errno());
        }
        OptionalLong none = OptionalLong.empty();
        IoMax actual = new IoMax(device, none, none, none, none);
        for (IoMax one : all.value().orElse(List.of())) {
            actual = one.device().equals(device) ? one : actual;
        }
        return new Limited<>(actual, file);
    }
}
