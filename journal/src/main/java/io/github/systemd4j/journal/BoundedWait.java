package io.github.systemd4j.journal;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The time that one call may take, all its waits together. An interrupt does not end it, as the time is short, and the
 * text of a thread that ends is one that people want to read; it is there again afterwards. Of one thread.
 */
final class BoundedWait implements AutoCloseable {

    private final long deadline;
    private boolean interrupted;

    BoundedWait(long nanos) {
        this.deadline = System.nanoTime() + nanos;
    }

    private long left() {
        return deadline - System.nanoTime();
    }

    /** Takes a lock; whether it did. */
    boolean lock(ReentrantLock lock) {
        while (true) {
            try {
                return lock.tryLock(left(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }

    /** Waits for the one channel that is registered; whether it is ready. */
    boolean select(Selector selector) throws IOException {
        for (long nanos = left(); nanos > 0; nanos = left()) {
            if (selector.select(TimeUnit.NANOSECONDS.toMillis(nanos) + 1) > 0) {
                return true;
            }
            interrupted |= Thread.interrupted();
        }
        return false;
    }

    /** Waits until something is so, with the lock of the condition held; false when the time is over before. */
    boolean await(Condition condition, BooleanSupplier done) {
        long nanos = left();
        while (!done.getAsBoolean()) {
            if (nanos <= 0) {
                return false;
            }
            try {
                nanos = condition.awaitNanos(nanos);
            } catch (InterruptedException e) {
                interrupted = true;
                nanos = left();
            }
        }
        return true;
    }

    @Override
    public void close() {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
