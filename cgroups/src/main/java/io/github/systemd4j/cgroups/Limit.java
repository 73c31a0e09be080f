package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a control group's file says of a limit: {@link Limited}, {@link Unlimited}, or {@link Absent} and why.
 *
 * <p>Immutable.
 *
 * @param <T> what is limited: a number of bytes or processes, a {@link Quota}, a list of CPUs
 */
public sealed interface Limit<T> {

    /**
     * There is a limit.
     *
     * @param amount the limit, in the kernel's units
     * @param file the file that says so
     * @param <T> what is limited
     */
    record Limited<T>(T amount, Path file) implements Limit<T> {

        @Override
        public Optional<T> value() {
            return Optional.of(amount);
        }
    }

    /**
     * There is no limit on this level: {@code max}, {@code -1}, or the largest number there is.
     *
     * @param file the file that says so
     * @param <T> what is not limited
     */
    record Unlimited<T>(Path file) implements Limit<T> {

        @Override
        public Optional<T> value() {
            return Optional.empty();
        }
    }

    /**
     * There is no such limit here: another version of control groups, a controller that is not enabled, a root group, a
     * file that cannot be read.
     *
     * @param message why, in words
     * @param errno what it is closest to among the kernel's error numbers
     * @param <T> what would be limited
     */
    record Absent<T>(String message, Errno errno) implements Limit<T> {

        @Override
        public Optional<T> value() {
            return Optional.empty();
        }
    }

    /**
     * A limit on one level of a hierarchy.
     *
     * @param directory the control group
     * @param name the same in bytes, without the root directory that was asked
     * @param limit what its file says
     * @param <T> what is limited
     */
    record Level<T>(Path directory, RawPath name, Limit<T> limit) {}

    /**
     * The tightest of the limits from a control group up.
     *
     * @param limit the tightest one; {@link Unlimited} if no level has one, {@link Absent} if no level could be asked
     * @param binding the level that has it, of several with the same limit the lowest; empty if there is no limit, or
     *     if the kernel says that it is on a level that is not mounted here
     * @param levels all levels that were asked, from the control group itself up
     * @param complete whether nothing further up can be tighter: the last level is the root of the hierarchy, or, for
     *     memory in v1, the kernel has told. False in most containers, which see their own part only
     * @param <T> what is limited
     */
    record Effective<T>(Limit<T> limit, Optional<Level<T>> binding, List<Level<T>> levels, boolean complete) {

        /**
         * Makes an answer.
         *
         * @param limit the tightest limit
         * @param binding the level that has it
         * @param levels all levels, copied
         * @param complete whether nothing further up can be tighter
         */
        public Effective {
            levels = List.copyOf(levels);
        }
    }

    /**
     * What came of a write. The kernel rounds and clamps without a word: memory to pages, shares to their bounds.
     *
     * @param asked what was written
     * @param actual what the file says now
     * @param <T> what is limited
     */
    record Change<T>(Limit<T> asked, Limit<T> actual) {

        /**
         * Whether the kernel took it as it was.
         *
         * @return false if it was rounded or clamped, or if somebody else has written in between
         */
        public boolean isExact() {
            return asked.equals(actual);
        }
    }

    /**
     * Time on the CPUs, {@code cpu.max} or {@code cpu.cfs_quota_us} and {@code cpu.cfs_period_us}.
     *
     * @param quotaUsec microseconds of CPU time in each period, at least 1,000
     * @param periodUsec the period in microseconds, 1,000 to 1,000,000
     */
    record Quota(long quotaUsec, long periodUsec) implements Comparable<Quota> {

        /** The kernel's least quota and period. */
        static final long LEAST_USEC = 1_000;

        static final long LONGEST_PERIOD_USEC = 1_000_000;

        /**
         * How many CPUs that is.
         *
         * @return the quota by the period, such as 0.5
         */
        public double cpus() {
            return (double) quotaUsec / periodUsec;
        }

        /** By {@link #cpus}: 50 of 100 milliseconds are neither more nor less than 100 of 200. */
        @Override
        public int compareTo(Quota other) {
            return Double.compare(cpus(), other.cpus());
        }
    }

    /**
     * What may be read from and written to a block device, {@code io.max} or {@code blkio.throttle.*}. Empty is
     * unlimited.
     *
     * @param device major and minor number, such as {@code 8:0}
     * @param readBytes bytes read in a second
     * @param writeBytes bytes written in a second
     * @param reads read operations in a second
     * @param writes write operations in a second
     */
    record IoMax(
            String device, OptionalLong readBytes, OptionalLong writeBytes, OptionalLong reads, OptionalLong writes) {}

    /**
     * The limit.
     *
     * @return the amount of a {@link Limited}; empty otherwise
     */
    Optional<T> value();
}
