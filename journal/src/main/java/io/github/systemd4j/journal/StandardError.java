package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.PollFd;
import java.io.ByteArrayOutputStream;
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

    /** Each line with its priority, so that none can pretend to another one. What ends a line in a stream does here. */
    static byte[] lines(int level, byte[] message) {
        byte[] prefix = ("<" + level + ">").getBytes(ISO_8859_1);
        ByteArrayOutputStream out = new ByteArrayOutputStream(message.length + 16);
        int from = 0;
        for (int i = 0; i <= message.length; i++) {
            if (i == message.length || message[i] == '\n' || message[i] == '\r' || message[i] == 0) {
                int room = MAX_BYTES - out.size() - prefix.length - 1;
                int to = cut(message, from, Math.min(i, from + Math.max(0, room)));
                if (to > from) {
                    out.writeBytes(prefix);
                    out.write(message, from, to - from);
                    out.write('\n');
                }
                from = i + 1;
            }
        }
        return out.toByteArray();
    }

    /** The end of the last whole character of UTF-8. */
    private static int cut(byte[] text, int from, int to) {
        int end = to;
        while (end > from && end < text.length && (text[end] & 0xC0) == 0x80) {
            end--;
        }
        return end;
    }
}
