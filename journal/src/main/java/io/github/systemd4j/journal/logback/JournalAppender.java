package io.github.systemd4j.journal.logback;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.github.systemd4j.journal.Priority;
import io.github.systemd4j.journal.internal.FrontEndSettings;
import io.github.systemd4j.journal.internal.LogEntry;
import io.github.systemd4j.journal.internal.LogSink;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;

/**
 * Writes Logback's events to the journal, each as one record. Nothing need be set:
 *
 * <pre>{@code
 * <appender name="JOURNAL" class="io.github.systemd4j.journal.logback.JournalAppender"/>
 * }</pre>
 *
 * <p>A record has PRIORITY, SYSLOG_IDENTIFIER, LOGGER, THREAD_NAME, TID (of a platform thread that appends itself), a
 * MARKER for each marker, a field for each entry of the MDC and each key-value pair (see {@link
 * io.github.systemd4j.journal.FieldName#escaped}), EXCEPTION_CLASS for the exception and each of its causes, ERRNO where
 * one of them is a {@link io.github.systemd4j.linux.SystemCallException}, and MESSAGE. An MDC entry or key-value
 * {@code MESSAGE_ID}, or a marker {@code MESSAGE_ID=<id>}, is the MESSAGE_ID.
 *
 * <p>ERROR is err, WARN warning, INFO info, DEBUG and TRACE debug, unless {@link #setPriorities} says otherwise.
 *
 * <p>It never throws and never waits longer than {@link #setTimeoutMillis}. The first event that the journal does not take
 * is told to Logback's status; then they are counted. Thread safe, once it is started; to be set up by one thread.
 */
public final class JournalAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {

    private final FrontEndSettings settings = new FrontEndSettings();
    private volatile @Nullable Layout<ILoggingEvent> layout;
    private volatile @Nullable LogSink<ILoggingEvent> sink;
    private final Priority[] priorities = new Priority[Level.ERROR_INT / Level.DEBUG_INT + 1];

    /** An appender with the usual settings. */
    public JournalAppender() {}

    /**
     * Where journald listens, if not at {@code /run/systemd/journal/socket}.
     *
     * @param path absolute, at most 107 bytes
     * @throws IllegalArgumentException if it is not
     */
    public void setSocket(String path) {
        settings.socket(path);
    }

    /**
     * A namespace of the journal, from outside of it. A unit with LogNamespace= needs nothing.
     *
     * @param name the namespace's
     * @throws IllegalArgumentException if it cannot be one's
     */
    public void setNamespace(String name) {
        settings.namespace(name);
    }

    /**
     * How long an event waits for room when journald's queue is full: the first one, the next ones do not.
     *
     * @param milliseconds 100 unless said; 0 for not at all
     * @throws IllegalArgumentException if it is negative
     */
    public void setTimeoutMillis(long milliseconds) {
        settings.timeoutMillis(milliseconds);
    }

    /**
     * What becomes of events that journald does not take.
     *
     * @param fallback a {@link io.github.systemd4j.journal.Fallback}, in any case: {@code drop} unless said
     * @throws IllegalArgumentException if there is none of that name
     */
    public void setFallback(String fallback) {
        settings.fallback(fallback);
    }

    /**
     * The SYSLOG_IDENTIFIER.
     *
     * @param identifier unless said, the name of the service's unit, or that of the main class or jar
     */
    public void setSyslogIdentifier(String identifier) {
        settings.identifier(identifier);
    }

    /**
     * What is put before the keys of the MDC and of key-values.
     *
     * @param prefix such as {@code MDC_}; empty unless said
     * @throws IllegalArgumentException if it cannot begin a field's name
     */
    public void setFieldPrefix(String prefix) {
        settings.fieldPrefix(prefix);
    }

    /**
     * Where the stack trace goes, with all causes and what was suppressed.
     *
     * @param where {@code message}: after the message, as {@code journalctl} then shows it, unless said; {@code field}:
     *     STACKTRACE; {@code none}
     * @throws IllegalArgumentException if it is none of these
     */
    public void setStackTrace(String where) {
        settings.stackTrace(where);
    }

    /**
     * Whether records have CODE_FILE, CODE_LINE and CODE_FUNC. It costs a walk of the stack for each event; with an
     * AsyncAppender, which has to have {@code includeCallerData} as well.
     *
     * @param location false unless said
     */
    public void setLocation(boolean location) {
        settings.location(location);
    }

    /**
     * Priorities of levels that are not to have the usual one.
     *
     * @param priorities such as {@code INFO=notice, TRACE=info}
     * @throws IllegalArgumentException if a priority is none of syslog(3)'s
     */
    public void setPriorities(String priorities) {
        settings.priorities(priorities);
    }

    /**
     * Makes the message of the whole event, instead of the event's own message. The appender then adds no stack trace to
     * it, for layouts do.
     *
     * @param layout such as a {@link ch.qos.logback.classic.PatternLayout}
     */
    public void setLayout(Layout<ILoggingEvent> layout) {
        this.layout = layout;
    }

    @Override
    public void start() {
        if (isStarted()) {
            return;
        }
        priorities[0] = settings.priority("TRACE", Priority.DEBUG);
        priorities[Level.DEBUG_INT / Level.DEBUG_INT] = settings.priority("DEBUG", Priority.DEBUG);
        priorities[Level.INFO_INT / Level.DEBUG_INT] = settings.priority("INFO", Priority.INFO);
        priorities[Level.WARN_INT / Level.DEBUG_INT] = settings.priority("WARN", Priority.WARNING);
        priorities[Level.ERROR_INT / Level.DEBUG_INT] = settings.priority("ERROR", Priority.ERR);
        boolean location = settings.location();
        sink = new LogSink<>(settings, (event, entry) -> fill(event, entry, location), this::addError);
        super.start();
    }

    @Override
    public void stop() {
        super.stop();
        LogSink<ILoggingEvent> open = sink;
        if (open != null) {
            sink = null;
            open.close();
            long dropped = open.dropped();
            if (dropped > 0) {
                addWarn(dropped + " events were dropped since the start");
            }
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        LogSink<ILoggingEvent> open = sink;
        if (open != null) {
            open.log(event);
        }
    }

    private void fill(ILoggingEvent event, LogEntry entry, boolean location) {
        String thread = event.getThreadName();
        boolean own = Thread.currentThread().getName().equals(thread);
        int level = Math.min(event.getLevel().toInt(), Level.ERROR_INT) / Level.DEBUG_INT;
        entry.about(priorities[Math.max(0, level)], event.getLoggerName(), thread, own);
        if (location) {
            caller(event, entry);
        }
        List<Marker> markers = event.getMarkerList();
        if (markers != null) {
            for (Marker marker : markers) {
                marker(marker, entry);
            }
        }
        Map<String, String> context = event.getMDCPropertyMap();
        if (context != null) {
            entry.contexts(context);
        }
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            for (KeyValuePair pair : pairs) {
                entry.context(pair.key, pair.value);
            }
        }
        message(event, entry);
    }

    private void message(ILoggingEvent event, LogEntry entry) {
        IThrowableProxy proxy = event.getThrowableProxy();
        Throwable thrown = proxy instanceof ThrowableProxy real ? real.getThrowable() : null;
        Layout<ILoggingEvent> format = layout;
        if (format != null) {
            entry.laidOut(format.doLayout(event), thrown);
        } else if (proxy == null || thrown != null) {
            entry.message(event.getFormattedMessage(), thrown);
        } else { // an event from elsewhere, of whose exception there is only a description
            entry.text().append(event.getFormattedMessage()).append('\n').append(ThrowableProxyUtil.asString(proxy));
            entry.message(entry.text(), null);
        }
    }

    private static void marker(Marker marker, LogEntry entry) {
        entry.marker(marker.getName());
        if (marker.hasReferences()) {
            for (Iterator<Marker> references = marker.iterator(); references.hasNext(); ) {
                marker(references.next(), entry);
            }
        }
    }

    private static void caller(ILoggingEvent event, LogEntry entry) {
        StackTraceElement[] callers = event.getCallerData();
        if (callers != null && callers.length > 0) {
            StackTraceElement caller = callers[0];
            entry.location(caller.getClassName(), caller.getMethodName(), caller.getFileName(), caller.getLineNumber());
        }
    }
}
