package io.github.systemd4j.sdnotify;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A daemon thread that does something at a steady interval until it is told to stop. */
final class Ticker implements Runnable {

    private final long intervalNanos;
    private final BooleanSupplier task;
    private final Thread thread;
    private volatile boolean running = true;

    /** Starts at once with the first turn; the task ends the thread by answering false, and must not throw. */
    Ticker(String name, long intervalNanos, BooleanSupplier task) {
        this.intervalNanos = Math.max(1, Math.min(intervalNanos, Long.MAX_VALUE / 2)); // sums must not overflow
        this.task = task;
        this.thread = new Thread(null, this, name, 0, false); // nothing is inherited from whoever starts it
        thread.setDaemon(true);
    }

    /** Answers what kept it from starting: a process may not have as many threads as it likes. */
    @Nullable
    Throwable start() {
        try {
            thread.start();
            return null;
        } catch (OutOfMemoryError e) {
            running = false;
            return e;
        }
    }

    boolean isRunning() {
        return running;
    }

    void stop() {
        running = false;
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        long next = System.nanoTime();
        while (running) {
            if (!task.getAsBoolean()) {
                running = false;
                return;
            }
            // From one turn to the next, not from its end; turns that a slow task has missed are not made up for.
            long due = next + intervalNanos;
            long now = System.nanoTime();
            next = due - now > 0 ? due : now;
            sleepUntil(next);
        }
    }

    private void sleepUntil(long time) {
        for (long left = time - System.nanoTime(); running && left > 0; left = time - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
            Thread.interrupted(); // nobody has a reason to interrupt us, and parking would be over at once for ever
        }
    }
}
