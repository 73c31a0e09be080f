package io.github.systemd4j.journal.internal;

import io.github.systemd4j.journal.ContainerFields;
import io.github.systemd4j.journal.Fallback;
import io.github.systemd4j.journal.FieldName;
import io.github.systemd4j.journal.JournalWriter;
import io.github.systemd4j.journal.Priority;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The settings that all front ends have, as the text that their configurations are. Each method throws an
 * IllegalArgumentException that names the setting, and then nothing has changed. Not thread safe.
 */
public final class FrontEndSettings {

    /** Where the stack trace of an exception goes. */
    enum Trace {
        MESSAGE,
        FIELD,
        NONE
    }

    private final JournalWriter.Builder writer = JournalWriter.builder();
    private boolean hasIdentifier;
    private String fieldPrefix = "";
    private Trace stackTrace = Trace.MESSAGE;
    private boolean location;
    private Map<String, Priority> priorities = Map.of();

    /** All of them as they are when nothing is configured. */
    public FrontEndSettings() {}

    /**
     * Where journald listens.
     *
     * @param path see {@link JournalWriter.Builder#socket}
     */
    public void socket(String path) {
        writer.socket(path);
    }

    /**
     * The namespace of the journal, from outside of it.
     *
     * @param name see {@link JournalWriter.Builder#namespace}
     */
    public void namespace(String name) {
        writer.namespace(name);
    }

    /**
     * How long a record waits for room.
     *
     * @param milliseconds see {@link JournalWriter.Builder#timeout}
     */
    public void timeoutMillis(long milliseconds) {
        writer.timeout(Duration.ofMillis(milliseconds));
    }

    /**
     * How long a record waits for room.
     *
     * @param milliseconds a decimal number
     */
    public void timeoutMillis(String milliseconds) {
        try {
            timeoutMillis(Long.parseLong(milliseconds.strip()));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("timeoutMillis: " + milliseconds + ", must be a decimal number", e);
        }
    }

    /**
     * What becomes of records that journald does not take.
     *
     * @param name of a {@link Fallback}, in any case
     */
    public void fallback(String name) {
        writer.fallback(constant(Fallback.class, "fallback", name));
    }

    /**
     * The SYSLOG_IDENTIFIER of all records.
     *
     * @param text see {@link JournalWriter.Builder#identifier}; where it is not set or blank, see {@link Identifier}
     */
    public void identifier(String text) {
        hasIdentifier = !text.isBlank();
        if (hasIdentifier) {
            writer.identifier(text.strip());
        }
    }

    /**
     * What is put before the names of fields from contexts and key-values.
     *
     * @param prefix the beginning of a field's name, or empty
     */
    public void fieldPrefix(String prefix) {
        if (!prefix.isEmpty() && !FieldName.escaped(prefix).toString().equals(prefix)) {
            throw new IllegalArgumentException(
                    "fieldPrefix: " + prefix + ", must be of A-Z, 0-9 and _, beginning with a letter");
        }
        fieldPrefix = prefix;
    }

    /**
     * Where the stack trace of an exception goes.
     *
     * @param where {@code message}, {@code field} or {@code none}
     */
    public void stackTrace(String where) {
        stackTrace = constant(Trace.class, "stackTrace", where);
    }

    /**
     * Whether records have CODE_FILE, CODE_LINE and CODE_FUNC.
     *
     * @param wanted finding it out is dear
     */
    public void location(boolean wanted) {
        location = wanted;
    }

    /**
     * Priorities of levels that are not to have the usual one.
     *
     * @param levels such as {@code WARN=notice, TRACE=info}: the framework's names, the priorities of {@link Priority}
     */
    public void priorities(String levels) {
        Map<String, Priority> all = new HashMap<>();
        for (String each : levels.split(",", -1)) {
            int equals = each.indexOf('=');
            if (equals >= 0) {
                String level = each.substring(0, equals).strip().toUpperCase(Locale.ROOT);
                all.put(level, constant(Priority.class, "priorities", each.substring(equals + 1)));
            } else if (!each.isBlank()) {
                throw new IllegalArgumentException("priorities: " + each.strip() + ", must be LEVEL=PRIORITY");
            }
        }
        priorities = Map.copyOf(all);
    }

    /**
     * The priority of a level.
     *
     * @param level the framework's name of it
     * @param usual what it is unless {@link #priorities} says otherwise
     * @return the priority
     */
    public Priority priority(String level, Priority usual) {
        return priorities.getOrDefault(level.toUpperCase(Locale.ROOT), usual);
    }

    /**
     * Whether records shall have CODE_FILE, CODE_LINE and CODE_FUNC.
     *
     * @return false unless set
     */
    public boolean location() {
        return location;
    }

    /** What all records have alike is the writer's: encoded once, and known to the stream that it may fall back to. */
    JournalWriter openWriter() {
        if (!hasIdentifier) {
            writer.identifier(Identifier.ofThisProcess());
        }
        return writer.container(ContainerFields.fromEnvironment()).build();
    }

    String fieldPrefix() {
        return fieldPrefix;
    }

    Trace stackTrace() {
        return stackTrace;
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String setting, String text) {
        String name = text.strip().toUpperCase(Locale.ROOT);
        for (E each : type.getEnumConstants()) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        throw new IllegalArgumentException(setting + ": " + text.strip() + ", must be one of "
                + String.join(
                        ", ",
                        Arrays.stream(type.getEnumConstants())
                                .map(each -> each.name().toLowerCase(Locale.ROOT))
                                .toList()));
    }
}
