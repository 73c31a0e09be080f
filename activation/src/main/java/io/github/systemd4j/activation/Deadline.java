package io.github.systemd4j.activation;

import java.time.Duration;

/** Deadlines in the terms of {@link System#nanoTime}. sdnotify has its own, which can be unset. */
final class Deadline {

    private Deadline() {}

    /** Half of the range is far enough away, and differences of two such values cannot overflow. */
    static long in(Duration timeout) {
        return System.nanoTime() + nanos(timeout);
    }

    static long nanos(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout: " + timeout + ", must not be negative");
        }
        long limit = Long.MAX_VALUE / 2;
        return timeout.toSeconds() >= limit / 1_000_000_000 ? limit : timeout.toNanos();
    }

    static long earlier(long one, long other) {
        return one - other < 0 ? one : other;
    }
}
