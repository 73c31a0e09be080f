package io.github.systemd4j.journal.internal;

import io.github.systemd4j.journal.FieldName;
import io.github.systemd4j.journal.JournalRecord;
import io.github.systemd4j.journal.Priority;
import io.github.systemd4j.linux.SystemCallException;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A record while a front end fills it: the fields that all of them have, by the names that all of them use. Everything but
 * the message is put first, for a record is cut at its end. Not thread safe.
 */
public final class LogEntry {

    /** A marker of this beginning is no marker, but the MESSAGE_ID. */
    private static final String MESSAGE_ID_MARKER = "MESSAGE_ID=";

    private static final int TEXT_SIZE = 512;
    private static final int KEPT_TEXT_SIZE = 64 * 1024;

    /** How many of the causes' classes are fields; the stack trace has all of them. */
    private static final int MOST_CLASSES = 32;

    private static final FieldName LOGGER = FieldName.of("LOGGER");
    private static final FieldName THREAD_NAME = FieldName.of("THREAD_NAME");
    private static final FieldName TID = FieldName.of("TID");
    private static final FieldName MARKER = FieldName.of("MARKER");
    private static final FieldName MESSAGE_ID = FieldName.of("MESSAGE_ID");
    private static final FieldName ERRNO = FieldName.of("ERRNO");
    private static final FieldName EXCEPTION_CLASS = FieldName.of("EXCEPTION_CLASS");
    private static final FieldName STACKTRACE = FieldName.of("STACKTRACE");
    private static final FieldName CODE_FILE = FieldName.of("CODE_FILE");
    private static final FieldName CODE_LINE = FieldName.of("CODE_LINE");
    private static final FieldName CODE_FUNC = FieldName.of("CODE_FUNC");

    private final FrontEndSettings.Trace stackTrace;
    private final ContextNames names;
    private final ThreadIds threads;
    private final JournalRecord record = JournalRecord.create();
    private final BiConsumer<String, Object> adder = this::context;
    private StringBuilder text = new StringBuilder(TEXT_SIZE);

    LogEntry(FrontEndSettings.Trace stackTrace, ContextNames names, ThreadIds threads) {
        this.stackTrace = stackTrace;
        this.names = names;
        this.threads = threads;
    }

    LogEntry begin() {
        record.clear();
        text.setLength(0);
        if (text.capacity() > KEPT_TEXT_SIZE) {
            text = new StringBuilder(TEXT_SIZE);
        }
        return this;
    }

    JournalRecord record() {
        return record;
    }

    /**
     * The fields that each record has.
     *
     * @param priority PRIORITY
     * @param logger LOGGER, null or empty for none
     * @param thread THREAD_NAME, null for a thread whose name is not known
     * @param own whether it is the current thread, whose TID can be known
     */
    public void about(Priority priority, @Nullable String logger, @Nullable String thread, boolean own) {
        record.priority(priority);
        if (logger != null && !logger.isEmpty()) {
            record.field(LOGGER, logger);
        }
        if (thread != null) {
            record.field(THREAD_NAME, thread);
        }
        int tid = own ? threads.current() : 0;
        if (tid != 0) {
            record.field(TID, tid);
        }
    }

    /**
     * Where in the code it was logged: CODE_FILE, CODE_LINE, CODE_FUNC.
     *
     * @param type the class
     * @param method the method
     * @param file the file's name, null for not known
     * @param line the line's number, not positive for not known
     */
    public void location(String type, String method, @Nullable String file, int line) {
        if (file != null) {
            record.field(CODE_FILE, file);
        }
        if (line > 0) {
            record.field(CODE_LINE, line);
        }
        int before = text.length();
        text.append(type).append('.').append(method);
        record.field(CODE_FUNC, text.substring(before));
        text.setLength(before);
    }

    /**
     * A whole context, without an iterator and its entries.
     *
     * @param all its keys and values, see {@link #context}
     */
    public void contexts(Map<String, ?> all) {
        all.forEach(adder);
    }

    /**
     * One value of a context, or of the key-values of the event.
     *
     * @param key the key; {@code MESSAGE_ID} and {@code ERRNO} in any case, with a value that can be one, are these
     * @param value text, a number, bytes, or what has a text; null leaves the field out
     */
    public void context(@Nullable String key, @Nullable Object value) {
        if (key == null || value == null) {
            return;
        }
        ContextNames.Target target = names.of(key);
        switch (target.kind()) {
            case MESSAGE_ID -> {
                if (messageId(text(value))) {
                    return;
                }
            }
            case ERRNO -> {
                if (value instanceof Integer || value instanceof Long) {
                    record.field(ERRNO, ((Number) value).longValue());
                    return;
                }
            }
            case PLAIN -> {}
        }
        plain(target.name(), value);
    }

    private void plain(FieldName name, Object value) {
        if (value instanceof CharSequence text) {
            record.field(name, text);
        } else if (value instanceof Integer || value instanceof Long) {
            record.field(name, ((Number) value).longValue());
        } else if (value instanceof byte[] bytes) {
            record.field(name, bytes);
        } else {
            record.field(name, text(value));
        }
    }

    private static String text(Object value) {
        try {
            String text = value.toString();
            return text == null ? "" : text;
        } catch (RuntimeException e) {
            return value.getClass().getName() + ".toString() failed: "
                    + e.getClass().getName();
        }
    }

    /**
     * A marker: MARKER, or MESSAGE_ID if its name is {@code MESSAGE_ID=} and an id.
     *
     * @param name of the marker
     */
    public void marker(String name) {
        if (!name.startsWith(MESSAGE_ID_MARKER) || !messageId(name.substring(MESSAGE_ID_MARKER.length()))) {
            record.field(MARKER, name);
        }
    }

    /** As sd_id128_from_string(3) takes it, with hyphens or without; put down as journalctl(1) shows and matches it. */
    private boolean messageId(String id) {
        boolean hyphens = id.length() == 36
                && id.charAt(8) == '-'
                && id.charAt(13) == '-'
                && id.charAt(18) == '-'
                && id.charAt(23) == '-';
        String digits = hyphens ? id.replace("-", "") : id;
        if (digits.length() != 32) {
            return false;
        }
        for (int i = 0; i < 32; i++) {
            if (Character.digit(digits.charAt(i), 16) < 0 || digits.charAt(i) >= 0x80) {
                return false;
            }
        }
        record.field(MESSAGE_ID, digits.toLowerCase(Locale.ROOT));
        return true;
    }

    /**
     * A builder for a message that is not a text yet. Empty, until {@link #message}.
     *
     * @return the builder, valid until then
     */
    public StringBuilder text() {
        return text;
    }

    /**
     * The message, last of all, and what was thrown with it.
     *
     * @param message MESSAGE, may be {@link #text()}; null for none
     * @param thrown the exception, null for none: EXCEPTION_CLASS of it and of its causes; ERRNO of a system call that
     *     failed; and the stack trace where the settings say
     */
    public void message(@Nullable CharSequence message, @Nullable Throwable thrown) {
        CharSequence all = message == null ? "" : message;
        if (thrown != null) {
            classes(thrown);
            if (stackTrace != FrontEndSettings.Trace.NONE) {
                all = withTrace(all, thrown);
            }
        }
        record.message(all);
    }

    /**
     * The message of a layout, which has its own idea of exceptions.
     *
     * @param message MESSAGE; the newline at its end is left out
     * @param thrown see {@link #message}; no stack trace is put into the message
     */
    public void laidOut(String message, @Nullable Throwable thrown) {
        if (thrown != null) {
            classes(thrown);
            if (stackTrace == FrontEndSettings.Trace.FIELD) {
                text.setLength(0);
                StackTrace.append(text, thrown);
                record.field(STACKTRACE, text);
            }
        }
        int end = message.length();
        while (end > 0 && (message.charAt(end - 1) == '\n' || message.charAt(end - 1) == '\r')) {
            end--;
        }
        record.message(message.substring(0, end));
    }

    private CharSequence withTrace(CharSequence message, Throwable thrown) {
        if (stackTrace == FrontEndSettings.Trace.FIELD) {
            String kept = message.toString(); // it may be the builder
            text.setLength(0);
            StackTrace.append(text, thrown);
            record.field(STACKTRACE, text);
            return kept;
        }
        if (message != text) {
            text.setLength(0);
            text.append(message);
        }
        StackTrace.append(text, thrown);
        return text;
    }

    private void classes(Throwable first) {
        boolean errno = false;
        int count = 0;
        for (Throwable thrown = first; thrown != null && count < MOST_CLASSES; thrown = StackTrace.cause(thrown)) {
            record.field(EXCEPTION_CLASS, thrown.getClass().getName());
            if (!errno && thrown instanceof SystemCallException failed) {
                record.field(ERRNO, failed.errno());
                errno = true;
            }
            count++;
        }
    }
}
