package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Libc;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes records to systemd-journald(8) by its native protocol, and never blocks the service for it.
 *
 * <pre>{@code
 * JournalWriter journal = JournalWriter.open();
 * JournalRecord record = JournalRecord.create();
 * journal.send(record.clear().priority(Priority.INFO).message("started").field("PORT", "8080"));
 * }</pre>
 *
 * <p>A record is one datagram; one that is too long for that goes as a sealed file in memory. When journald's queue is
 * full, the first record waits for room, at most for the timeout; then no record waits until one has gone through again.
 * What is not sent is dropped and counted, or its text goes elsewhere, see {@link Fallback}; and when there is room
 * again the journal gets a record that says how many were dropped, with the field N_DROPPED and {@link
 * #DROPPED_MESSAGE_ID}. A socket that was made anew is found again.
 *
 * <p>Thread safe: one writer for all threads, which do not wait for each other. A {@link JournalRecord} belongs to one
 * thread at a time.
 */
public final class JournalWriter implements AutoCloseable {

    /** Where journald listens; in a unit with LogNamespace=, its namespace's. */
    public static final String DEFAULT_SOCKET = "/run/systemd/journal/socket";

    /** The MESSAGE_ID of the record that says how many were dropped. */
    public static final String DROPPED_MESSAGE_ID = "de0d4269896d436886e742c9070e86af";

    /** How long a record waits for room in a full queue, unless said otherwise. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofMillis(100);

    /** Reports of drops take room in the queue themselves. */
    private static final long REPORT_NANOS = 1_000_000_000;

    private static final int MAX_COMMON_BYTES = 32 * 1024;

    private static final FieldName SYSLOG_IDENTIFIER = FieldName.of("SYSLOG_IDENTIFIER");
    private static final FieldName MESSAGE_ID = FieldName.of("MESSAGE_ID");
    private static final FieldName N_DROPPED = FieldName.of("N_DROPPED");

    private final String path;
    private final byte[] pathBytes;
    private final long timeoutNanos;
    private final Fallback fallback;
    private final byte[] common; // fields of every record, as they are sent
    private final int sendBuffer;
    private final int standardErrorFd;
    private final StreamSender stream;

    private final ReentrantLock opening = new ReentrantLock();
    private volatile @Nullable Connection connection; // written under opening
    private volatile @Nullable StandardError standardError; // written under opening
    private volatile boolean closed; // written under opening

    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong diverted = new AtomicLong();
    private volatile JournalResult.@Nullable Failed lastFailure;
    private volatile JournalResult.@Nullable Failed unavailable;

    private final ReentrantLock reporting = new ReentrantLock();
    private final AtomicLong unreported = new AtomicLong();
    private volatile long reportAt = System.nanoTime(); // written under reporting
    private @Nullable JournalRecord report; // guarded by reporting

    private JournalWriter(Builder builder) {
        this.path = builder.path;
        this.pathBytes = path.getBytes(UTF_8);
        this.timeoutNanos = builder.timeoutNanos;
        this.fallback = builder.fallback;
        this.common = builder.common();
        this.stream = new StreamSender(
                builder.stream == null ? Settings.beside(path, "stdout") : builder.stream,
                builder.identifier == null ? "" : builder.identifier);
        this.sendBuffer = builder.sendBuffer;
        this.standardErrorFd = builder.standardErrorFd;
    }

    /**
     * A writer to the journal of this machine, or of the unit's namespace. Nothing is opened or loaded before the first
     * record; whether there is a journal, its answer says.
     *
     * @return the writer
     */
    public static JournalWriter open() {
        return builder().build();
    }

    /**
     * A writer that is not as {@link #open()} makes it.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sends a record. It can be changed or sent again afterwards. Waits for the timeout at most, and, where there is a
     * {@link Fallback#STREAM}, once more for that; without a journald, or with a full queue that was waited for before,
     * not at all.
     *
     * @param record the record
     * @return what became of it as a record, wherever its text went then; nothing is thrown because of the outside world
     * @throws IllegalArgumentException if the record has no field
     */
    public JournalResult send(JournalRecord record) {
        if (record.length() == 0) {
            throw new IllegalArgumentException("record: has no field");
        }
        JournalResult result = transmit(record);
        if (!result.isSent()) {
            account(record, result);
        } else {
            reportDropsWhenDue();
        }
        return result;
    }

    private JournalResult transmit(JournalRecord record) {
        try {
            Connection open = connection;
            if (open == null) {
                if (isAbsent() && !closed) {
                    return Connection.NOT_UNDER_JOURNALD;
                }
                Backend backend = Backend.current();
                Libc libc = backend.libc();
                if (libc == null) {
                    return unavailable(backend);
                }
                open = connect(libc);
                if (open == null) {
                    return failed("send", Errno.EBADF, "this JournalWriter is closed");
                }
            }
            return open.send(record.buffer(), common);
        } catch (OutOfMemoryError e) { // direct memory, of which a server may use up all there is
            return failed("malloc", Errno.ENOMEM, e.getMessage());
        }
    }

    /** One and the same exception for all records, as it stays so. */
    private JournalResult unavailable(Backend backend) {
        JournalResult.Failed failure = unavailable;
        if (failure == null) {
            failure = failed("send", Errno.ENOSYS, "no system calls: " + backend.reason());
            unavailable = failure;
        }
        return failure;
    }

    /** Asked before any native code is loaded. A path beyond ASCII is the kernel's to find. */
    private boolean isAbsent() {
        return pathBytes.length == path.length() && !new File(path).exists();
    }

    private @Nullable Connection connect(Libc libc) {
        opening.lock();
        try {
            if (connection == null && !closed) {
                connection = new Connection(libc, path, pathBytes, timeoutNanos, sendBuffer);
            }
            return connection;
        } finally {
            opening.unlock();
        }
    }

    private JournalResult.Failed failed(String call, int errno, @Nullable String advice) {
        return new JournalResult.Failed(new SystemCallException(call, path, errno, advice));
    }

    private void account(JournalRecord record, JournalResult result) {
        if (result instanceof JournalResult.Failed failed) {
            lastFailure = failed;
        }
        if (fallsBackToStream() && toStream(record, timeoutNanos)) {
            diverted.incrementAndGet();
            reportDropsWhenDue();
        } else if (fallsBackToStandardError() && toStandardError(record)) {
            diverted.incrementAndGet();
        } else {
            dropped.incrementAndGet();
            unreported.incrementAndGet();
        }
    }

    private boolean fallsBackToStream() {
        return fallback == Fallback.STREAM || fallback == Fallback.STREAM_THEN_STDERR;
    }

    private boolean fallsBackToStandardError() {
        return fallback == Fallback.STDERR || fallback == Fallback.STREAM_THEN_STDERR;
    }

    private boolean offer(JournalRecord record) {
        Connection open = connection;
        return open != null && open.offer(record.buffer(), common);
    }

    private boolean toStream(JournalRecord record, long patienceNanos) {
        ByteBuffer text = record.message();
        return text.hasRemaining()
                && stream.write(record.level(), text, patienceNanos).isSent();
    }

    private boolean toStandardError(JournalRecord record) {
        byte[] lines = StandardError.lines(record.level(), record.message(StandardError.MAX_BYTES));
        try {
            return lines.length > 0 && standardError().write(lines);
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    private StandardError standardError() {
        StandardError open = standardError;
        if (open != null) {
            return open;
        }
        opening.lock();
        try {
            open = standardError;
            if (open == null) {
                Libc libc = Backend.current().libc();
                open = libc == null
                        ? new ThreadedStandardError(new FileOutputStream(FileDescriptor.err), timeoutNanos)
                        : new PolledStandardError(libc, standardErrorFd);
                standardError = open;
            }
            return open;
        } finally {
            opening.unlock();
        }
    }

    private void reportDropsWhenDue() {
        if (unreported.get() != 0 && reportAt - System.nanoTime() <= 0) {
            reportDrops(false);
        }
    }

    /**
     * Says how many were dropped; if that is not sent either, the next one says it.
     *
     * @param last nobody will: it is waited for then; else the record before may have used up the timeout already
     */
    private void reportDrops(boolean last) {
        if (!reporting.tryLock()) {
            return; // another thread is at it
        }
        try {
            reportAt = System.nanoTime() + REPORT_NANOS;
            long count = unreported.getAndSet(0);
            if (count == 0) {
                return;
            }
            JournalRecord to = report == null ? JournalRecord.ofAtMost(1024) : report;
            report = to;
            to.clear()
                    .priority(Priority.WARNING)
                    .field(MESSAGE_ID, DROPPED_MESSAGE_ID)
                    .field(N_DROPPED, count)
                    .message(count + " records of this process were dropped: the journal did not take them");
            boolean sent = last ? transmit(to).isSent() : offer(to);
            if (!sent && !(fallsBackToStream() && toStream(to, last ? timeoutNanos : 0))) {
                unreported.addAndGet(count);
            }
        } catch (OutOfMemoryError e) {
            return; // the figure has them all the same
        } finally {
            reporting.unlock();
        }
    }

    /**
     * How many records neither the journal nor what the {@link Fallback} names has got. Those that were sent, {@link
     * #dropped} and {@link #diverted} together are all that were given to {@link #send}.
     *
     * @return the count since the writer was made
     */
    public long dropped() {
        return dropped.get();
    }

    /**
     * How many records went as text where the {@link Fallback} says.
     *
     * @return the count since the writer was made
     */
    public long diverted() {
        return diverted.get();
    }

    /**
     * Why the last record that failed did.
     *
     * @return the cause, empty as long as none failed; {@link JournalResult.NotUnderJournald} is no failure
     */
    public Optional<IOException> lastFailure() {
        JournalResult.Failed failed = lastFailure;
        return failed == null ? Optional.empty() : Optional.of(failed.cause());
    }

    /**
     * Says how many records were dropped, if that is still to be said, and closes the socket; a thread that is waiting
     * for room still waits for its timeout. Records sent afterwards fail. May be called again.
     */
    @Override
    public void close() {
        if (unreported.get() != 0 && !closed && (connection != null || fallsBackToStream())) {
            reportDrops(true);
        }
        opening.lock();
        try {
            closed = true;
            if (connection != null) {
                connection.close();
            }
            if (standardError != null) {
                standardError.close();
            }
        } finally {
            opening.unlock();
        }
        stream.close(timeoutNanos);
    }

    /** Settings of a writer. Not thread safe. */
    public static final class Builder {

        private String path = DEFAULT_SOCKET;
        private long timeoutNanos = DEFAULT_TIMEOUT.toNanos();
        private Fallback fallback = Fallback.DROP;
        private @Nullable String stream;
        private @Nullable String identifier;
        private ContainerFields container = ContainerFields.none();
        private final List<Map.Entry<FieldName, String>> fields = new ArrayList<>();
        private int sendBuffer = Connection.SEND_BUFFER;
        private int standardErrorFd = PolledStandardError.FD;

        private Builder() {}

        /**
         * Writes to a namespace of the journal from outside of it, see LogNamespace= in systemd.exec(5). A unit that is in
         * the namespace needs nothing.
         *
         * @param namespace its name: of a-z, A-Z, 0-9, and of {@code . _ -} and {@code @}
         * @return this
         */
        public Builder namespace(String namespace) {
            return socket(Settings.inNamespace(namespace, "socket"));
        }

        /**
         * Writes to a socket that is elsewhere, such as one mounted into a container.
         *
         * @param path its absolute path, at most 107 bytes
         * @return this
         */
        public Builder socket(String path) {
            this.path = Settings.socketPath(path);
            return this;
        }

        /**
         * How long a record waits for room when journald's queue is full.
         *
         * @param timeout zero for not at all
         * @return this
         */
        public Builder timeout(Duration timeout) {
            this.timeoutNanos = Settings.timeoutNanos(timeout);
            return this;
        }

        /**
         * What becomes of records that journald does not take.
         *
         * @param fallback {@link Fallback#DROP} unless said
         * @return this
         */
        public Builder fallback(Fallback fallback) {
            this.fallback = fallback;
            return this;
        }

        /**
         * Where {@link Fallback#STREAM} finds journald's stream, if not at {@code stdout} in the directory of the socket.
         *
         * @param path its absolute path, at most 107 bytes
         * @return this
         */
        public Builder stream(String path) {
            this.stream = Settings.socketPath(path);
            return this;
        }

        /**
         * The SYSLOG_IDENTIFIER of every record, which journalctl shows before the message; and of the text that goes to
         * the stream, which can have one for all records only. Without it journalctl shows the command's name, {@code
         * java}.
         *
         * @param identifier 1 to 250 bytes without control characters, that neither begin nor end with a space
         * @return this
         */
        public Builder identifier(String identifier) {
            this.identifier = Settings.identifier(identifier);
            return this;
        }

        /**
         * Adds the fields of a container to every record. Text that goes to the stream has no fields.
         *
         * @param container the fields, {@link ContainerFields#fromEnvironment()} for example
         * @return this
         */
        public Builder container(ContainerFields container) {
            this.container = container;
            return this;
        }

        /**
         * Adds a field to every record. It is encoded once: a record costs its bytes. With the identifier and those of
         * the container there may be 16, of 32 KiB in all.
         *
         * @param name the name
         * @param value any text
         * @return this
         */
        public Builder field(FieldName name, CharSequence value) {
            fields.add(Map.entry(name, value.toString()));
            return this;
        }

        /** The fields of every record as they are sent. */
        private byte[] common() {
            int count = (identifier == null ? 0 : 1) + container.asMap().size() + fields.size();
            if (count == 0) {
                return new byte[0];
            }
            JournalRecord all = JournalRecord.ofAtMost(MAX_COMMON_BYTES);
            if (identifier != null) {
                all.field(SYSLOG_IDENTIFIER, identifier);
            }
            all.container(container);
            fields.forEach(field -> all.field(field.getKey(), field.getValue()));
            if (count > RecordBuffer.MAX_COMMON_FIELDS || all.isTruncated()) {
                throw new IllegalArgumentException("field: there are " + count + " for every record, must be at most "
                        + RecordBuffer.MAX_COMMON_FIELDS + " and of " + MAX_COMMON_BYTES + " bytes");
            }
            return all.bytes();
        }

        /** A buffer of another size, so that tests need no long records. */
        Builder sendBuffer(int bytes) {
            this.sendBuffer = bytes;
            return this;
        }

        /** Another descriptor in the place of the standard error. */
        Builder standardError(int fd) {
            this.standardErrorFd = fd;
            return this;
        }

        /**
         * Makes the writer. Nothing is opened yet.
         *
         * @return the writer
         * @throws IllegalArgumentException if there are too many fields for every record
         */
        public JournalWriter build() {
            return new JournalWriter(this);
        }
    }
}
