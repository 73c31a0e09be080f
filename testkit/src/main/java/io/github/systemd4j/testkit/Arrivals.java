package io.github.systemd4j.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What has come to a socket so far, in order. One thread adds, others wait. Thread safe. */
final class Arrivals<T> {

    private static final Duration LONGEST = Duration.ofDays(1);
    /** What the service sent before its end is in the queue, or read already. */
    private static final long LAST_WORDS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<T> all = new ArrayList<>();
    private @Nullable Exception failure;

    synchronized void add(T arrived) {
        all.add(arrived);
        notifyAll();
    }

    /** Nothing will come any more, and this is why. */
    synchronized void fail(Exception cause) {
        failure = cause;
        notifyAll();
    }

    /** Something else has changed that those who wait look at. */
    synchronized void changed() {
        notifyAll();
    }

    synchronized List<T> all() {
        return List.copyOf(all);
    }

    /**
     * Waits for one that is wanted, from an index on.
     *
     * @return its index, or -1 if none came in time, or soon after what was to send it has ended
     */
    synchronized int await(int from, Predicate<? super T> wanted, Duration timeout, BooleanSupplier ended) {
        long left = nanos(timeout);
        long deadline = System.nanoTime() + left;
        boolean shortened = false;
        for (int next = from; ; left = deadline - System.nanoTime()) {
            for (; next < all.size(); next++) {
                if (wanted.test(all.get(next))) {
                    return next;
                }
            }
            if (failure != null) {
                throw new AssertionError("nothing can be received any more", failure);
            }
            if (!shortened && left > LAST_WORDS_NANOS && ended.getAsBoolean()) {
                shortened = true;
                left = LAST_WORDS_NANOS;
                deadline = System.nanoTime() + left;
            }
            if (left <= 0) {
                return -1;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, TimeUnit.MILLISECONDS.toNanos(1)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // as of a test that is out of time
                return -1;
            }
        }
    }

    /** All that comes within a time from now on. Takes that long. */
    List<T> during(Duration time) {
        int from = all().size();
        int unused = await(from, arrived -> false, time, () -> false);
        List<T> came = all();
        return came.subList(from, came.size());
    }

    private static long nanos(Duration timeout) {
        if (timeout.isNegative() || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "timeout: " + timeout + ", must not be negative, and at most " + LONGEST);
        }
        return timeout.toNanos();
    }
}
