package io.github.systemd4j.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The native protocol as journald reads it (server_process_entry of systemd 252): an empty line begins another entry, lines
 * that begin with a dot or a hash are skipped, fields with a name that is not valid are left out, and what cannot be
 * understood ends it. What is dropped so in silence is noted.
 */
final class NativeProtocol {

    private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9_]{0,63}");
    private static final int MAX_FIELDS = 1024;
    private static final long MAX_VALUE = 768L << 20;

    private final byte[] bytes;
    private final List<JournalEntry.Draft> entries = new ArrayList<>();
    private JournalEntry.Draft entry = new JournalEntry.Draft();
    private int at;

    private NativeProtocol(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The entries of a datagram or file, at least one; those without fields are not stored. */
    static List<JournalEntry.Draft> parse(byte[] bytes) {
        NativeProtocol protocol = new NativeProtocol(bytes);
        boolean goesOn = true;
        while (goesOn && protocol.at < bytes.length) {
            goesOn = protocol.line();
        }
        protocol.endEntry();
        return protocol.entries;
    }

    private void endEntry() {
        if (!entry.isEmpty() || entries.isEmpty()) {
            if (entry.isEmpty()) {
                entry.drop("nothing is in it");
            }
            entries.add(entry);
            entry = new JournalEntry.Draft();
        }
    }

    /** Whether the next can be read. */
    private boolean line() {
        int end = indexOf('\n', at, bytes.length);
        if (end < 0) {
            entry.drop("the last line has no newline");
            return false;
        }
        if (end == at) {
            at++;
            boolean stored = entry.size() > 0;
            endEntry();
            return stored; // two empty lines, or one at the beginning, end the datagram
        }
        if (bytes[at] == '.' || bytes[at] == '#') {
            entry.drop("a line that begins with " + (char) bytes[at]);
            at = end + 1;
            return true;
        }
        if (entry.size() > MAX_FIELDS) {
            entry.dropAll("more than " + MAX_FIELDS + " fields");
            return false;
        }
        int equals = indexOf('=', at, end);
        return equals < 0 ? framed(end) : text(equals, end);
    }

    private boolean text(int equals, int end) {
        field(at, equals, equals + 1, end);
        at = end + 1;
        return true;
    }

    /** A name, a newline, the length in 64 bits, little endian, the value, a newline. */
    private boolean framed(int end) {
        int start = end + 1 + Long.BYTES;
        if (start >= bytes.length) {
            entry.drop("a line without = at byte " + at + " with no room for a length behind it");
            return false;
        }
        long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(end + 1);
        if (length < 0 || length > MAX_VALUE) {
            entry.dropAll("a value of " + Long.toUnsignedString(length) + " bytes");
            return false;
        }
        if (length > bytes.length - start - 1 || bytes[start + (int) length] != '\n') {
            entry.drop("at byte " + at + " a value of " + length + " bytes with no newline behind it");
            return false;
        }
        field(at, end, start, start + (int) length);
        at = start + (int) length + 1;
        return true;
    }

    private void field(int nameAt, int nameEnd, int valueAt, int valueEnd) {
        String name = new String(bytes, nameAt, nameEnd - nameAt, ISO_8859_1);
        if (NAME.matcher(name).matches()) {
            entry.field(name, Arrays.copyOfRange(bytes, valueAt, valueEnd));
        } else {
            entry.drop("a field with the name \"" + name + "\"");
        }
    }

    private int indexOf(char what, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == what) {
                return i;
            }
        }
        return -1;
    }
}
