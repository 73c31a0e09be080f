package io.github.systemd4j.journal;

import java.io.IOException;

/**
 * What became of a record, or of a {@link JournalStream}'s text. There are three answers, and none of them is an exception: {@link Sent}, {@link
 * NotUnderJournald}, {@link Failed}. Most services can ignore all three: {@link JournalWriter#dropped()} counts.
 *
 * <p>Immutable.
 */
public sealed interface JournalResult {

    /** The record is in journald's queue. What journald makes of it (its limits of rate and size) is not told. */
    record Sent() implements JournalResult {}

    /** Nothing is at the socket's path: there is no journald here. A normal answer. */
    record NotUnderJournald() implements JournalResult {}

    /**
     * It was not sent. The service goes on.
     *
     * @param cause why: a {@link io.github.systemd4j.linux.SystemCallException} with the errno; of a queue that stays
     *     full, {@code EAGAIN}, one and the same exception for all records until there is room again. The JDK tells no
     *     errno: what it says of the socket of a {@link JournalStream} is the cause of an {@code IOException}
     */
    record Failed(IOException cause) implements JournalResult {

        @Override
        public void orThrow() throws IOException {
            throw cause;
        }
    }

    /**
     * Whether the record was sent.
     *
     * @return true for {@link Sent}
     */
    default boolean isSent() {
        return this instanceof Sent;
    }

    /**
     * Throws what went wrong, for callers that cannot go on without the journal.
     *
     * @throws IOException the cause of a {@link Failed}; the other answers throw nothing
     */
    default void orThrow() throws IOException {
        // Failed throws.
    }
}
