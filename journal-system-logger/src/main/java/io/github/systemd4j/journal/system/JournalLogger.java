package io.github.systemd4j.journal.system;

import io.github.systemd4j.journal.internal.LogSink;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/** A logger of one name. Thread safe. */
final class JournalLogger implements System.Logger {

    private final String name;
    private final Level least;
    private final LogSink<SystemEvent> sink;

    JournalLogger(String name, Level least, LogSink<SystemEvent> sink) {
        this.name = name;
        this.least = least;
        this.sink = sink;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public boolean isLoggable(Level level) {
        return least != Level.OFF && level != Level.OFF && level.getSeverity() >= least.getSeverity();
    }

    @Override
    public void log(
            Level level, @Nullable ResourceBundle bundle, @Nullable String message, @Nullable Throwable thrown) {
        if (isLoggable(level)) {
            sink.log(new SystemEvent(name, level, bundle, message, null, thrown));
        }
    }

    @Override
    public void log(
            Level level, @Nullable ResourceBundle bundle, @Nullable String format, Object @Nullable ... values) {
        if (isLoggable(level)) {
            sink.log(new SystemEvent(name, level, bundle, format, values, null));
        }
    }
}
