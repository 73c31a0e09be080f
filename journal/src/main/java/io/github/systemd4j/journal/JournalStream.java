package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines to systemd-journald(8) by the socket that it has for the output of services: text with an identifier and
 * a priority, and no other fields. The JDK does all of it: no native code is loaded, so it works where none may be.
 *
 * <pre>{@code
 * JournalStream journal = JournalStream.open("orders");
 * journal.write(Priority.WARNING, "no stock");
 * System.setOut(new PrintStream(journal.outputStream(Priority.INFO, false), true, UTF_8));
 * }</pre>
 *
 * <p>Each line is a record. A text of several is cut where journald would: at newlines and NULs, and before {@link
 * #MAX_LINE} bytes, there between two characters; empty lines are none. No line gets another priority by what it begins
 * with, such as {@code <0>}.
 *
 * <p>The service is never blocked: when the socket is full, the first text waits for room, at most for the timeout; then
 * none waits until one has gone through again. What is not written is counted. No line is torn: of one that the kernel
 * took a part of, the rest goes before the next text, or at {@link #close}. journald's streams outlive its restart; one
 * that breaks is connected again.
 *
 * <p>Thread safe: the lines of a text stay together. See sd_journal_stream_fd(3).
 */
public final class JournalStream implements AutoCloseable {

    /** Where journald listens for streams; in a unit with LogNamespace=, its namespace's. */
    public static final String DEFAULT_SOCKET = "/run/systemd/journal/stdout";

    /**
     * The bytes of a line, priority and newline included: LineMax= of journald.conf(5), unless it was changed. With a
     * smaller one there, journald cuts longer lines itself, and what it cuts off may begin with a priority.
     */
    public static final int MAX_LINE = 48 * 1024;

    private final StreamSender sender;
    private final long timeoutNanos;
    private final AtomicLong dropped = new AtomicLong();
    private volatile JournalResult.@Nullable Failed lastFailure;

    private JournalStream(Builder builder) {
        this.sender = new StreamSender(builder.path, builder.identifier);
        this.timeoutNanos = builder.timeoutNanos;
    }

    /**
     * A stream to the journal of this machine, or of the unit's namespace. Nothing is opened before the first text;
     * whether there is a journal, its answer says.
     *
     * @param identifier the SYSLOG_IDENTIFIER of the lines, see {@link Builder}
     * @return the stream
     */
    public static JournalStream open(String identifier) {
        return builder(identifier).build();
    }

    /**
     * A stream that is not as {@link #open} makes it.
     *
     * @param identifier the SYSLOG_IDENTIFIER of the lines, which is what journalctl shows before them: 1 to 250 bytes
     *     without control characters, that neither begin nor end with a space
     * @return a builder
     */
    public static Builder builder(String identifier) {
        return new Builder(Settings.identifier(identifier));
    }

    /**
     * Writes a text, each of its lines as a record. Waits for the timeout at most; without a journald, or with a full
     * socket that was waited for before, not at all.
     *
     * @param priority that of each line
     * @param text any text; unpaired surrogates become question marks
     * @return what became of it; nothing is thrown because of the outside world. Of one that is not {@link
     *     JournalResult.Sent sent}, the journal may have the first lines
     */
    public JournalResult write(Priority priority, CharSequence text) {
        return write(priority.level(), ByteBuffer.wrap(text.toString().getBytes(UTF_8)));
    }

    JournalResult write(int level, ByteBuffer text) {
        JournalResult result = sender.write(level, text, timeoutNanos);
        if (result instanceof JournalResult.Failed failed) {
            lastFailure = failed;
        }
        if (!result.isSent()) {
            dropped.incrementAndGet();
        }
        return result;
    }

    /**
     * A stream of bytes whose lines are written as those of a text are, when they are whole: {@code flush} does not cut
     * them, {@code close} writes what has no newline yet, and leaves this stream open. It never throws: what is not
     * written is counted here. It is thread safe, but a line that is written in pieces may get another thread's between
     * them.
     *
     * @param priority that of each line
     * @param levelPrefix whether a line may begin with another priority, as {@code <3>}, which sd-daemon(3) describes;
     *     only for a program that keeps foreign text away from there
     * @return the stream
     */
    public OutputStream outputStream(Priority priority, boolean levelPrefix) {
        return new StreamOutput(this, priority, levelPrefix);
    }

    /**
     * How many texts, or lines of an {@link #outputStream}, the journal has not got, or not whole.
     *
     * @return the count since the stream was made
     */
    public long dropped() {
        return dropped.get();
    }

    /**
     * Why the last text that failed did.
     *
     * @return the cause, empty as long as none failed; {@link JournalResult.NotUnderJournald} is no failure
     */
    public Optional<IOException> lastFailure() {
        JournalResult.Failed failed = lastFailure;
        return failed == null ? Optional.empty() : Optional.of(failed.cause());
    }

    /**
     * Writes the rest of a torn line, if there is one, within the timeout, and closes the socket. Texts written
     * afterwards fail. May be called again.
     */
    @Override
    public void close() {
        sender.close(timeoutNanos);
    }

    /** Settings of a stream. Not thread safe. */
    public static final class Builder {

        private final String identifier;
        private String path = DEFAULT_SOCKET;
        private long timeoutNanos = JournalWriter.DEFAULT_TIMEOUT.toNanos();

        private Builder(String identifier) {
            this.identifier = identifier;
        }

        /**
         * Writes to a namespace of the journal from outside of it, see LogNamespace= in systemd.exec(5). A unit that is in
         * the namespace needs nothing.
         *
         * @param namespace its name: of a-z, A-Z, 0-9, and of {@code . _ -} and {@code @}
         * @return this
         */
        public Builder namespace(String namespace) {
            return socket(Settings.inNamespace(namespace, "stdout"));
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
         * How long a text waits when the socket is full.
         *
         * @param timeout zero for not at all; {@link JournalWriter#DEFAULT_TIMEOUT} unless said
         * @return this
         */
        public Builder timeout(Duration timeout) {
            this.timeoutNanos = Settings.timeoutNanos(timeout);
            return this;
        }

        /**
         * Makes the stream. Nothing is opened yet.
         *
         * @return the stream
         */
        public JournalStream build() {
            return new JournalStream(this);
        }
    }
}
