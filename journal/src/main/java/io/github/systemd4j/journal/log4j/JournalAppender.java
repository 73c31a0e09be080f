package io.github.systemd4j.journal.log4j;

import io.github.systemd4j.journal.Priority;
import io.github.systemd4j.journal.internal.FrontEndSettings;
import io.github.systemd4j.journal.internal.LogEntry;
import io.github.systemd4j.journal.internal.LogSink;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.Marker;
import org.apache.logging.log4j.ThreadContext;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.Core;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.appender.AppenderLoggingException;
import org.apache.logging.log4j.core.config.plugins.Plugin;
import org.apache.logging.log4j.core.config.plugins.PluginBuilderAttribute;
import org.apache.logging.log4j.core.config.plugins.PluginBuilderFactory;
import org.apache.logging.log4j.message.MapMessage;
import org.apache.logging.log4j.message.Message;
import org.apache.logging.log4j.util.StringBuilderFormattable;
import org.apache.logging.log4j.util.TriConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes Log4j's events to the journal, each as one record. Nothing need be set:
 *
 * <pre>{@code
 * <Journal name="JOURNAL"/>
 * }</pre>
 *
 * <p>A record has PRIORITY, SYSLOG_IDENTIFIER, LOGGER, THREAD_NAME, TID (of a platform thread that appends itself), a
 * MARKER for the marker and each of its parents, a field for each entry of the thread context and of a {@link MapMessage}
 * (see {@link io.github.systemd4j.journal.FieldName#escaped}), NDC for each entry of the context stack, EXCEPTION_CLASS
 * for the exception and each of its causes, ERRNO where one of them is a {@link
 * io.github.systemd4j.linux.SystemCallException}, and MESSAGE. An entry {@code MESSAGE_ID}, or a marker
 * {@code MESSAGE_ID=<id>}, is the MESSAGE_ID.
 *
 * <p>FATAL is crit, ERROR err, WARN warning, INFO info, DEBUG and TRACE debug, and a level in between is as the next less
 * urgent one, unless {@code priorities} says otherwise.
 *
 * <p>It never throws and never waits longer than {@code timeoutMillis}. The first event that the journal does not take is
 * told to Log4j's status logger; then they are counted. With {@code ignoreExceptions="false"} each of them throws an
 * {@link AppenderLoggingException}, as a Failover appender wants it. Thread safe.
 */
@Plugin(name = "Journal", category = Core.CATEGORY_NAME, elementType = Appender.ELEMENT_TYPE, printObject = true)
public final class JournalAppender extends AbstractAppender {

    private static final TriConsumer<String, Object, LogEntry> CONTEXT =
            (key, value, entry) -> entry.context(key, value);

    private final FrontEndSettings settings;
    private final boolean laidOut;
    private final Map<Level, Priority> priorities;
    private volatile @Nullable LogSink<LogEvent> sink;

    private JournalAppender(Builder builder, FrontEndSettings settings) {
        super(
                builder.getName(),
                builder.getFilter(),
                builder.getLayout(),
                builder.isIgnoreExceptions(),
                builder.getPropertyArray());
        this.settings = settings;
        this.laidOut = builder.getLayout() != null;
        Map<Level, Priority> known = new HashMap<>();
        for (Level level : Level.values()) {
            known.put(level, settings.priority(level.name(), usual(level)));
        }
        this.priorities = Map.copyOf(known);
    }

    /**
     * For Log4j, which sets the builder's fields from the configuration.
     *
     * @return a builder
     */
    @PluginBuilderFactory
    public static Builder newBuilder() {
        return new Builder();
    }

    /** Whether the location is wanted, which asynchronous loggers have to find out beforehand. */
    @Override
    public boolean requiresLocation() {
        return settings.location() || super.requiresLocation();
    }

    @Override
    public void start() {
        if (sink == null) {
            sink = new LogSink<>(settings, this::fill, this::told);
        }
        super.start();
    }

    @Override
    public boolean stop(long timeout, TimeUnit unit) {
        setStopping();
        boolean stopped = super.stop(timeout, unit, false);
        LogSink<LogEvent> open = sink;
        if (open != null) {
            sink = null;
            open.close();
            long dropped = open.dropped();
            if (dropped > 0) {
                LOGGER.warn("{}: {} events were dropped since the start", getName(), dropped);
            }
        }
        setStopped();
        return stopped;
    }

    private void told(String message, @Nullable Throwable cause) {
        error(getName() + ": " + message, cause);
    }

    @Override
    public void append(LogEvent event) {
        LogSink<LogEvent> open = sink;
        if (open != null) {
            String failure = open.log(event);
            if (failure != null && !ignoreExceptions()) {
                throw new AppenderLoggingException(getName() + ": " + failure);
            }
        }
    }

    private void fill(LogEvent event, LogEntry entry) {
        boolean own = event.getThreadId() == Thread.currentThread().getId();
        entry.about(priority(event.getLevel()), event.getLoggerName(), event.getThreadName(), own);
        if (settings.location()) {
            StackTraceElement source = event.getSource();
            if (source != null) {
                entry.location(
                        source.getClassName(), source.getMethodName(), source.getFileName(), source.getLineNumber());
            }
        }
        Marker marker = event.getMarker();
        if (marker != null) {
            marker(marker, entry);
        }
        event.getContextData().forEach(CONTEXT, entry);
        ThreadContext.ContextStack stack = event.getContextStack();
        if (stack != null && stack.getDepth() > 0) {
            stack.asList().forEach(each -> entry.context("NDC", each));
        }
        message(event, entry);
    }

    private void message(LogEvent event, LogEntry entry) {
        Message message = event.getMessage();
        if (message instanceof MapMessage<?, ?> map) {
            map.forEach(CONTEXT, entry);
        }
        if (laidOut) {
            entry.laidOut(String.valueOf(toSerializable(event)), event.getThrown());
        } else if (message instanceof StringBuilderFormattable formattable) {
            formattable.formatTo(entry.text());
            entry.message(entry.text(), event.getThrown());
        } else {
            entry.message(message == null ? null : message.getFormattedMessage(), event.getThrown());
        }
    }

    private static void marker(Marker marker, LogEntry entry) {
        entry.marker(marker.getName());
        if (marker.hasParents()) {
            for (Marker parent : marker.getParents()) {
                marker(parent, entry);
            }
        }
    }

    private Priority priority(Level level) {
        Priority priority = priorities.get(level);
        return priority == null ? settings.priority(level.name(), usual(level)) : priority; // a level made since
    }

    private static Priority usual(Level level) {
        int value = level.intLevel();
        if (value <= Level.FATAL.intLevel()) {
            return Priority.CRIT;
        } else if (value <= Level.ERROR.intLevel()) {
            return Priority.ERR;
        } else if (value <= Level.WARN.intLevel()) {
            return Priority.WARNING;
        } else {
            return value <= Level.INFO.intLevel() ? Priority.INFO : Priority.DEBUG;
        }
    }

    /** The attributes of the element {@code <Journal>}. Not thread safe. */
    public static final class Builder extends AbstractAppender.Builder<Builder>
            implements org.apache.logging.log4j.core.util.Builder<JournalAppender> {

        @PluginBuilderAttribute
        private @Nullable String socket;

        @PluginBuilderAttribute
        private @Nullable String namespace;

        @PluginBuilderAttribute
        private @Nullable String timeoutMillis;

        @PluginBuilderAttribute
        private @Nullable String fallback;

        @PluginBuilderAttribute
        private @Nullable String syslogIdentifier;

        @PluginBuilderAttribute
        private @Nullable String fieldPrefix;

        @PluginBuilderAttribute
        private @Nullable String stackTrace;

        @PluginBuilderAttribute
        private boolean location;

        @PluginBuilderAttribute
        private @Nullable String priorities;

        private Builder() {}

        /**
         * Where journald listens, if not at {@code /run/systemd/journal/socket}.
         *
         * @param path absolute, at most 107 bytes
         * @return this
         */
        public Builder setSocket(String path) {
            this.socket = path;
            return this;
        }

        /**
         * A namespace of the journal, from outside of it. A unit with LogNamespace= needs nothing.
         *
         * @param name the namespace's
         * @return this
         */
        public Builder setNamespace(String name) {
            this.namespace = name;
            return this;
        }

        /**
         * How long an event waits for room when journald's queue is full: the first one, the next ones do not.
         *
         * @param milliseconds a decimal number; 100 unless said, 0 for not at all
         * @return this
         */
        public Builder setTimeoutMillis(String milliseconds) {
            this.timeoutMillis = milliseconds;
            return this;
        }

        /**
         * What becomes of events that journald does not take.
         *
         * @param name of a {@link io.github.systemd4j.journal.Fallback}, in any case: {@code drop} unless said
         * @return this
         */
        public Builder setFallback(String name) {
            this.fallback = name;
            return this;
        }

        /**
         * The SYSLOG_IDENTIFIER.
         *
         * @param identifier unless said, the name of the service's unit, or that of the main class or jar
         * @return this
         */
        public Builder setSyslogIdentifier(String identifier) {
            this.syslogIdentifier = identifier;
            return this;
        }

        /**
         * What is put before the keys of the thread context and of map messages.
         *
         * @param prefix such as {@code MDC_}; empty unless said
         * @return this
         */
        public Builder setFieldPrefix(String prefix) {
            this.fieldPrefix = prefix;
            return this;
        }

        /**
         * Where the stack trace goes, with all causes and what was suppressed.
         *
         * @param where {@code message}: after the message, as {@code journalctl} then shows it, unless said;
         *     {@code field}: STACKTRACE; {@code none}
         * @return this
         */
        public Builder setStackTrace(String where) {
            this.stackTrace = where;
            return this;
        }

        /**
         * Whether records have CODE_FILE, CODE_LINE and CODE_FUNC. It costs a walk of the stack for each event;
         * asynchronous loggers have to have {@code includeLocation} as well.
         *
         * @param wanted false unless said
         * @return this
         */
        public Builder setLocation(boolean wanted) {
            this.location = wanted;
            return this;
        }

        /**
         * Priorities of levels that are not to have the usual one.
         *
         * @param levels such as {@code INFO=notice, TRACE=info}
         * @return this
         */
        public Builder setPriorities(String levels) {
            this.priorities = levels;
            return this;
        }

        /**
         * Makes the appender. A setting that is wrong is told to the status logger, and stays as it is usually.
         *
         * @return the appender, null without a name
         */
        @Override
        public @Nullable JournalAppender build() {
            if (getName() == null) {
                LOGGER.error("Journal appender: has no name");
                return null;
            }
            FrontEndSettings settings = new FrontEndSettings();
            set(socket, settings::socket);
            set(namespace, settings::namespace);
            set(timeoutMillis, settings::timeoutMillis);
            set(fallback, settings::fallback);
            set(syslogIdentifier, settings::identifier);
            set(fieldPrefix, settings::fieldPrefix);
            set(stackTrace, settings::stackTrace);
            set(priorities, settings::priorities);
            settings.location(location);
            return new JournalAppender(this, settings);
        }

        private void set(@Nullable String value, Consumer<String> setting) {
            if (value == null) {
                return;
            }
            try {
                setting.accept(value);
            } catch (IllegalArgumentException e) {
                LOGGER.error("{}: {}; not set", getName(), e.getMessage());
            }
        }
    }
}
