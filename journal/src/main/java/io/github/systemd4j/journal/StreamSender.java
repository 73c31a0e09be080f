package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.InvalidPathException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lines on their way to journald's stream: connected when the first one comes and when it broke, collected for one
 * system call, and never torn. The lock is for the order of lines; a thread waits for it within its own bound. Thread
 * safe.
 */
final class StreamSender {

    /** Room for the rest of a torn line and for another one. */
    private static final int BUFFER_SIZE = 2 * JournalStream.MAX_LINE;

    private final String path;
    private final byte[] header;

    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable StreamConnection connection; // guarded by lock
    private @Nullable ByteBuffer lines; // guarded by lock; whole lines, to be written; between calls, a torn one's rest
    private boolean torn; // guarded by lock; they begin with the rest of one
    private volatile boolean closed;

    /** The answer to all texts while the socket is full, so that only the first ones wait; null while it is not. */
    private volatile JournalResult.@Nullable Failed congestion;

    /** See sd_journal_stream_fd(3): identifier, unit, priority, level prefix, and where else it goes. */
    StreamSender(String path, String identifier) {
        this.path = path;
        this.header = (identifier + "\n\n" + Priority.INFO.level() + "\n1\n0\n0\n0\n").getBytes(UTF_8);
    }

    /**
     * Writes a text.
     *
     * @param text from its position to its limit, which stay where they are
     * @param timeoutNanos the bound of all waits together
     */
    JournalResult write(int level, ByteBuffer text, long timeoutNanos) {
        try (BoundedWait wait = new BoundedWait(timeoutNanos)) {
            if (!wait.lock(lock)) {
                return congested();
            }
            try {
                return write(new PrefixedLines(level, text, false), wait);
            } catch (OutOfMemoryError e) { // direct memory, of which a server may use up all there is
                abandon();
                return failed("malloc", Errno.ENOMEM, e.getMessage());
            } finally {
                lock.unlock();
            }
        }
    }

    private JournalResult write(PrefixedLines text, BoundedWait wait) {
        if (closed) {
            return failed("write", Errno.EBADF, "this JournalStream is closed");
        }
        ByteBuffer to = lines == null ? ByteBuffer.allocateDirect(BUFFER_SIZE) : lines;
        lines = to;
        while (text.hasNext()) {
            boolean room = true;
            while (room && text.hasNext()) {
                room = text.putNext(to, JournalStream.MAX_LINE);
            }
            to.flip();
            JournalResult failure = flush(to, wait);
            boolean whole = keepTorn(to) && !text.hasNext();
            if (failure != null) {
                return whole ? Connection.SENT : failure;
            }
        }
        return Connection.SENT;
    }

    /** Null for all of it, or why not. */
    private @Nullable JournalResult flush(ByteBuffer from, BoundedWait wait) {
        boolean again = connection != null; // which may have broken since
        while (true) {
            String call = "connect";
            try {
                StreamConnection to = connection;
                if (to == null) {
                    if (!new File(path).exists()) { // asked before the JDK loads what it needs for sockets
                        return Connection.NOT_UNDER_JOURNALD;
                    }
                    to = StreamConnection.open(path, header);
                    connection = to;
                }
                call = "write";
                return push(to, from, wait);
            } catch (IOException | InvalidPathException e) {
                giveUp(from);
                if (!again) {
                    return new JournalResult.Failed(new IOException(call + "(" + path + "): " + e.getMessage(), e));
                }
                again = false;
            }
        }
    }

    private @Nullable JournalResult push(StreamConnection to, ByteBuffer from, BoundedWait wait) throws IOException {
        while (!to.write(from)) {
            if (congestion != null || !to.awaitRoom(wait)) {
                return congested();
            }
        }
        congestion = null;
        return null;
    }

    private JournalResult congested() {
        JournalResult.Failed full = congestion;
        if (full == null) {
            full = failed("write", Errno.EAGAIN, "journald's queue stayed full");
            congestion = full;
        }
        return full;
    }

    private JournalResult.Failed failed(String call, int errno, @Nullable String advice) {
        return new JournalResult.Failed(new SystemCallException(call, path, errno, advice));
    }

    /** Closes, and goes back to where a line begins: what went of it, journald has as a line of its own. */
    private void giveUp(ByteBuffer from) {
        int at = from.position();
        while (at > 0 && from.get(at - 1) != '\n') {
            at--;
        }
        from.position(at == 0 && torn ? endOfLine(from, 0) : at);
        torn = false;
        congestion = null;
        disconnect();
    }

    private void disconnect() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    private void abandon() {
        torn = false;
        lines = null;
        disconnect();
    }

    /** Leaves in the buffer what must go first the next time; whether nothing else had to be left out. */
    private boolean keepTorn(ByteBuffer from) {
        int at = from.position();
        int limit = from.limit();
        torn = at < limit && (at == 0 ? torn : from.get(at - 1) != '\n');
        int end = torn ? endOfLine(from, at) : at;
        from.limit(end).compact();
        return end == limit;
    }

    private static int endOfLine(ByteBuffer from, int index) {
        int at = index;
        while (from.get(at) != '\n') {
            at++;
        }
        return at + 1;
    }

    /** Writes the rest of a torn line, within the bound, and closes. Whoever writes then is told so. */
    void close(long timeoutNanos) {
        closed = true;
        lock.lock(); // for as long as the one that has it may wait, as all others find it closed
        try (BoundedWait wait = new BoundedWait(timeoutNanos)) {
            StreamConnection open = connection;
            ByteBuffer rest = lines;
            if (open != null && rest != null) {
                congestion = null; // so that this waits, though others did in vain
                push(open, rest.flip(), wait);
            }
        } catch (IOException e) {
            return; // nobody is left to be told
        } finally {
            abandon();
            lock.unlock();
        }
    }
}
