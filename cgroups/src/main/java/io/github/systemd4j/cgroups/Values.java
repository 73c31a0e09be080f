package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.StringTokenizer;

/** What control files have in them: numbers, words, keys with numbers. */
final class Values {

    /** What v1 shows for "no limit" is the largest number, rounded down to a page; no page is larger than this. */
    private static final long UNLIMITED = Long.MAX_VALUE - (1 << 20);

    private Values() {}

    static boolean isUnlimited(long value) {
        return value >= UNLIMITED;
    }

    /** The number that was read in a file. */
    static long number(Path file, String text) throws CgroupException {
        return number(text)
                .orElseThrow(() ->
                        new CgroupException("read", file.toString(), Errno.EBADMSG, "\"" + text + "\" is no number"));
    }

    /** A decimal number, or {@code max}, which is the largest one. */
    static OptionalLong number(String text) {
        if (text.equals("max")) {
            return OptionalLong.of(Long.MAX_VALUE);
        }
        boolean negative = text.startsWith("-");
        int start = negative ? 1 : 0;
        long value = 0;
        for (int i = start; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return OptionalLong.empty();
            }
            boolean fits = value <= (Long.MAX_VALUE - digit) / 10;
            value = fits ? value * 10 + digit : Long.MAX_VALUE; // before 3.19 memory had 64 bits without a sign
        }
        return text.length() > start ? OptionalLong.of(negative ? -value : value) : OptionalLong.empty();
    }

    /** Lines of a key and a number. What is no such line is left out: a kernel to come may have others. */
    static Map<String, Long> flat(String text) {
        Map<String, Long> values = new LinkedHashMap<>();
        for (StringTokenizer lines = new StringTokenizer(text, "\n"); lines.hasMoreTokens(); ) {
            String line = lines.nextToken();
            int space = line.lastIndexOf(' ');
            if (space > 0) {
                put(values, line.substring(0, space), line.substring(space + 1));
            }
        }
        return values;
    }

    /** The value of a key of such lines, such as {@code populated} of {@code cgroup.events}; -1 if there is none. */
    static long value(String text, String key) {
        return flat(text).getOrDefault(key, -1L);
    }

    /** Lines of a name and then KEY=NUMBER. */
    static Map<String, Map<String, Long>> nested(String text) {
        Map<String, Map<String, Long>> values = new LinkedHashMap<>();
        for (StringTokenizer lines = new StringTokenizer(text, "\n"); lines.hasMoreTokens(); ) {
            List<String> words = words(lines.nextToken());
            Map<String, Long> line = new LinkedHashMap<>();
            for (String word : words) {
                int equals = word.indexOf('=');
                if (equals > 0) {
                    put(line, word.substring(0, equals), word.substring(equals + 1));
                }
            }
            if (!words.isEmpty()) {
                values.put(words.get(0), line);
            }
        }
        return values;
    }

    private static void put(Map<String, Long> values, String key, String number) {
        number(number).ifPresent(value -> values.put(key, value));
    }

    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (StringTokenizer rest = new StringTokenizer(text); rest.hasMoreTokens(); ) {
            words.add(rest.nextToken());
        }
        return words;
    }

    /** A word of these, or none. */
    static String word(List<String> words, int index) {
        return index < words.size() ? words.get(index) : "";
    }
}
