package io.github.systemd4j.cgroups;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The figures of a control group and all groups below it, as they were at one moment: each file read once, one after
 * the other. In v2's names and units for both versions.
 *
 * <p>What is not there is empty, and {@link #problems} say why: an older kernel, a controller that is not enabled. What
 * is there and unknown to this version is kept, in the maps. See the kernel's
 * {@code Documentation/admin-guide/cgroup-v2.rst}.
 *
 * <p>Immutable.
 *
 * @param cpu CPU time
 * @param memory memory
 * @param pids processes and threads
 * @param io input and output, by block device such as {@code 8:0}: {@code rbytes}, {@code wbytes}, {@code rios},
 *     {@code wios} and others
 * @param problems what could not be read, in words, by the file's name
 */
public record Statistics(
        Cpu cpu, Memory memory, Pids pids, Map<String, Map<String, Long>> io, Map<String, String> problems) {

    /**
     * Makes figures.
     *
     * @param cpu CPU time
     * @param memory memory
     * @param pids processes and threads
     * @param io by device, copied
     * @param problems copied
     */
    public Statistics {
        Map<String, Map<String, Long>> devices = new LinkedHashMap<>();
        io.forEach((device, figures) -> devices.put(device, copy(figures)));
        io = Collections.unmodifiableMap(devices);
        problems = copy(problems);
    }

    /** In the same order. */
    private static <V> Map<String, V> copy(Map<String, V> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }

    private static OptionalLong figure(Map<String, Long> figures, String key) {
        Long value = figures.get(key);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /**
     * CPU time.
     *
     * @param figures {@code cpu.stat}; of v1 with microseconds for nanoseconds and ticks, and v2's names
     */
    public record Cpu(Map<String, Long> figures) {

        /**
         * Makes figures.
         *
         * @param figures copied
         */
        public Cpu {
            figures = copy(figures);
        }

        /**
         * CPU time that was used.
         *
         * @return microseconds
         */
        public OptionalLong usageUsec() {
            return figure(figures, "usage_usec");
        }

        /**
         * CPU time of that in user mode.
         *
         * @return microseconds
         */
        public OptionalLong userUsec() {
            return figure(figures, "user_usec");
        }

        /**
         * CPU time of that in the kernel.
         *
         * @return microseconds
         */
        public OptionalLong systemUsec() {
            return figure(figures, "system_usec");
        }

        /**
         * Periods in which the quota was counted.
         *
         * @return how many
         */
        public OptionalLong periods() {
            return figure(figures, "nr_periods");
        }

        /**
         * Periods in which the quota was used up.
         *
         * @return how many
         */
        public OptionalLong throttledPeriods() {
            return figure(figures, "nr_throttled");
        }

        /**
         * How long there was something to run that had to wait for the next period, summed up over the CPUs.
         *
         * @return microseconds
         */
        public OptionalLong throttledUsec() {
            return figure(figures, "throttled_usec");
        }
    }

    /**
     * Memory.
     *
     * @param current bytes in use, what is cached for files included
     * @param peak the most that it ever was; from Linux 5.19 on in v2
     * @param swap bytes in swap
     * @param figures {@code memory.stat}: bytes, and numbers of events, by their names, which differ in v1
     * @param events {@code memory.events}: how often a limit was met. Of v1 only {@code oom_kill}, and for {@code max}
     *     the sum of {@code memory.failcnt} and {@code memory.memsw.failcnt}
     */
    public record Memory(
            OptionalLong current,
            OptionalLong peak,
            OptionalLong swap,
            Map<String, Long> figures,
            Map<String, Long> events) {

        /**
         * Makes figures.
         *
         * @param current bytes in use
         * @param peak the most that it ever was
         * @param swap bytes in swap
         * @param figures copied
         * @param events copied
         */
        public Memory {
            figures = copy(figures);
            events = copy(events);
        }

        /**
         * Processes that the kernel killed, because there was no memory within the limit of some group.
         *
         * @return how many, from Linux 4.13 on
         */
        public OptionalLong oomKills() {
            return figure(events, "oom_kill");
        }

        /**
         * How often the limit was met, and memory had to be taken back.
         *
         * @return how many times
         */
        public OptionalLong limitHits() {
            return figure(events, "max");
        }
    }

    /**
     * Processes and threads.
     *
     * @param current how many there are
     * @param peak the most that there ever were; from Linux 6.1 on
     * @param events {@code pids.events}: {@code max} is how often fork(2) or clone(2) failed because of a limit
     */
    public record Pids(OptionalLong current, OptionalLong peak, Map<String, Long> events) {

        /**
         * Makes figures.
         *
         * @param current how many there are
         * @param peak the most that there ever were
         * @param events copied
         */
        public Pids {
            events = copy(events);
        }

        /**
         * How often fork(2) or clone(2) failed.
         *
         * @return how many times
         */
        public OptionalLong refusals() {
            return figure(events, "max");
        }
    }

    /**
     * How much time is lost by waiting for a resource, as {@code Documentation/accounting/psi.rst} has it.
     *
     * <p>Immutable.
     *
     * @param some time in which at least one task had to wait
     * @param full time in which all tasks had to wait at once
     * @param problem why neither is known, in words: this kernel does not count it, or not for groups in v1
     */
    public record Pressure(Optional<Stall> some, Optional<Stall> full, Optional<String> problem) {}

    /**
     * A line of a pressure file.
     *
     * @param avg10 percent of the last ten seconds
     * @param avg60 percent of the last minute
     * @param avg300 percent of the last five minutes
     * @param totalUsec microseconds since the group was made, or the system started
     * @param others what else the line has, as it stands there
     */
    public record Stall(double avg10, double avg60, double avg300, long totalUsec, List<String> others) {

        /**
         * Makes a line.
         *
         * @param avg10 percent
         * @param avg60 percent
         * @param avg300 percent
         * @param totalUsec microseconds
         * @param others copied
         */
        public Stall {
            others = List.copyOf(others);
        }
    }
}
