package io.github.systemd4j.machine.dbus;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An answer that somebody waits for. */
final class PendingReply {

    private @Nullable ByteBuffer call; // under the lock of the connection
    private @Nullable Message reply; // under the monitor
    private @Nullable BusException failure; // under the monitor

    /** To what it is an answer. */
    void of(ByteBuffer sent) {
        call = sent;
    }

    @SuppressWarnings("ReferenceEquality") // this very buffer: what is in it changes as it is sent
    boolean isOf(ByteBuffer sent) {
        return call == sent;
    }

    synchronized void complete(Message message) {
        reply = message;
        notifyAll();
    }

    synchronized void fail(BusException why) {
        failure = why;
        notifyAll();
    }

    /**
     * Waits. An interrupt does not shorten it: half of a registration would be worse than a wait that is bounded anyway.
     *
     * @return the reply; null if it did not come in time
     */
    synchronized @Nullable Message await(long deadline) throws BusException {
        boolean interrupted = false;
        try {
            while (reply == null && failure == null) {
                long nanos = deadline - System.nanoTime();
                if (nanos <= 0) {
                    return null;
                }
                try {
                    wait(nanos / 1_000_000, (int) (nanos % 1_000_000));
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (failure != null) {
                throw new BusException(failure.kind(), String.valueOf(failure.getMessage()), failure);
            }
            return reply;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
