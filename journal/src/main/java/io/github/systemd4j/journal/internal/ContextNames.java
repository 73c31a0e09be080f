package io.github.systemd4j.journal.internal;

import io.github.systemd4j.journal.FieldName;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The fields of keys of contexts and key-values, each made once. A key may not pretend to be what the front end writes
 * itself: its field then has {@code X_} before it. Thread safe.
 */
final class ContextNames {

    /** What a key is for. */
    enum Kind {
        PLAIN,
        MESSAGE_ID,
        ERRNO
    }

    /** The field of a key, and what it is for. */
    record Target(FieldName name, Kind kind) {}

    /** Keys are words of a program; where somebody makes them up, memory is not to pay for it. */
    static final int MOST = 1024;

    private static final Set<String> RESERVED = Set.of(
            "CODE_FILE",
            "CODE_FUNC",
            "CODE_LINE",
            "ERRNO",
            "EXCEPTION_CLASS",
            "LOGGER",
            "MARKER",
            "MESSAGE",
            "MESSAGE_ID",
            "PRIORITY",
            "RECORD_TRUNCATED",
            "STACKTRACE",
            "SYSLOG_FACILITY",
            "SYSLOG_IDENTIFIER",
            "SYSLOG_PID",
            "SYSLOG_RAW",
            "SYSLOG_TIMESTAMP",
            "THREAD_NAME",
            "TID");

    private final ConcurrentHashMap<String, Target> known = new ConcurrentHashMap<>();
    private final String prefix;

    ContextNames(String prefix) {
        this.prefix = prefix;
    }

    Target of(String key) {
        Target target = known.get(key);
        if (target == null) {
            target = make(key);
            if (known.size() < MOST) {
                known.put(key, target);
            }
        }
        return target;
    }

    private Target make(String key) {
        Kind kind = switch (key.toUpperCase(Locale.ROOT)) {
            case "MESSAGE_ID" -> Kind.MESSAGE_ID;
            case "ERRNO" -> Kind.ERRNO;
            default -> Kind.PLAIN;
        };
        FieldName name = FieldName.escaped(prefix + key);
        return new Target(RESERVED.contains(name.toString()) ? FieldName.escaped("X_" + name) : name, kind);
    }
}
