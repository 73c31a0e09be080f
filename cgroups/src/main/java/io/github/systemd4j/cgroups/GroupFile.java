package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;

/**
 * Files of a control group. With the streams of java.nio.file, which open a path whatever its bytes are, and do not
 * close themselves under a thread that was interrupted, as channels do.
 */
final class GroupFile {

    private GroupFile() {}

    /**
     * A value is one write(2). The file is opened for nothing else: with CREATE, a file that is not there would give
     * EACCES in the place of ENOENT.
     */
    static void write(Path file, String value) throws IOException {
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE)) {
            out.write(value.getBytes(ISO_8859_1));
        }
    }

    static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), ISO_8859_1);
    }

    /** What is in a file, without the space around it; empty as well if it is not there or cannot be read. */
    static String peek(Path file) {
        try {
            return read(file).strip();
        } catch (IOException e) {
            return "";
        }
    }

    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (StringTokenizer rest = new StringTokenizer(text); rest.hasMoreTokens(); ) {
            words.add(rest.nextToken());
        }
        return words;
    }

    /** The value of a key of a flat keyed file, such as {@code populated} of {@code cgroup.events}; -1 if it is none. */
    static long value(String text, String key) {
        for (String line : text.split("\n", -1)) {
            if (line.startsWith(key) && line.length() > key.length() && line.charAt(key.length()) == ' ') {
                return number(line.substring(key.length() + 1).strip());
            }
        }
        return -1;
    }

    /** Numbers, one a line. */
    static List<Long> numbers(Path file) throws IOException {
        List<Long> numbers = new ArrayList<>();
        for (String word : words(read(file))) {
            numbers.add(number(word));
        }
        return numbers;
    }

    /** A decimal number, or -1. */
    static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
