package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Sockaddr;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
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
 * What is not sent is dropped and counted, or written to the standard error, see {@link Fallback}; and when there is
 * room again the journal gets a record that says how many were dropped, with the field N_DROPPED and {@link
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

    private static final FieldName MESSAGE_ID = FieldName.of("MESSAGE_ID");
    private static final FieldName N_DROPPED = FieldName.of("N_DROPPED");

    private final String path;
    private final byte[] pathBytes;
    private final long timeoutNanos;
    private final Fallback fallback;
    private final int sendBuffer;
    private final int standardErrorFd;

    private final ReentrantLock opening = new ReentrantLock();
    private volatile @Nullable Connection connection; // written under opening
    private volatile @Nullable StandardError standardError; // written under opening
    private volatile boolean closed; // written under opening

    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong diverted = new AtomicLong();
    private volatile JournalResult.@Nullable Failed lastFailure;

    private final ReentrantLock reporting = new ReentrantLock();
    private final AtomicLong unreported = new AtomicLong();
    private volatile long reportAt = System.nanoTime(); // written under reporting
    private @Nullable JournalRecord report; // guarded by reporting

    private JournalWriter(Builder builder) {
        this.path = builder.path;
        this.pathBytes = path.getBytes(UTF_8);
        this.timeoutNanos = builder.timeoutNanos;
        this.fallback = builder.fallback;
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
     * Sends a record. It can be changed or sent again afterwards. Waits for the timeout at most; without a journald, or
     * with a full queue that was waited for before, not at all.
     *
     * @param record the record
     * @return what became of it; nothing is thrown because of the outside world
     * @throws IllegalArgumentException if the record has no field
     */
    public JournalResult send(JournalRecord record) {
        if (record.length() == 0) {
            throw new IllegalArgumentException("record: has no field");
        }
        JournalResult result = transmit(record);
        if (!result.isSent()) {
            account(record, result);
        } else if (unreported.get() != 0 && reportAt - System.nanoTime() <= 0) {
            reportDrops(false);
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
                    return failed("send", Errno.ENOSYS, "no system calls: " + backend.reason());
                }
                open = connect(libc);
                if (open == null) {
                    return failed("send", Errno.EBADF, "this JournalWriter is closed");
                }
            }
            return open.send(record.buffer());
        } catch (OutOfMemoryError e) { // direct memory, of which a server may use up all there is
            return failed("malloc", Errno.ENOMEM, e.getMessage());
        }
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

    private JournalResult failed(String call, int errno, @Nullable String advice) {
        return new JournalResult.Failed(new SystemCallException(call, path, errno, advice));
    }

    private void account(JournalRecord record, JournalResult result) {
        if (result instanceof JournalResult.Failed failed) {
            lastFailure = failed;
        }
        if (fallback == Fallback.STDERR && divert(record)) {
            diverted.incrementAndGet();
        } else {
            dropped.incrementAndGet();
            unreported.incrementAndGet();
        }
    }

    private boolean divert(JournalRecord record) {
        Libc libc = Backend.current().libc();
        if (libc == null) {
            return false; // whether there is room cannot be asked
        }
        StandardError open = standardError;
        if (open == null) {
            opening.lock();
            try {
                open = standardError == null ? new StandardError(libc, standardErrorFd) : standardError;
                standardError = open;
            } finally {
                opening.unlock();
            }
        }
        try {
            return open.write(record);
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    /**
     * Says how many were dropped; if that is not sent either, the next one says it.
     *
     * @param last nobody will: it is waited for then; else the record before may have used up the timeout already
     */
    private void reportDrops(boolean last) {
        Connection open = connection;
        if (open == null || !reporting.tryLock()) {
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
            if (!(last ? transmit(to).isSent() : open.offer(to.buffer()))) {
                unreported.addAndGet(count);
            }
        } catch (OutOfMemoryError e) {
            return; // the figure has them all the same
        } finally {
            reporting.unlock();
        }
    }

    /**
     * How many records neither the journal nor the standard error has got. Those that were sent, {@link #dropped} and
     * {@link #diverted} together are all that were given to {@link #send}.
     *
     * @return the count since the writer was made
     */
    public long dropped() {
        return dropped.get();
    }

    /**
     * How many records went to the standard error instead, see {@link Fallback#STDERR}.
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
        if (unreported.get() != 0 && !closed) {
            reportDrops(true);
        }
        opening.lock();
        try {
            closed = true;
            if (connection != null) {
                connection.close();
            }
        } finally {
            opening.unlock();
        }
    }

    /** Settings of a writer. Not thread safe. */
    public static final class Builder {

        private String path = DEFAULT_SOCKET;
        private long timeoutNanos = DEFAULT_TIMEOUT.toNanos();
        private Fallback fallback = Fallback.DROP;
        private int sendBuffer = Connection.SEND_BUFFER;
        private int standardErrorFd = StandardError.FD;

        private Builder() {}

        /**
         * Writes to a namespace of the journal from outside of it, see LogNamespace= in systemd.exec(5). A unit that is in
         * the namespace needs nothing.
         *
         * @param namespace its name: of a-z, A-Z, 0-9, and of {@code . _ -} and {@code @}
         * @return this
         */
        public Builder namespace(String namespace) {
            if (!namespace.matches("[A-Za-z0-9@._-]+")) {
                throw new IllegalArgumentException(
                        "namespace: " + namespace + ", must be of letters, digits and . _ - @");
            }
            return socket("/run/systemd/journal." + namespace + "/socket");
        }

        /**
         * Writes to a socket that is elsewhere, such as one mounted into a container.
         *
         * @param path its absolute path, at most 107 bytes
         * @return this
         */
        public Builder socket(String path) {
            int length = path.getBytes(UTF_8).length;
            if (!path.startsWith("/") || path.indexOf('\0') >= 0 || length > Sockaddr.UNIX_PATH_MAX) {
                throw new IllegalArgumentException(
                        "path: " + path + ", must be absolute and of at most " + Sockaddr.UNIX_PATH_MAX + " bytes");
            }
            this.path = path;
            return this;
        }

        /**
         * How long a record waits for room when journald's queue is full.
         *
         * @param timeout zero for not at all
         * @return this
         */
        public Builder timeout(Duration timeout) {
            if (timeout.isNegative()) {
                throw new IllegalArgumentException("timeout: " + timeout + ", must not be negative");
            }
            // Half of the range is far enough away, and a deadline so far off cannot overflow.
            this.timeoutNanos =
                    timeout.toSeconds() > Long.MAX_VALUE / 2_000_000_000 ? Long.MAX_VALUE / 2 : timeout.toNanos();
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
         */
        public JournalWriter build() {
            return new JournalWriter(this);
        }
    }
}
