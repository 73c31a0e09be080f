package io.github.systemd4j.sdnotify;

/**
 * Deadlines in the terms of {@link System#nanoTime}, whose clock is not read before somebody has to wait. Each module that
 * waits has its own few lines, for its own rules; below all of them there are system calls alone.
 */
final class Deadline {

    /** No clock was read yet. */
    static final long UNSET = Long.MIN_VALUE;

    private Deadline() {}

    static long in(long nanos) {
        // Half of the range is far enough away, and differences of two such values cannot overflow.
        long deadline = System.nanoTime() + Math.min(nanos, Long.MAX_VALUE / 2);
        return deadline == UNSET ? UNSET + 1 : deadline;
    }

    static long orIn(long deadline, long nanos) {
        return deadline == UNSET ? in(nanos) : deadline;
    }

    static long earlier(long one, long other) {
        if (one == UNSET || other == UNSET) {
            return one == UNSET ? other : one;
        }
        return one - other < 0 ? one : other;
    }

    static boolean isPast(long deadline) {
        return deadline - System.nanoTime() <= 0;
    }
}
