package io.github.systemd4j.journal.system;

import io.github.systemd4j.journal.internal.FrontEndSettings;
import io.github.systemd4j.journal.internal.LogSink;
import java.util.Properties;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the loggers of {@link System#getLogger(String)} write to the journal, those of the JDK itself as well. The JDK
 * finds it by itself, on the class path and on the module path, and then uses no other.
 *
 * <p>A record has PRIORITY, SYSLOG_IDENTIFIER, LOGGER, THREAD_NAME, TID (of a platform thread), EXCEPTION_CLASS for the
 * exception and each of its causes, ERRNO where one of them is a {@link io.github.systemd4j.linux.SystemCallException},
 * and MESSAGE: localized, its parameters filled in. ERROR is err, WARNING warning, INFO info, DEBUG and TRACE debug,
 * unless {@code priorities} says otherwise.
 *
 * <p>System properties, all of them optional, read once, and beginning with {@code io.github.systemd4j.journal.system}:
 *
 * <ul>
 *   <li>{@code .level}: what is logged, {@code INFO} unless said, and {@code DEBUG} in a unit that systemd restarted to be
 *       debugged (DEBUG_INVOCATION=1, see RestartMode= in systemd.service(5)).
 *   <li>{@code .level.NAME}: the same for the loggers NAME and NAME.*; the longest name counts.
 *   <li>{@code .socket}, {@code .namespace}: where journald listens, if not at {@code /run/systemd/journal/socket}.
 *   <li>{@code .timeoutMillis}: how long a record waits for room when journald's queue is full: the first one, the next
 *       ones do not. 100 unless said, 0 for not at all.
 *   <li>{@code .fallback}: unless said {@code stderr}, because nobody else would show the message where there is no
 *       journald; or {@code drop}. See {@link io.github.systemd4j.journal.Fallback}.
 *   <li>{@code .syslogIdentifier}: unless said, the name of the service's unit, or that of the main class or jar.
 *   <li>{@code .stackTrace}: {@code message}, {@code field} (STACKTRACE) or {@code none}.
 *   <li>{@code .location}: {@code true} for CODE_FILE, CODE_LINE and CODE_FUNC, which cost a walk of the stack each time.
 *   <li>{@code .priorities}: such as {@code INFO=notice, TRACE=info}.
 * </ul>
 *
 * <p>A logger never throws and never waits longer than that. The first record that the journal does not take is told to
 * the standard error; then they are counted. Thread safe.
 */
public final class JournalLoggerFinder extends System.LoggerFinder {

    private static final String PREFIX = "io.github.systemd4j.journal.system.";

    private final Levels levels;
    private final FrontEndSettings settings = new FrontEndSettings();
    private final LogSink<SystemEvent> sink;

    /** For the JDK's ServiceLoader. A setting that is wrong is told to the standard error, and stays as it usually is. */
    public JournalLoggerFinder() {
        this(System.getProperties());
    }

    private JournalLoggerFinder(Properties properties) {
        this.levels = Levels.fromEnvironment(properties, PREFIX + "level");
        settings.fallback("stderr");
        set(properties, "socket", settings::socket);
        set(properties, "namespace", settings::namespace);
        set(properties, "timeoutMillis", settings::timeoutMillis);
        set(properties, "fallback", settings::fallback);
        set(properties, "syslogIdentifier", settings::identifier);
        set(properties, "stackTrace", settings::stackTrace);
        set(properties, "location", text -> settings.location(Boolean.parseBoolean(text)));
        set(properties, "priorities", settings::priorities);
        this.sink = new LogSink<>(settings, new SystemEvent.Filler(settings), JournalLoggerFinder::told);
    }

    private static void set(Properties properties, String name, Consumer<String> setting) {
        String value = properties.getProperty(PREFIX + name);
        if (value == null) {
            return;
        }
        try {
            setting.accept(value);
        } catch (IllegalArgumentException e) {
            told(PREFIX + e.getMessage() + "; not set", null);
        }
    }

    /** There is no log to say it to: this is the log. */
    static void told(String message, @Nullable Throwable cause) {
        System.err.println("<4>System.Logger: " + message);
    }

    /**
     * A logger that writes to the journal.
     *
     * @param name its name, the field LOGGER
     * @param module whose it is, which makes no difference
     * @return the logger
     */
    @Override
    public System.Logger getLogger(String name, Module module) {
        return new JournalLogger(name, levels.of(name), sink);
    }
}
