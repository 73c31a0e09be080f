package io.github.systemd4j.journal;

import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.PollFd;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where the text of records goes that journald does not take. Under systemd, journald reads that too, by a socket whose
 * queue may be as full: so it is written only when poll(2) says that there is room, and no more than a pipe then takes
 * without waiting. Thread safe.
 */
final class StandardError {

    static final int FD = 2;

    /** PIPE_BUF of pipe(7): written as a whole, or, where poll(2) said that there is room, without waiting. */
    static final int MAX_BYTES = 4096;

    /** A character of UTF-8, and what stands around it. */
    private static final int LEAST_LINE = PrefixedLines.FRAME + 4;

    private final Libc libc;
    private final int fd;
    private final ReentrantLock lock = new ReentrantLock();

    StandardError(Libc libc, int fd) {
        this.libc = libc;
        this.fd = fd;
    }

    /** Writes the record's message; whether it did. */
    boolean write(JournalRecord record) {
        byte[] text = lines(record.level(), record.message(MAX_BYTES));
        // Who does not get the lock would write into room that another thread is using up.
        if (text.length == 0 || !lock.tryLock()) {
            return false;
        }
        try {
            if (new PollFd(libc).await(fd, Constants.POLLOUT, System.nanoTime()) != Constants.POLLOUT) {
                return false;
            }
            Memory memory = Memory.allocate(libc, text.length);
            memory.bytes().put(0, text);
            long written = libc.write(fd, memory.address(), text.length);
            memory.keepAlive();
            return written == text.length;
        } finally {
            lock.unlock();
        }
    }

    /** Each line with its priority, as many as a pipe takes as a whole; the last one is cut. */
    static byte[] lines(int level, byte[] message) {
        ByteBuffer out = ByteBuffer.allocate(MAX_BYTES);
        PrefixedLines lines = new PrefixedLines(level, ByteBuffer.wrap(message), true);
        while (lines.hasNext() && out.remaining() >= LEAST_LINE) {
            lines.putNext(out, out.remaining());
        }
        return Arrays.copyOf(out.array(), out.position());
    }
}
