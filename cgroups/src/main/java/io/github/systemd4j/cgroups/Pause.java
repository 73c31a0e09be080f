package io.github.systemd4j.cgroups;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A wait with a bound. An interrupt does not end it: what is half moved or half killed is to be finished, and it ends
 * soon anyway. The thread stays interrupted.
 */
final class Pause {

    private static final long FIRST_NANOS = 500_000;
    private static final long LONGEST_NANOS = 50_000_000;

    private final long deadline;
    private long next = FIRST_NANOS;

    Pause(Duration limit) {
        // some 292 years is as far as nanoTime goes
        long nanos = limit.toSeconds() > Integer.MAX_VALUE ? Long.MAX_VALUE / 2 : limit.toNanos();
        this.deadline = System.nanoTime() + Math.max(nanos, 0);
    }

    static Duration requirePositive(String name, Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException(name + ": " + limit + " must be positive");
        }
        return limit;
    }

    long leftNanos() {
        return deadline - System.nanoTime();
    }

    boolean isOver() {
        return leftNanos() <= 0;
    }

    /** Twice as long each time. False, and at once, if the time is over. */
    boolean again() {
        long left = leftNanos();
        if (left <= 0) {
            return false;
        }
        sleep(Math.min(next, left));
        next = Math.min(2 * next, LONGEST_NANOS);
        return true;
    }

    static void sleep(long nanos) {
        boolean interrupted = Thread.interrupted();
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
