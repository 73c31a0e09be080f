package io.github.systemd4j.journal;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of the lines of a stream, such as the output of a child process: for wrappers, supervisors, and whoever
 * else runs a program that knows no journal.
 *
 * <pre>{@code
 * JournalPump.Builder pump = JournalPump.builder(journal)
 *         .field(FieldName.of("SYSLOG_IDENTIFIER"), "web")
 *         .field(FieldName.of("CONTAINER_NAME"), "web-1");
 * Process process = new ProcessBuilder("web").start();
 * try (JournalPump out = pump.start(process.getInputStream(), Priority.INFO);
 *         JournalPump err = pump.start(process.getErrorStream(), Priority.ERR)) {
 *     process.waitFor();
 * }
 * }</pre>
 *
 * <p>A line is a record: its bytes are the MESSAGE, whether they are UTF-8 or not and whatever they contain, without the
 * LF or CR LF at its end. A last line without an end is one too, and so is an empty one. A line of more than 16 KiB is
 * several records, each with fields as docker's journald driver has them: CONTAINER_PARTIAL_ID, which all its parts have,
 * CONTAINER_PARTIAL_ORDINAL, from 1 on, CONTAINER_PARTIAL_LAST, {@code true} or {@code false}, and {@code
 * CONTAINER_PARTIAL_MESSAGE=true} in all but the last one. Their messages together are the line, byte for byte. Other than
 * docker's, a line that the stream's end cuts off has a last part too.
 *
 * <p>The stream is read as fast as it is written, whatever the journal does: where that hangs, a record waits for the
 * writer's timeout at most, and what was dropped is counted and reported, see {@link JournalWriter}. So nobody who writes
 * into the stream is held up for longer. Memory is bounded: some 50 KiB, and the fields.
 *
 * <p>A stream that fails before its end is not silent about it: the journal gets what had been read, and a warning, and
 * {@link #failure} has the cause. {@link Process#destroy} is such a failure, because it closes the streams of a process
 * while something may be in them: {@code process.toHandle().destroy()} does not.
 *
 * <p>Each stream has a thread, a daemon. All methods are thread safe.
 */
public final class JournalPump implements AutoCloseable {

    /** How long {@link #close} waits for the stream's end. */
    public static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private static final FieldName PARTIAL_MESSAGE = FieldName.of("CONTAINER_PARTIAL_MESSAGE");
    private static final FieldName PARTIAL_ID = FieldName.of("CONTAINER_PARTIAL_ID");
    private static final FieldName PARTIAL_ORDINAL = FieldName.of("CONTAINER_PARTIAL_ORDINAL");
    private static final FieldName PARTIAL_LAST = FieldName.of("CONTAINER_PARTIAL_LAST");

    /** By their numbers. */
    private static final List<Priority> LEVELS = List.of(Priority.values());

    private static final int PREFIX = 3; // <N>

    private final JournalWriter writer;
    private final InputStream stream;
    private final Priority usual;
    private final boolean levelPrefixes;
    private final List<Field> fields;

    private final ReentrantLock lock = new ReentrantLock();
    private final Lines lines = new Lines(this::take); // guarded by lock, but for the bytes that are being read
    private final JournalRecord record = JournalRecord.create(); // guarded by lock
    private Priority priority; // of the line; guarded by lock
    private @Nullable String partialId; // guarded by lock
    private int partialOrdinal; // guarded by lock

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean closed;
    private volatile @Nullable IOException failure;

    private record Field(FieldName name, String value) {}

    private JournalPump(Builder builder, InputStream stream, Priority usual) {
        this.writer = builder.writer;
        this.fields = List.copyOf(builder.fields);
        this.levelPrefixes = builder.levelPrefixes;
        this.stream = stream;
        this.usual = usual;
        this.priority = usual;
    }

    /**
     * Begins to say what the records are to be like.
     *
     * @param writer where they go; it is not closed by a pump, and should be after it
     * @return a builder
     */
    public static Builder builder(JournalWriter writer) {
        return new Builder(writer);
    }

    private void run() {
        try {
            int count = 0;
            while (count >= 0 && !closed) {
                count = stream.read(lines.bytes(), lines.end(), lines.room());
                added(Math.max(count, 0));
            }
        } catch (IOException e) {
            failed(e);
        } catch (RuntimeException e) { // whatever the caller's stream throws
            failed(new IOException("read: " + e, e));
        } finally {
            finish();
            ended.countDown();
        }
    }

    private void added(int count) {
        lock.lock();
        try {
            lines.added(count);
        } finally {
            lock.unlock();
        }
    }

    private void failed(IOException cause) {
        if (!closed) {
            failure = cause;
        }
    }

    private void finish() {
        lock.lock();
        try {
            lines.finish();
            IOException cause = failure;
            if (cause != null) {
                begin(Priority.WARNING);
                writer.send(record.message("lines may be missing here, their stream could not be read: " + cause));
            }
        } finally {
            lock.unlock();
        }
    }

    private JournalRecord begin(Priority level) {
        record.clear().priority(level);
        for (Field field : fields) {
            record.field(field.name, field.value);
        }
        return record;
    }

    private void take(byte[] bytes, int offset, int count, boolean first, boolean last) {
        int skipped = 0;
        if (first) {
            skipped = levelPrefixes && hasLevel(bytes, offset, count) ? PREFIX : 0;
            priority = skipped == 0 ? usual : LEVELS.get(bytes[offset + 1] - '0');
            partialId = last ? null : UUID.randomUUID().toString().replace("-", "");
            partialOrdinal = 0;
        }
        begin(priority);
        String id = partialId;
        if (id != null) {
            partialOrdinal++;
            record.field(PARTIAL_ID, id)
                    .field(PARTIAL_ORDINAL, partialOrdinal)
                    .field(PARTIAL_LAST, last ? "true" : "false");
            if (!last) {
                record.field(PARTIAL_MESSAGE, "true");
            }
        }
        writer.send(record.message(bytes, offset + skipped, count - skipped));
    }

    private static boolean hasLevel(byte[] bytes, int offset, int count) {
        return count >= PREFIX
                && bytes[offset] == '<'
                && bytes[offset + 1] >= '0'
                && bytes[offset + 1] <= '7'
                && bytes[offset + 2] == '>';
    }

    /**
     * Waits until the stream has ended, or failed, and all of it was given to the writer.
     *
     * @param timeout how long at most
     * @return whether it has
     * @throws InterruptedException if the thread was interrupted meanwhile
     */
    public boolean await(Duration timeout) throws InterruptedException {
        return ended.await(
                timeout.toSeconds() > Integer.MAX_VALUE ? Long.MAX_VALUE : timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Why the stream was not read to its end.
     *
     * @return the cause, empty as long as nothing failed; {@link #close} is no failure
     */
    public Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Waits for the stream's end, {@link #CLOSE_TIMEOUT} at most: that of a process that has ended comes at once, unless it
     * left children to whom its output belongs too. If it has not come, what was read is sent, also a line without an end,
     * and the stream is closed: whoever still writes into it is told so, and is not left waiting. Does not wait if the
     * thread is interrupted. May be called again.
     */
    @Override
    public void close() {
        try {
            if (await(CLOSE_TIMEOUT)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closed = true;
        if (lock.tryLock()) { // else the thread has lines to send, and sees afterwards that this is closed
            try {
                lines.finish();
            } finally {
                lock.unlock();
            }
        }
        try {
            stream.close();
        } catch (IOException e) {
            return; // it is not read any more
        }
    }

    /** What the records are like. Several streams may be started by one. Not thread safe. */
    public static final class Builder {

        private final JournalWriter writer;
        private final List<Field> fields = new ArrayList<>();
        private boolean levelPrefixes;

        private Builder(JournalWriter writer) {
            this.writer = writer;
        }

        /**
         * Adds a field to each record.
         *
         * @param name its name; MESSAGE, PRIORITY and CONTAINER_PARTIAL_* are the pump's own
         * @param value any text
         * @return this
         */
        public Builder field(FieldName name, CharSequence value) {
            String text = name.toString();
            if (text.equals("MESSAGE") || text.equals("PRIORITY") || text.startsWith("CONTAINER_PARTIAL_")) {
                throw new IllegalArgumentException("name: " + text + " is set by the pump");
            }
            fields.add(new Field(name, value.toString()));
            return this;
        }

        /**
         * Whether a line may begin with its priority as {@code <6>}, which is then taken off, as of a service's standard
         * output, see sd-daemon(3) and SyslogLevelPrefix= in systemd.exec(5). If not, it is text like any other.
         *
         * @param levelPrefixes false unless said
         * @return this
         */
        public Builder levelPrefixes(boolean levelPrefixes) {
            this.levelPrefixes = levelPrefixes;
            return this;
        }

        /**
         * Begins to read a stream, in a thread of its own.
         *
         * @param stream the stream, which belongs to the pump from now on
         * @param priority of its lines: docker has {@link Priority#INFO} for the standard output and {@link Priority#ERR}
         *     for the standard error
         * @return the pump
         */
        public JournalPump start(InputStream stream, Priority priority) {
            JournalPump pump = new JournalPump(this, stream, priority);
            Thread thread = new Thread(null, pump::run, "systemd4j-journal-pump", 0, false);
            thread.setDaemon(true);
            thread.start();
            return pump;
        }
    }
}
