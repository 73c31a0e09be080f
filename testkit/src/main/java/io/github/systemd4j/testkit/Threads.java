package io.github.systemd4j.testkit;

/** Waiting for threads that are about to end. */
final class Threads {

    private Threads() {}

    /** Waits for the end, also when interrupted, which is not lost. */
    static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
