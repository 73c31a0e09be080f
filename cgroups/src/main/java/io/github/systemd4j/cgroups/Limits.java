package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Limit.Absent;
import io.github.systemd4j.cgroups.Limit.Change;
import io.github.systemd4j.cgroups.Limit.Effective;
import io.github.systemd4j.cgroups.Limit.IoMax;
import io.github.systemd4j.cgroups.Limit.Quota;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a control group: what its files say, which level of its ancestors binds, and how to change them.
 *
 * <pre>{@code
 * Limits limits = cgroups.limits(cgroups.self());
 * Limit.Effective<Long> memory = limits.effective(Limits.Knob.MEMORY_MAX);
 * memory.limit().value();   // bytes
 * memory.binding();         // which level says so
 * }</pre>
 *
 * <p>Names are those of v2, and the same questions are answered for v1, in v2's units; what v1 lacks is {@link Absent}
 * and says so. Nothing is remembered: each question reads the files. See the kernel's
 * {@code Documentation/admin-guide/cgroup-v2.rst} and {@code cgroup-v1/}.
 *
 * <p>Write to groups that are ours alone: below a unit with {@code Delegate=yes}. systemd writes the files of a unit's own
 * group whenever it likes. Each write is read back, and the {@link Change} has what the kernel made of it.
 *
 * <p>Thread safe. Two writers of the same group at once leave it to chance who wins.
 */
public final class Limits {

    /** A limit that is one number. */
    public enum Knob {
        /** Bytes of memory; above them, processes are killed. {@code memory.limit_in_bytes} in v1. */
        MEMORY_MAX("memory", "memory.max", "memory.limit_in_bytes", true),
        /** Bytes of memory; above them, processes are slowed down while memory is taken back. Not in v1. */
        MEMORY_HIGH("memory", "memory.high", null, true),
        /** Bytes of memory that are taken back only if there is nothing else. Not in v1. */
        MEMORY_LOW("memory", "memory.low", null, false),
        /** Bytes of memory that are never taken back. Not in v1. */
        MEMORY_MIN("memory", "memory.min", null, false),
        /**
         * Bytes of swap. v1 limits memory and swap together, by {@code memory.memsw.limit_in_bytes}: there it is the
         * difference, and needs {@link #MEMORY_MAX} to be set.
         */
        MEMORY_SWAP_MAX("memory", "memory.swap.max", "memory.memsw.limit_in_bytes", true),
        /** Processes and threads. Above them, fork(2) and clone(2) fail with EAGAIN. */
        PIDS_MAX("pids", "pids.max", "pids.max", true),
        /** The share of the CPUs beside the siblings, 1 to 10,000, usually 100. {@code cpu.shares} in v1, converted. */
        CPU_WEIGHT("cpu", "cpu.weight", "cpu.shares", false),
        /**
         * The share of input and output beside the siblings, 1 to 10,000, usually 100; {@code io.bfq.weight}
         * where there is no other. {@code blkio.bfq.weight} or {@code blkio.weight} in v1, converted.
         */
        IO_WEIGHT("blkio", "io.weight", "blkio.bfq.weight", false);

        /** The controller in v1; on a system without v1 it stands for the unified hierarchy. */
        final String controller;

        /** Its file in v2. */
        final String file;

        final @Nullable String fileOfV1;
        final boolean tightestWins;

        Knob(String controller, String file, @Nullable String fileOfV1, boolean tightestWins) {
            this.controller = controller;
            this.file = file;
            this.fileOfV1 = fileOfV1;
            this.tightestWins = tightestWins;
        }

        boolean isWeight() {
            return this == CPU_WEIGHT || this == IO_WEIGHT;
        }
    }

    /** What a cpuset(7) limits. */
    public enum Cpuset {
        /** The numbers of CPUs. */
        CPUS,
        /** The numbers of memory nodes. */
        MEMS;

        /** As in the names of files. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Levels levels;

    /** Limits where a resolver leads, which is asked anew each time. */
    Limits(Levels levels) {
        this.levels = levels;
    }

    /**
     * The limit that the control group itself has.
     *
     * @param knob which one
     * @return the limit, or why there is none
     */
    public Limit<Long> get(Knob knob) {
        return levels.read(knob.controller, place -> Numbers.of(knob, place).read());
    }

    /**
     * The tightest limit from the control group up to the root of the hierarchy, or as far up as is mounted here. For
     * memory in v1 the kernel itself knows it, what is not mounted here included.
     *
     * @param knob one of {@link Knob#MEMORY_MAX}, {@link Knob#MEMORY_HIGH}, {@link Knob#MEMORY_SWAP_MAX} and
     *     {@link Knob#PIDS_MAX}
     * @return the limit and its level
     * @throws IllegalArgumentException if {@code knob} is no limit: weights and protections are relative to siblings
     */
    public Effective<Long> effective(Knob knob) {
        if (!knob.tightestWins) {
            throw new IllegalArgumentException("knob: " + knob + " is relative to siblings; no level binds");
        }
        Effective<Long> effective =
                levels.walk(knob.controller, place -> Numbers.of(knob, place).read());
        return switch (knob) {
            case MEMORY_MAX -> levels.withKernelsWord(effective);
            case MEMORY_SWAP_MAX ->
                levels.isV1(knob.controller)
                        ? new Effective<>(
                                new Absent<>(
                                        "cgroup v1 limits memory and swap together, no level limits swap",
                                        Errno.ENODATA),
                                Optional.empty(),
                                effective.levels(),
                                effective.complete())
                        : effective;
            default -> effective;
        };
    }

    /**
     * Sets a limit. In v1, {@link Knob#MEMORY_MAX} keeps the amount of swap that was allowed, for which two files are
     * written, in the order that the kernel asks for.
     *
     * @param knob which one
     * @param amount bytes, processes, or a weight from 1 to 10,000
     * @return what the kernel made of it
     * @throws CgroupException if it could not be written: not delegated, read-only, not in this version, refused. Then
     *     everything is as it was
     * @throws IllegalArgumentException if {@code amount} is negative, or no weight
     */
    public Change<Long> set(Knob knob, long amount) throws CgroupException {
        if (knob.isWeight() ? amount < Weights.LEAST || amount > Weights.MOST : amount < 0) {
            throw new IllegalArgumentException(
                    "amount: " + amount + " must be " + (knob.isWeight() ? "1 to 10000" : "0 or more"));
        }
        return Numbers.of(knob, levels.place(knob.controller)).write(amount);
    }

    /**
     * Takes a limit away. In v1, {@link Knob#MEMORY_MAX} takes that of memory and swap together away as well.
     *
     * @param knob which one, no weight
     * @return what the kernel made of it
     * @throws CgroupException if it could not be written
     * @throws IllegalArgumentException if {@code knob} is a weight
     */
    public Change<Long> remove(Knob knob) throws CgroupException {
        if (knob.isWeight()) {
            throw new IllegalArgumentException("knob: " + knob + " can be set, but not removed");
        }
        return Numbers.of(knob, levels.place(knob.controller)).write(Long.MAX_VALUE);
    }

    /**
     * The CPU time that the control group itself may have.
     *
     * @return the limit, or why there is none
     */
    public Limit<Quota> cpu() {
        return levels.read("cpu", Quotas::read);
    }

    /**
     * The least CPU time, by quota and period, from the control group up.
     *
     * @return the limit and its level
     */
    public Effective<Quota> effectiveCpu() {
        return levels.walk("cpu", Quotas::read);
    }

    /**
     * Limits the CPU time, {@code cpu.max}. In v1, another period than before takes three writes, with no limit of this
     * group's own for an instant: any other order can be refused because of the groups above and below.
     *
     * @param quota how much
     * @return what the kernel made of it
     * @throws CgroupException if it could not be written. In v1 a child cannot have more than its parent
     * @throws IllegalArgumentException if quota or period are out of the kernel's bounds
     */
    public Change<Quota> setCpu(Quota quota) throws CgroupException {
        if (quota.quotaUsec() < Quota.LEAST_USEC
                || quota.periodUsec() < Quota.LEAST_USEC
                || quota.periodUsec() > Quota.LONGEST_PERIOD_USEC) {
            throw new IllegalArgumentException("quota: " + quota + " must have 1000 usec or more of 1000 to 1000000");
        }
        return Quotas.write(levels.place("cpu"), quota);
    }

    /**
     * Takes the limit of CPU time away.
     *
     * @return what the kernel made of it
     * @throws CgroupException if it could not be written
     */
    public Change<Quota> removeCpu() throws CgroupException {
        return Quotas.write(levels.place("cpu"), null);
    }

    /**
     * The CPUs or memory nodes that the control group itself was given.
     *
     * @param what which
     * @return their numbers, {@link Limit.Unlimited} if the parent's are taken, or why there are none
     */
    public Limit<List<Integer>> get(Cpuset what) {
        return levels.read("cpuset", place -> Cpusets.read(place, what, false));
    }

    /**
     * The CPUs or memory nodes that are left when the groups above and the CPUs that are offline are counted. The
     * kernel itself tells, so that what is not mounted here counts too.
     *
     * @param what which
     * @return their numbers, or why there are none
     */
    public Limit<List<Integer>> effective(Cpuset what) {
        return levels.read("cpuset", place -> Cpusets.read(place, what, true));
    }

    /**
     * Gives the control group CPUs or memory nodes.
     *
     * @param what which
     * @param numbers their numbers; in v2 none of them means those of the parent
     * @return what the kernel made of it
     * @throws CgroupException if it could not be written: no such CPU, or in v1 one that the parent hasn't got
     * @throws IllegalArgumentException if a number is negative, or larger than any kernel has
     */
    public Change<List<Integer>> set(Cpuset what, Collection<Integer> numbers) throws CgroupException {
        for (int number : numbers) {
            if (number < 0 || number > Cpusets.LARGEST) {
                throw new IllegalArgumentException("numbers: " + number + " must be 0 to " + Cpusets.LARGEST);
            }
        }
        return Cpusets.write(levels.place("cpuset"), what, numbers);
    }

    /**
     * What the control group itself may read from and write to block devices.
     *
     * @return the devices that are limited, {@link Limit.Unlimited} if there are none, or why nobody knows
     */
    public Limit<List<IoMax>> io() {
        return levels.read("blkio", IoLimits::read);
    }

    /**
     * Limits what may be read from and written to a block device.
     *
     * @param max the limits; those that are empty are taken away
     * @return what the kernel made of it
     * @throws CgroupException if it could not be written: there is no such device, or it is a partition
     * @throws IllegalArgumentException if the device is not such as {@code 8:0}, or a number not positive
     */
    public Change<IoMax> setIo(IoMax max) throws CgroupException {
        IoLimits.require(max);
        return IoLimits.write(levels.place("blkio"), max);
    }
}
