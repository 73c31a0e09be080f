package io.github.systemd4j.journal;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/** The lines of a {@link JournalStream} as a stream of bytes. Thread safe. */
final class StreamOutput extends OutputStream {

    /** What a line may have that does not become longer than journald takes. */
    private static final int MAX_TEXT = JournalStream.MAX_LINE - PrefixedLines.FRAME;

    private final JournalStream stream;
    private final Priority priority;
    private final boolean levelPrefix;
    private final ReentrantLock lock = new ReentrantLock();
    private final ByteBuffer line = ByteBuffer.allocate(MAX_TEXT + 1); // guarded by lock

    StreamOutput(JournalStream stream, Priority priority, boolean levelPrefix) {
        this.stream = stream;
        this.priority = priority;
        this.levelPrefix = levelPrefix;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        lock.lock();
        try {
            for (int i = offset; i < offset + count; i++) {
                if (bytes[i] == '\n' || bytes[i] == 0) {
                    end(line.position());
                } else {
                    line.put(bytes[i]);
                    if (!line.hasRemaining()) {
                        end(PrefixedLines.cut(line, 0, MAX_TEXT));
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Writes so much of what there is as a line. */
    private void end(int length) {
        if (length == 0) {
            return;
        }
        line.flip();
        int limit = line.limit();
        int level = priority.level();
        if (levelPrefix && limit >= 3 && line.get(0) == '<' && line.get(2) == '>' && (line.get(1) & ~7) == '0') {
            level = line.get(1) - '0';
            line.position(3);
        }
        stream.write(level, line.limit(length));
        line.limit(limit).position(length);
        line.compact();
    }

    /** What has no newline yet is not written: it would be cut in two. */
    @Override
    public void flush() {
        // See above.
    }

    /** Writes what has no newline. The stream stays open. */
    @Override
    public void close() {
        lock.lock();
        try {
            end(line.position());
        } finally {
            lock.unlock();
        }
    }
}
