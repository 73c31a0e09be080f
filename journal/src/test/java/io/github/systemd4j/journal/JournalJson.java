package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.journal.NativeProtocol.Field;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a line of {@code journalctl -o json}: an object whose values are strings, arrays of numbers for what is not
 * printable text, or arrays of these for a field that is repeated.
 */
public final class JournalJson {

    private final String text;
    private int at;

    private JournalJson(String text) {
        this.text = text;
    }

    /** The fields that the client sent: those of journald and of journalctl begin with an underscore. */
    public static List<Field> fields(String line) {
        return new JournalJson(line).object();
    }

    private List<Field> object() {
        List<Field> fields = new ArrayList<>();
        expect('{');
        while (peek() != '}') {
            String name = string();
            expect(':');
            for (byte[] value : values()) {
                if (!name.startsWith("_")) {
                    fields.add(Field.of(name, value));
                }
            }
            skip(',');
        }
        return fields;
    }

    private List<byte[]> values() {
        if (peek() == '"') {
            return List.of(string().getBytes(UTF_8));
        }
        expect('[');
        if (Character.isDigit(peek())) {
            return List.of(numbers());
        }
        List<byte[]> values = new ArrayList<>();
        while (peek() != ']') {
            if (peek() == '"') {
                values.add(string().getBytes(UTF_8));
            } else {
                expect('[');
                values.add(numbers());
            }
            skip(',');
        }
        expect(']');
        return values;
    }

    private byte[] numbers() {
        int end = text.indexOf(']', at);
        byte[] bytes = new byte
                [(int) text.substring(at, end).chars().filter(c -> c == ',').count() + 1];
        for (int i = 0; i < bytes.length; i++) {
            int number = 0;
            for (char c = peek(); Character.isDigit(c); c = text.charAt(at)) {
                number = 10 * number + c - '0';
                at++;
            }
            bytes[i] = (byte) number;
            skip(',');
        }
        expect(']');
        return bytes;
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        expect('"');
        while (text.charAt(at) != '"') {
            char c = text.charAt(at++);
            out.append(c == '\\' ? escape() : c);
        }
        at++;
        return out.toString();
    }

    private char escape() {
        char c = text.charAt(at++);
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> {
                at += 4;
                yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
            }
            default -> c;
        };
    }

    private char peek() {
        while (Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return text.charAt(at);
    }

    private void expect(char c) {
        if (peek() != c) {
            throw new AssertionError(
                    "no " + c + " at " + at + ": " + text.substring(at, Math.min(text.length(), at + 80)));
        }
        at++;
    }

    private void skip(char c) {
        if (peek() == c) {
            at++;
        }
    }
}
