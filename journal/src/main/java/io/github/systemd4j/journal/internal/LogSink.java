package io.github.systemd4j.journal.internal;

import io.github.systemd4j.journal.JournalResult;
import io.github.systemd4j.journal.JournalWriter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Where a front end's events become records. Nothing is thrown, whatever the event or the outside world is like. Thread
 * safe.
 *
 * @param <E> the framework's event
 */
public final class LogSink<E> implements AutoCloseable {

    /**
     * Puts an event into a record.
     *
     * @param <E> the framework's event
     */
    public interface Filler<E> {

        /**
         * Does so. What it throws is caught, and the event lost.
         *
         * @param event the event
         * @param entry a record that is empty
         */
        void fill(E event, LogEntry entry);
    }

    /** The framework's way to say that something is wrong with logging itself. */
    public interface Trouble {

        /**
         * Says it.
         *
         * @param message what is wrong
         * @param cause why, null if the message says it
         */
        void tell(String message, @Nullable Throwable cause);
    }

    private final Filler<E> filler;
    private final Trouble trouble;
    private final JournalWriter writer;
    private final EntryPool pool;
    private final AtomicBoolean told = new AtomicBoolean();
    private final AtomicLong failed = new AtomicLong();

    /**
     * Makes a sink. Nothing is opened before the first event.
     *
     * @param settings what is configured; not used afterwards
     * @param filler see there
     * @param trouble told of the first event that is lost, and of no other one
     */
    public LogSink(FrontEndSettings settings, Filler<E> filler, Trouble trouble) {
        FrontEndSettings.Trace stackTrace = settings.stackTrace();
        ContextNames names = new ContextNames(settings.fieldPrefix());
        ThreadIds threads = new ThreadIds();
        this.filler = filler;
        this.trouble = trouble;
        this.writer = settings.openWriter();
        this.pool = new EntryPool(
                Runtime.getRuntime().availableProcessors(), () -> new LogEntry(stackTrace, names, threads));
    }

    /**
     * Sends an event. Waits no longer than the writer does.
     *
     * @param event the event
     * @return null when it is in the journal's queue, or why it is not
     */
    public @Nullable String log(E event) {
        try {
            LogEntry entry = pool.take();
            try {
                filler.fill(event, entry.begin());
                JournalResult result = writer.send(entry.record());
                return result.isSent() ? null : lost(result);
            } finally {
                pool.give(entry);
            }
        } catch (RuntimeException | Error e) { // of the event: a logging call is not to end the service
            failed.incrementAndGet();
            String reason = "no record could be made of an event: " + e;
            tellOnce(reason, e);
            return reason;
        }
    }

    private String lost(JournalResult result) {
        if (result instanceof JournalResult.Failed why) {
            String message = why.cause().getMessage();
            tellOnce("the journal does not take records, which are lost or diverted: " + message, why.cause());
            return message == null ? "failed" : message;
        }
        String message = "there is no journald here";
        tellOnce(message + ": records are lost or diverted", null);
        return message;
    }

    private void tellOnce(String message, @Nullable Throwable cause) {
        if (!told.get() && told.compareAndSet(false, true)) {
            trouble.tell(message + " (further ones are only counted)", cause);
        }
    }

    /**
     * How many events are neither in the journal nor anywhere else.
     *
     * @return the count since the sink was made
     */
    public long dropped() {
        return writer.dropped() + failed.get();
    }

    /** Closes the writer. Events that are logged afterwards are lost. */
    @Override
    public void close() {
        told.set(true); // nobody need hear of an event that was late
        writer.close();
    }
}
