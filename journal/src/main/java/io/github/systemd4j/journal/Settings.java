package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.linux.libc.Sockaddr;
import java.time.Duration;

/** What a writer and a stream are told alike, checked. */
final class Settings {

    private static final String DIRECTORY = "/run/systemd/journal";

    /** journald reads the lines of a stream's header with a bound of 255. */
    private static final int MAX_IDENTIFIER = 250;

    private Settings() {}

    /** The path of a socket, {@code socket} or {@code stdout}, of a namespace of the journal. */
    static String inNamespace(String namespace, String socket) {
        if (!namespace.matches("[A-Za-z0-9@._-]+")) {
            throw new IllegalArgumentException("namespace: " + namespace + ", must be of letters, digits and . _ - @");
        }
        return socketPath(DIRECTORY + "." + namespace + "/" + socket);
    }

    static String socketPath(String path) {
        int length = path.getBytes(UTF_8).length;
        if (!path.startsWith("/") || path.indexOf('\0') >= 0 || length > Sockaddr.UNIX_PATH_MAX) {
            throw new IllegalArgumentException(
                    "path: " + path + ", must be absolute and of at most " + Sockaddr.UNIX_PATH_MAX + " bytes");
        }
        return path;
    }

    /** The path of another socket in the same directory. */
    static String beside(String path, String socket) {
        return path.substring(0, path.lastIndexOf('/') + 1) + socket;
    }

    static long timeoutNanos(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout: " + timeout + ", must not be negative");
        }
        // Half of the range is far enough away, and a deadline so far off cannot overflow.
        return timeout.toSeconds() > Long.MAX_VALUE / 2_000_000_000 ? Long.MAX_VALUE / 2 : timeout.toNanos();
    }

    static String identifier(String identifier) {
        int length = identifier.getBytes(UTF_8).length;
        if (identifier.isBlank()
                || !identifier.equals(identifier.strip())
                || identifier.chars().anyMatch(Character::isISOControl)
                || length > MAX_IDENTIFIER) {
            throw new IllegalArgumentException("identifier: must be of 1 to " + MAX_IDENTIFIER
                    + " bytes without control characters, and neither begin nor end with a space");
        }
        return identifier;
    }
}
