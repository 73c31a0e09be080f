package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Levels.Place;
import io.github.systemd4j.cgroups.Limit.Change;
import io.github.systemd4j.cgroups.Limit.Limited;
import io.github.systemd4j.cgroups.Limit.Unlimited;
import io.github.systemd4j.cgroups.Limits.Knob;
import java.nio.file.Path;

/** A limit that is one number, in one control group. */
final class Numbers {

    /** No limit. */
    private static final long NONE = Long.MAX_VALUE;

    private static final String V1_MEMORY = "memory.limit_in_bytes";

    private final Knob knob;
    private final Place place;
    private final Path file;

    private Numbers(Knob knob, Place place, String file) {
        this.knob = knob;
        this.place = place;
        this.file = place.file(file);
    }

    static Numbers of(Knob knob, Place place) throws CgroupException {
        String name = place.isV1() ? knob.fileOfV1 : knob.file;
        if (name == null) {
            throw new CgroupException(
                    "open", place.file(knob.file).toString(), Errno.EOPNOTSUPP, "cgroup v1 has no " + knob.file);
        }
        if (knob == Knob.IO_WEIGHT && !place.has(name)) {
            String other = place.isV1() ? "blkio.weight" : "io.bfq.weight";
            name = place.has(other) ? other : name;
        }
        return new Numbers(knob, place, name);
    }

    Limit<Long> read() throws CgroupException {
        return switch (knob) {
            case CPU_WEIGHT -> {
                long number = ControlFile.number(file);
                yield answer(place.isV1() ? Weights.ofShares(number) : number);
            }
            case IO_WEIGHT -> answer(ioWeight());
            case MEMORY_SWAP_MAX -> place.isV1() ? swapOfV1() : answer(ControlFile.limit(file));
            default -> answer(ControlFile.limit(file));
        };
    }

    private Limit<Long> answer(long amount) {
        return amount == NONE ? new Unlimited<>(file) : new Limited<>(amount, file);
    }

    private boolean isFile(String name) {
        return file.endsWith(name);
    }

    private long ioWeight() throws CgroupException {
        String text = ControlFile.read(file);
        Long weight = Values.flat(text).get("default");
        long number = weight == null ? Values.number(file, text.strip()) : weight;
        if (isFile("blkio.weight")) {
            return Weights.ofBlkio(number);
        }
        return isFile("io.weight") ? number : Weights.ofBfq(number);
    }

    private Limit<Long> swapOfV1() throws CgroupException {
        long both = ControlFile.limit(file);
        long memory = ControlFile.limit(place.file(V1_MEMORY));
        return answer(both == NONE || memory == NONE ? NONE : both - memory);
    }

    Change<Long> write(long amount) throws CgroupException {
        switch (knob) {
            case CPU_WEIGHT -> put(file, place.isV1() ? Weights.shares(amount) : amount);
            case IO_WEIGHT -> put(file, ioWeight(amount));
            case MEMORY_MAX -> putMemory(amount);
            case MEMORY_SWAP_MAX -> putSwap(amount);
            default -> put(file, amount);
        }
        return new Change<>(answer(amount), read());
    }

    private long ioWeight(long weight) {
        if (isFile("blkio.weight")) {
            return Weights.blkio(weight);
        }
        return isFile("io.weight") ? weight : Weights.bfq(weight);
    }

    private void put(Path to, long amount) throws CgroupException {
        boolean memoryOfV1 = place.isV1() && knob.controller.equals("memory");
        String none = memoryOfV1 ? "-1" : "max";
        ControlFile.write(to, amount == NONE ? none : Long.toString(amount));
    }

    /** In v1 the limit of both together may at no time be less than that of memory, so the order depends. */
    private void putMemory(long amount) throws CgroupException {
        Path memsw = place.file("memory.memsw.limit_in_bytes");
        if (!place.isV1() || !place.has("memory.memsw.limit_in_bytes")) {
            put(file, amount);
            return;
        }
        long memory = ControlFile.limit(file);
        long both = ControlFile.limit(memsw);
        long newBoth = both == NONE ? NONE : plus(amount, both - memory);
        if (newBoth == both) {
            put(file, amount);
        } else if (newBoth > both) {
            putBoth(memsw, newBoth, both, file, amount);
        } else {
            putBoth(file, amount, memory, memsw, newBoth);
        }
    }

    /** All or nothing. */
    private void putBoth(Path first, long amount, long before, Path second, long other) throws CgroupException {
        put(first, amount);
        try {
            put(second, other);
        } catch (CgroupException e) {
            try {
                put(first, before);
            } catch (CgroupException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private void putSwap(long amount) throws CgroupException {
        if (!place.isV1()) {
            put(file, amount);
            return;
        }
        long memory = ControlFile.limit(place.file(V1_MEMORY));
        if (memory == NONE && amount != NONE) {
            throw new CgroupException(
                    "write",
                    file.toString(),
                    Errno.EINVAL,
                    "cgroup v1 limits memory and swap together: set MEMORY_MAX first");
        }
        put(file, plus(memory, amount));
    }

    private static long plus(long one, long other) {
        return one > NONE - other ? NONE : one + other;
    }
}
