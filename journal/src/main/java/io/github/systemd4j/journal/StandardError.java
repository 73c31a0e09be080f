package io.github.systemd4j.journal;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where the text of records goes that the journal does not take. Under systemd, journald reads that too, by a socket that
 * may be as full; elsewhere somebody does, or nobody. Thread safe.
 */
sealed interface StandardError extends AutoCloseable permits PolledStandardError, ThreadedStandardError {

    /** PIPE_BUF of pipe(7): written as a whole, or, where poll(2) said that there is room, without waiting. */
    int MAX_BYTES = 4096;

    /** A character of UTF-8, and what stands around it. */
    int LEAST_LINE = PrefixedLines.FRAME + 4;

    /** Writes {@link #lines}, if there is room for them; whether it did. */
    boolean write(byte[] lines);

    @Override
    void close();

    /** A message's lines, each with its priority, as many as a pipe takes as a whole; the last one is cut. */
    static byte[] lines(int level, byte[] message) {
        ByteBuffer out = ByteBuffer.allocate(MAX_BYTES);
        PrefixedLines lines = new PrefixedLines(level, ByteBuffer.wrap(message), true);
        while (lines.hasNext() && out.remaining() >= LEAST_LINE) {
            lines.putNext(out, out.remaining());
        }
        return Arrays.copyOf(out.array(), out.position());
    }
}
