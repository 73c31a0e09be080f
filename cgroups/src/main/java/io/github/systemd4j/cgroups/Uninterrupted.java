package io.github.systemd4j.cgroups;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * The channels of java.nio close themselves under a thread that was interrupted. Such a thread may still ask where it is:
 * then it is done once more, and the thread is as interrupted as before.
 */
final class Uninterrupted {

    private Uninterrupted() {}

    /** What opens a channel and does something with it, never anything that waits. */
    interface Action<T> {
        T run() throws IOException;
    }

    static <T> T run(Action<T> action) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return action.run();
                } catch (ClosedByInterruptException e) {
                    interrupted = true;
                    Thread.interrupted(); // or the next channel would close itself as well
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
