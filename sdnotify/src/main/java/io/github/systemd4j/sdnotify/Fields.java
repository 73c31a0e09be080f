package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.libc.Constants;
import java.time.Duration;

/** The protocol's rules for values, see sd_notify(3) and systemd's own reading of a datagram. */
final class Fields {

    /** The most bytes of a datagram that systemd reads (PIPE_BUF); a longer one is dropped whole. */
    static final int MAX_DATAGRAM = 4096;

    private static final int MAX_FDNAME = 255;

    private Fields() {}

    /** A value of one line: no newline, which would begin another field, and no NUL, which voids the datagram. */
    static void requireLine(String parameter, CharSequence value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\n' || c == 0) {
                throw new IllegalArgumentException(parameter + ": " + (c == 0 ? "NUL" : "newline") + " at index " + i
                        + ", a value is one line of text");
            }
            if (Character.isSurrogate(c)) {
                if (!Character.isSurrogatePair(c, i + 1 < value.length() ? value.charAt(i + 1) : 0)) {
                    throw new IllegalArgumentException(
                            parameter + ": unpaired surrogate at index " + i + ", not valid as UTF-8");
                }
                i++;
            }
        }
    }

    /** What systemd calls safe ASCII: printable, as BUSERROR= and VARLINKERROR= must be. */
    static String requirePrintable(String parameter, String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException(parameter + ": empty");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c >= 127) {
                throw new IllegalArgumentException(
                        parameter + ": character " + (int) c + " at index " + i + ", must be printable ASCII");
            }
        }
        return value;
    }

    /** FDNAME=: ASCII without control characters and colon, 1 to 255 bytes; systemd ignores any other. */
    static String requireFdName(String parameter, String value) {
        if (value.isEmpty() || value.length() > MAX_FDNAME) {
            throw new IllegalArgumentException(
                    parameter + ": " + value.length() + " characters, must be 1 to " + MAX_FDNAME);
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c >= 127 || c == ':') {
                throw new IllegalArgumentException(parameter + ": character " + (int) c + " at index " + i
                        + ", must be ASCII without control characters and ':'");
            }
        }
        return value;
    }

    /** What systemd takes for a name; it takes the empty one as well. */
    static boolean isFdName(String value) {
        return value.length() <= MAX_FDNAME && value.chars().allMatch(c -> c >= ' ' && c < 127 && c != ':');
    }

    /** A key of any field: capitals, digits and underscores. */
    static String requireKey(String parameter, String key) {
        boolean good = !key.isEmpty();
        for (int i = 0; i < key.length(); i++) {
            good &= isKeyCharacter(key.charAt(i));
        }
        if (!good) {
            throw new IllegalArgumentException(
                    parameter + ": \"" + key + "\", must be made of A to Z, 0 to 9 and _, without a value");
        }
        return key;
    }

    private static boolean isKeyCharacter(char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }

    /** A key of one's own: X_ and a name, so that it never means anything to a later systemd. */
    static String requireCustomKey(String parameter, String key) {
        boolean good = key.length() > 2 && key.startsWith("X_");
        for (int i = 2; good && i < key.length(); i++) {
            good = isKeyCharacter(key.charAt(i));
        }
        if (!good) {
            throw new IllegalArgumentException(parameter + ": \"" + key
                    + "\", must be X_ followed by A to Z, 0 to 9 and _ (other keys have methods of their own)");
        }
        return key;
    }

    static long requirePid(String parameter, long pid) {
        if (pid < 1 || pid > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(parameter + ": " + pid + ", must be 1 to " + Integer.MAX_VALUE);
        }
        return pid;
    }

    static int[] requireDescriptors(String parameter, int[] fds) {
        if (fds.length < 1 || fds.length > Constants.SCM_MAX_FD) {
            throw new IllegalArgumentException(
                    parameter + ": " + fds.length + " descriptors, one datagram carries 1 to " + Constants.SCM_MAX_FD);
        }
        for (int fd : fds) {
            if (fd < 0) {
                throw new IllegalArgumentException(parameter + ": " + fd + " is not a descriptor");
            }
        }
        return fds;
    }

    /** Microseconds of a positive duration; what is longer than 2^63-1 of them (292,271 years) counts as that. */
    static long requireMicros(String parameter, Duration duration) {
        if (duration.isNegative() || duration.compareTo(Duration.ofNanos(1000)) < 0) {
            throw new IllegalArgumentException(parameter + ": " + duration + ", must be 1 microsecond or more");
        }
        return duration.toSeconds() > Long.MAX_VALUE / 1_000_000 - 1
                ? Long.MAX_VALUE
                : duration.toSeconds() * 1_000_000 + duration.toNanosPart() / 1000;
    }

    /** Nanoseconds for a wait; what is longer than 292 years counts as that. */
    static long nanos(Duration duration) {
        return duration.toSeconds() > Long.MAX_VALUE / 1_000_000_000 - 1 ? Long.MAX_VALUE : duration.toNanos();
    }
}
