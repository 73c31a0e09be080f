package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A reference parser of the native protocol, as server_process_native_message of systemd 252 reads it, with its leniency:
 * an empty line begins another entry, lines that begin with a dot or a hash are skipped, a wrong length ends the parse.
 * What systemd drops in silence is an error here.
 */
public final class NativeProtocol {

    /** One field; two with the same bytes are equal. */
    public record Field(String name, List<Byte> value) {

        public static Field of(String name, byte... value) {
            List<Byte> bytes = new ArrayList<>(value.length);
            for (byte each : value) {
                bytes.add(each);
            }
            return new Field(name, bytes);
        }

        public static Field text(String name, String value) {
            return of(name, value.getBytes(UTF_8));
        }
    }

    private NativeProtocol() {}

    /** The entries of a datagram. */
    static List<List<Field>> parse(byte[] datagram) {
        List<List<Field>> entries = new ArrayList<>();
        List<Field> entry = new ArrayList<>();
        int at = 0;
        while (at < datagram.length) {
            int end = indexOf(datagram, '\n', at, datagram.length);
            if (end < 0) {
                throw new AssertionError("trailing noise at " + at);
            }
            if (end == at) {
                entries.add(entry);
                entry = new ArrayList<>();
                at++;
                continue;
            }
            if (datagram[at] == '.' || datagram[at] == '#') {
                throw new AssertionError("a line that is skipped at " + at);
            }
            int equals = indexOf(datagram, '=', at, end);
            String name = new String(datagram, at, (equals < 0 ? end : equals) - at, ISO_8859_1);
            if (!name.matches("[A-Z][A-Z0-9_]{0,63}")) {
                throw new AssertionError("a name that is dropped: " + name);
            }
            byte[] value;
            if (equals >= 0) {
                value = Arrays.copyOfRange(datagram, equals + 1, end);
                at = end + 1;
            } else {
                long length =
                        ByteBuffer.wrap(datagram).order(ByteOrder.LITTLE_ENDIAN).getLong(end + 1);
                int start = end + 9;
                if (length < 0 || length > datagram.length - start - 1 || datagram[start + (int) length] != '\n') {
                    throw new AssertionError("a wrong length at " + at + ": " + length);
                }
                value = Arrays.copyOfRange(datagram, start, start + (int) length);
                at = start + (int) length + 1;
            }
            entry.add(Field.of(name, value));
        }
        entries.add(entry);
        return entries;
    }

    /** The fields of a datagram that has one entry. */
    static List<Field> fields(byte[] datagram) {
        List<List<Field>> entries = parse(datagram);
        if (entries.size() != 1) {
            throw new AssertionError(entries.size() + " entries");
        }
        return entries.get(0);
    }

    /** The values of fields by their names, as text; in the order in which they came. */
    public static Map<String, List<String>> texts(List<Field> fields) {
        Map<String, List<String>> texts = new TreeMap<>();
        for (Field field : fields) {
            byte[] value = new byte[field.value().size()];
            for (int i = 0; i < value.length; i++) {
                value[i] = field.value().get(i);
            }
            texts.computeIfAbsent(field.name(), name -> new ArrayList<>()).add(new String(value, UTF_8));
        }
        return texts;
    }

    private static int indexOf(byte[] bytes, char what, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == what) {
                return i;
            }
        }
        return -1;
    }
}
