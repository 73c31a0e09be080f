package io.github.systemd4j.machine.dbus;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads values in the byte order of the buffer. Integers of every width become {@link Long}s, a {@code t} above the range
 * of one a negative one; the rest is as {@link Encoder} takes it. Whatever the bytes are, the answer is a value or a
 * {@link ProtocolException}.
 */
final class Decoder {

    private static final int MAX_ARRAY = 1 << 26;
    /** As deep as the specification allows values to be nested, variants included. */
    private static final int MAX_DEPTH = 64;

    private final ByteBuffer in;

    /** From a buffer whose position 0 is aligned to eight bytes of the message. */
    Decoder(ByteBuffer in) {
        this.in = in;
    }

    int position() {
        return in.position();
    }

    List<Object> values(String signature) throws ProtocolException {
        List<Object> values = new ArrayList<>(4);
        for (int at = 0; at < signature.length(); at = Signature.end(signature, at)) {
            values.add(value(signature, at, 0));
        }
        return values;
    }

    private Object value(String signature, int at, int depth) throws ProtocolException {
        if (depth > MAX_DEPTH) {
            throw malformed("values are nested too deeply");
        }
        return switch (signature.charAt(at)) {
            case 'y' -> (long) u8();
            case 'b' -> bool();
            case 'n' -> (long) u16();
            case 'q' -> u16() & 0xFFFFL;
            case 'i' -> (long) (int) u32();
            case 'u', 'h' -> u32();
            case 'x', 't' -> u64();
            case 'd' -> Double.longBitsToDouble(u64());
            case 's', 'o' -> string();
            case 'g' -> signature();
            case 'v' -> variant(depth + 1);
            case 'a' -> array(signature, at + 1, depth + 1);
            default -> struct(signature, at + 1, depth + 1); // the signature was checked: it is a (
        };
    }

    void align(int size) throws ProtocolException {
        for (int gap = -in.position() & (size - 1); gap > 0; gap--) {
            if (u8() != 0) {
                throw malformed("padding that is not zero");
            }
        }
    }

    int u8() throws ProtocolException {
        require(1);
        return in.get() & 0xFF;
    }

    private short u16() throws ProtocolException {
        align(2);
        require(2);
        return in.getShort();
    }

    long u32() throws ProtocolException {
        align(4);
        require(4);
        return in.getInt() & 0xFFFF_FFFFL;
    }

    private long u64() throws ProtocolException {
        align(8);
        require(8);
        return in.getLong();
    }

    private Boolean bool() throws ProtocolException {
        long value = u32();
        if (value > 1) {
            throw malformed("a boolean of " + value);
        }
        return value == 1;
    }

    String string() throws ProtocolException {
        return text(u32());
    }

    String signature() throws ProtocolException {
        String signature = text(u8());
        if (!Signature.isValid(signature)) {
            throw malformed("a signature that is none");
        }
        return signature;
    }

    private String text(long length) throws ProtocolException {
        require(length + 1);
        byte[] bytes = new byte[(int) length];
        in.get(bytes);
        if (u8() != 0) {
            throw malformed("a text without an end");
        }
        return new String(bytes, UTF_8);
    }

    private Variant variant(int depth) throws ProtocolException {
        String signature = signature();
        if (!Signature.isOne(signature)) {
            throw malformed("a variant of more or less than one type");
        }
        return new Variant(signature, value(signature, 0, depth));
    }

    private Object array(String signature, int element, int depth) throws ProtocolException {
        long length = u32();
        if (length > MAX_ARRAY) {
            throw malformed("an array of " + length + " bytes");
        }
        char type = signature.charAt(element);
        align(Signature.alignment(type));
        require(length);
        int end = in.position() + (int) length;
        if (type == 'y') {
            byte[] bytes = new byte[(int) length];
            in.get(bytes);
            return bytes;
        }
        Object array = type == '{' ? entries(signature, element, depth, end) : list(signature, element, depth, end);
        if (in.position() != end) {
            throw malformed("an array that ends within a value");
        }
        return array;
    }

    private List<Object> list(String signature, int element, int depth, int end) throws ProtocolException {
        List<Object> list = new ArrayList<>();
        while (in.position() < end) {
            list.add(value(signature, element, depth));
        }
        return list;
    }

    private Map<Object, Object> entries(String signature, int element, int depth, int end) throws ProtocolException {
        Map<Object, Object> map = new LinkedHashMap<>();
        while (in.position() < end) {
            align(8);
            Object key = value(signature, element + 1, depth);
            map.put(key, value(signature, element + 2, depth));
        }
        return map;
    }

    private List<Object> struct(String signature, int start, int depth) throws ProtocolException {
        align(8);
        List<Object> values = new ArrayList<>(4);
        for (int at = start; signature.charAt(at) != ')'; at = Signature.end(signature, at)) {
            values.add(value(signature, at, depth));
        }
        return values;
    }

    private void require(long size) throws ProtocolException {
        if (in.remaining() < size) {
            throw malformed("it ends too early");
        }
    }

    private ProtocolException malformed(String what) {
        return new ProtocolException("the message is not D-Bus: " + what + ", at byte " + in.position());
    }
}
