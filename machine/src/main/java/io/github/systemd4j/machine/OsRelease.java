package io.github.systemd4j.machine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads os-release(5): assignments as a shell would read them, but for expansion, which there is none of. */
final class OsRelease {

    private OsRelease() {}

    static Map<String, String> parse(String text) {
        Map<String, String> release = new LinkedHashMap<>();
        for (String line : text.split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0 && isName(line.substring(0, equals))) {
                value(line.substring(equals + 1)).ifPresent(value -> release.put(line.substring(0, equals), value));
            }
        }
        return Map.copyOf(release);
    }

    private static boolean isName(String text) {
        return text.chars().allMatch(c -> (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_');
    }

    /** Empty where a quotation mark is missing: such a line is none. */
    private static Optional<String> value(String text) {
        StringBuilder value = new StringBuilder();
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            } else if (quote == 0 && Character.isWhitespace(c)) {
                break;
            } else if (c == '\\' && quote != '\'' && i + 1 < text.length()) {
                i++;
                value.append(text.charAt(i));
            } else {
                value.append(c);
            }
        }
        return quote == 0 ? Optional.of(value.toString()) : Optional.empty();
    }
}
