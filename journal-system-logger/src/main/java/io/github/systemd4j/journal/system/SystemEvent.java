package io.github.systemd4j.journal.system;

import io.github.systemd4j.journal.Priority;
import io.github.systemd4j.journal.internal.FrontEndSettings;
import io.github.systemd4j.journal.internal.LogEntry;
import io.github.systemd4j.journal.internal.LogSink;
import java.text.MessageFormat;
import java.util.EnumMap;
import java.util.Map;
import java.util.MissingResourceException;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/** One call of a logger. Of the thread that called. */
final class SystemEvent {

    private static final StackWalker WALKER = StackWalker.getInstance();

    private final String logger;
    private final System.Logger.Level level;
    private final @Nullable ResourceBundle bundle;
    private final @Nullable String message;
    private final Object @Nullable [] values;
    private final @Nullable Throwable thrown;

    SystemEvent(
            String logger,
            System.Logger.Level level,
            @Nullable ResourceBundle bundle,
            @Nullable String message,
            Object @Nullable [] values,
            @Nullable Throwable thrown) {
        this.logger = logger;
        this.level = level;
        this.bundle = bundle;
        this.message = message;
        this.values = values;
        this.thrown = thrown;
    }

    /** The text in the bundle's language, with the values in it; as it was given where one of that is wrong. */
    private @Nullable String text() {
        String text = message;
        if (text != null && bundle != null) {
            try {
                text = bundle.getString(text);
            } catch (MissingResourceException | ClassCastException e) {
                text = message; // which is the text then, as it is said of Logger.log
            }
        }
        if (text == null || values == null || values.length == 0 || text.indexOf('{') < 0) {
            return text;
        }
        try {
            return MessageFormat.format(text, values);
        } catch (RuntimeException e) {
            return text;
        }
    }

    private static boolean isLogging(String type) {
        return type.startsWith("io.github.systemd4j.journal.system.")
                || type.startsWith("io.github.systemd4j.journal.internal.")
                || type.startsWith("java.lang.System$Logger")
                || type.startsWith("jdk.internal.logger.")
                || type.startsWith("sun.util.logging.");
    }

    /** Puts an event into a record. */
    static final class Filler implements LogSink.Filler<SystemEvent> {

        private final Map<System.Logger.Level, Priority> priorities = new EnumMap<>(System.Logger.Level.class);
        private final boolean location;

        Filler(FrontEndSettings settings) {
            for (System.Logger.Level level : System.Logger.Level.values()) {
                priorities.put(level, settings.priority(level.name(), usual(level)));
            }
            this.location = settings.location();
        }

        private static Priority usual(System.Logger.Level level) {
            return switch (level) {
                case ERROR -> Priority.ERR;
                case WARNING -> Priority.WARNING;
                case INFO -> Priority.INFO;
                case ALL, TRACE, DEBUG, OFF -> Priority.DEBUG;
            };
        }

        @Override
        public void fill(SystemEvent event, LogEntry entry) {
            Priority priority = priorities.getOrDefault(event.level, Priority.DEBUG);
            entry.about(priority, event.logger, Thread.currentThread().getName(), true);
            if (location) {
                WALKER.walk(frames -> frames.filter(frame -> !isLogging(frame.getClassName()))
                                .findFirst())
                        .ifPresent(frame -> entry.location(
                                frame.getClassName(),
                                frame.getMethodName(),
                                frame.getFileName(),
                                frame.getLineNumber()));
            }
            entry.message(event.text(), event.thrown);
        }
    }
}
