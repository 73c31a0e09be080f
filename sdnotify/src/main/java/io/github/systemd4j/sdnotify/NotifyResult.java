package io.github.systemd4j.sdnotify;

import java.io.IOException;

/**
 * What became of a notification. There are three answers, and none of them is an exception: {@link Sent}, {@link
 * NotUnderSystemd}, {@link Failed}. Most services can ignore the first two and log the third.
 *
 * <p>Immutable.
 */
public sealed interface NotifyResult {

    /**
     * The datagram is in the manager's queue. That it was read is another matter: {@link Notifier#barrier} waits for
     * that.
     */
    record Sent() implements NotifyResult {}

    /** {@code NOTIFY_SOCKET} is unset or empty: nobody wants to know. A normal answer. */
    record NotUnderSystemd() implements NotifyResult {}

    /**
     * It was not sent; of a barrier, or over vsock: that it was read is not known. The service goes on.
     *
     * @param cause why: a {@link io.github.systemd4j.linux.SystemCallException} with the errno
     */
    record Failed(IOException cause) implements NotifyResult {

        @Override
        public void orThrow() throws IOException {
            throw cause;
        }
    }

    /**
     * Whether the datagram was sent.
     *
     * @return true for {@link Sent}
     */
    default boolean isSent() {
        return this instanceof Sent;
    }

    /**
     * Throws what went wrong, for callers that cannot go on without the manager.
     *
     * @throws IOException the cause of a {@link Failed}; the other answers throw nothing
     */
    default void orThrow() throws IOException {
        // Failed throws. Here, the verifier would load IOException into every process that only asks.
    }
}
