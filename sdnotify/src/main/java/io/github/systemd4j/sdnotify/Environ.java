package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The bytes of an environment variable. A path is bytes; the JDK decodes them by the platform's charset, which under
 * LC_ALL=C makes a replacement character of every byte of an umlaut.
 */
final class Environ {

    private Environ() {}

    static byte[] utf8(String value) {
        return value.getBytes(UTF_8);
    }

    /** The bytes as the process was given them; only a value that is not ASCII needs a look. */
    static byte[] bytes(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) >= 0x80) {
                try {
                    return find(Files.readAllBytes(Path.of("/proc/self/environ")), name, utf8(value));
                } catch (IOException e) {
                    return utf8(value); // no /proc: the JDK's reading is the best there is
                }
            }
        }
        return utf8(value);
    }

    /** Looks a variable up in the form of /proc/PID/environ: NAME=value, each ended by a NUL. */
    static byte[] find(byte[] environ, String name, byte[] otherwise) {
        byte[] prefix = (name + "=").getBytes(ISO_8859_1);
        int start = 0;
        while (start < environ.length) {
            int end = start;
            while (end < environ.length && environ[end] != 0) {
                end++;
            }
            if (end - start >= prefix.length
                    && Arrays.equals(environ, start, start + prefix.length, prefix, 0, prefix.length)) {
                return Arrays.copyOfRange(environ, start + prefix.length, end);
            }
            start = end + 1;
        }
        return otherwise;
    }
}
