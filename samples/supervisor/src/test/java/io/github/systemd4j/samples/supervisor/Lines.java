package io.github.systemd4j.samples.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What was printed, line by line, to wait for. */
final class Lines extends OutputStream {

    private static final long BOUND_SECONDS = 60;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grown = lock.newCondition();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(); // guarded by lock, as the others
    private final List<String> all = new ArrayList<>();
    private int seen;

    @Override
    public void write(int b) {
        lock.lock();
        try {
            if (b == '\n') {
                all.add(line.toString(UTF_8));
                line.reset();
                grown.signalAll();
            } else {
                line.write(b);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a line that contains each of the texts, behind the one that was waited for last. */
    String await(String... texts) throws InterruptedException {
        long left = TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
        lock.lock();
        try {
            while (true) {
                while (seen < all.size()) {
                    String next = all.get(seen++);
                    if (List.of(texts).stream().allMatch(next::contains)) {
                        return next;
                    }
                }
                left = grown.awaitNanos(left);
                if (left <= 0) {
                    throw new AssertionError("no line with " + List.of(texts) + " in " + all);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** All lines so far. */
    String text() {
        lock.lock();
        try {
            return String.join("\n", all);
        } finally {
            lock.unlock();
        }
    }
}
