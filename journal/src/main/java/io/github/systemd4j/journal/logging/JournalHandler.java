package io.github.systemd4j.journal.logging;

import io.github.systemd4j.journal.Priority;
import io.github.systemd4j.journal.internal.FrontEndSettings;
import io.github.systemd4j.journal.internal.LogEntry;
import io.github.systemd4j.journal.internal.LogSink;
import java.util.function.Consumer;
import java.util.logging.ErrorManager;
import java.util.logging.Filter;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records of java.util.logging to the journal, each as one record. Nothing need be set:
 *
 * <pre>{@code
 * handlers = io.github.systemd4j.journal.logging.JournalHandler
 * }</pre>
 *
 * <p>A record has PRIORITY, SYSLOG_IDENTIFIER, LOGGER, THREAD_NAME and TID (of a thread that publishes itself; TID of a
 * platform thread), EXCEPTION_CLASS for the exception and each of its causes, ERRNO where one of them is a {@link
 * io.github.systemd4j.linux.SystemCallException}, and MESSAGE: localized, its parameters filled in, or whatever the
 * formatter makes, if one is set.
 *
 * <p>SEVERE is err, WARNING warning, INFO and CONFIG info, FINE, FINER and FINEST debug, and a level in between is as the
 * next less urgent one, unless {@code priorities} says otherwise.
 *
 * <p>Properties of the LogManager, all of them optional and beginning with the name of this class:
 *
 * <ul>
 *   <li>{@code .level}, {@code .filter}, {@code .formatter}: as of other handlers. All levels unless said.
 *   <li>{@code .socket}, {@code .namespace}: where journald listens, if not at {@code /run/systemd/journal/socket}.
 *   <li>{@code .timeoutMillis}: how long a record waits for room when journald's queue is full: the first one, the next
 *       ones do not. 100 unless said, 0 for not at all.
 *   <li>{@code .fallback}: {@code drop} or {@code stderr}, see {@link io.github.systemd4j.journal.Fallback}.
 *   <li>{@code .syslogIdentifier}: unless said, the name of the service's unit, or that of the main class or jar.
 *   <li>{@code .stackTrace}: {@code message}, {@code field} (STACKTRACE) or {@code none}.
 *   <li>{@code .location}: {@code true} for CODE_FUNC, which costs a walk of the stack for each record.
 *   <li>{@code .priorities}: such as {@code INFO=notice, CONFIG=debug}.
 * </ul>
 *
 * <p>It never throws and never waits longer than that. The first record that the journal does not take is told to the
 * error manager; then they are counted. Thread safe.
 */
public final class JournalHandler extends Handler {

    /** Only for its way with parameters and resource bundles. */
    private static final Formatter MESSAGES = new Formatter() {
        @Override
        public String format(LogRecord record) {
            return formatMessage(record);
        }
    };

    private final FrontEndSettings settings = new FrontEndSettings();
    private final LogSink<LogRecord> sink;
    private volatile boolean closed;

    /** A handler as the LogManager's properties say. A setting that is wrong is told, and stays as it is usually. */
    public JournalHandler() {
        LogManager manager = LogManager.getLogManager();
        String prefix = JournalHandler.class.getName() + '.';
        set(manager, prefix + "level", text -> setLevel(Level.parse(text)));
        set(manager, prefix + "filter", text -> setFilter((Filter) instance(text)));
        set(manager, prefix + "formatter", text -> setFormatter((Formatter) instance(text)));
        set(manager, prefix + "socket", settings::socket);
        set(manager, prefix + "namespace", settings::namespace);
        set(manager, prefix + "timeoutMillis", settings::timeoutMillis);
        set(manager, prefix + "fallback", settings::fallback);
        set(manager, prefix + "syslogIdentifier", settings::identifier);
        set(manager, prefix + "stackTrace", settings::stackTrace);
        set(manager, prefix + "location", text -> settings.location(Boolean.parseBoolean(text)));
        set(manager, prefix + "priorities", settings::priorities);
        sink = new LogSink<>(settings, this::fill, this::told);
    }

    private void set(LogManager manager, String property, Consumer<String> setting) {
        String value = manager.getProperty(property);
        if (value == null) {
            return;
        }
        try {
            setting.accept(value.strip());
        } catch (IllegalArgumentException | ClassCastException e) {
            reportError(property + " is not set: " + e.getMessage(), null, ErrorManager.OPEN_FAILURE);
        }
    }

    /** As the JDK's handlers do it: by the loader of the application. */
    private static Object instance(String type) {
        try {
            return ClassLoader.getSystemClassLoader()
                    .loadClass(type)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new IllegalArgumentException(type + " cannot be made: " + e, e);
        }
    }

    private void told(String message, @Nullable Throwable cause) {
        Exception why = cause instanceof Exception exception ? exception : null;
        reportError(JournalHandler.class.getName() + ": " + message, why, ErrorManager.WRITE_FAILURE);
    }

    @Override
    public void publish(LogRecord record) {
        if (!closed && isLoggable(record)) {
            sink.log(record);
        }
    }

    private void fill(LogRecord record, LogEntry entry) {
        Thread thread = Thread.currentThread();
        boolean own = record.getLongThreadID() == thread.getId();
        entry.about(priority(record.getLevel()), record.getLoggerName(), own ? thread.getName() : null, own);
        if (settings.location()) {
            String type = record.getSourceClassName();
            String method = record.getSourceMethodName();
            if (type != null && method != null) {
                entry.location(type, method, null, 0);
            }
        }
        Formatter formatter = getFormatter();
        if (formatter == null) {
            entry.message(MESSAGES.formatMessage(record), record.getThrown());
        } else {
            entry.laidOut(formatter.format(record), record.getThrown());
        }
    }

    private Priority priority(Level level) {
        return settings.priority(level.getName(), usual(level.intValue()));
    }

    private static Priority usual(int level) {
        if (level >= Level.SEVERE.intValue()) {
            return Priority.ERR;
        } else if (level >= Level.WARNING.intValue()) {
            return Priority.WARNING;
        } else {
            return level >= Level.CONFIG.intValue() ? Priority.INFO : Priority.DEBUG;
        }
    }

    /** Does nothing: no record is kept back. */
    @Override
    public void flush() {
        // Each record was sent when it was published.
    }

    /** Closes the socket. Records that are published afterwards are ignored. */
    @Override
    public void close() {
        closed = true;
        sink.close();
    }
}
