package io.github.systemd4j.machine.dbus;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * Writes values in a byte order. Numbers of every width are {@link Number}s, texts, object paths and signatures
 * {@link String}s, an {@code ay} is a {@code byte[]}, any other array and a struct a {@link List}, a dict a {@link Map}.
 * What does not fit its type is the caller's mistake.
 */
final class Encoder {

    private static final int FIRST_SIZE = 512;
    private static final int MAX_ARRAY = 1 << 26;

    private ByteBuffer out;

    Encoder(ByteOrder order) {
        this.out = ByteBuffer.allocate(FIRST_SIZE).order(order);
    }

    int position() {
        return out.position();
    }

    void patch(int position, int value) {
        out.putInt(position, value);
    }

    void align(int size) {
        int gap = -out.position() & (size - 1);
        reserve(gap);
        for (int i = 0; i < gap; i++) {
            out.put((byte) 0);
        }
    }

    /** Values of as many types. */
    void values(String signature, List<?> values) {
        int at = 0;
        for (Object value : values) {
            if (at == signature.length()) {
                throw new IllegalArgumentException("values: more than " + signature + " has types");
            }
            value(signature, at, value);
            at = Signature.end(signature, at);
        }
        if (at != signature.length()) {
            throw new IllegalArgumentException("values: fewer than " + signature + " has types");
        }
    }

    private void value(String signature, int at, Object value) {
        char type = signature.charAt(at);
        switch (type) {
            case 'y' -> u8((int) integer(type, value, 0, 0xFF));
            case 'b' -> u32(cast(Boolean.class, type, value) ? 1 : 0);
            case 'n' -> u16((int) integer(type, value, Short.MIN_VALUE, Short.MAX_VALUE));
            case 'q' -> u16((int) integer(type, value, 0, 0xFFFF));
            case 'i' -> u32((int) integer(type, value, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case 'u', 'h' -> u32((int) integer(type, value, 0, 0xFFFF_FFFFL));
            case 'x', 't' -> u64(integer(type, value, Long.MIN_VALUE, Long.MAX_VALUE));
            case 'd' -> u64(Double.doubleToRawLongBits(cast(Double.class, type, value)));
            case 's', 'o' -> string(cast(String.class, type, value));
            case 'g' -> signature(cast(String.class, type, value));
            case 'v' -> variant(cast(Variant.class, type, value));
            case 'a' -> array(signature, at + 1, value);
            case '(' -> struct(signature, at, cast(List.class, type, value));
            default -> throw new IllegalArgumentException("signature: " + signature + " has no type at " + at);
        }
    }

    private static long integer(char type, Object value, long min, long max) {
        long number = cast(Number.class, type, value).longValue();
        if (number < min || number > max) {
            throw new IllegalArgumentException("value: " + value + " is out of the range of type " + type);
        }
        return number;
    }

    private static <T> T cast(Class<T> wanted, char type, Object value) {
        if (!wanted.isInstance(value)) {
            throw new IllegalArgumentException("value: a " + value.getClass().getName() + " is not of type " + type);
        }
        return wanted.cast(value);
    }

    void u8(int value) {
        reserve(1);
        out.put((byte) value);
    }

    private void u16(int value) {
        align(2);
        reserve(2);
        out.putShort((short) value);
    }

    void u32(int value) {
        align(4);
        reserve(4);
        out.putInt(value);
    }

    private void u64(long value) {
        align(8);
        reserve(8);
        out.putLong(value);
    }

    void string(String text) {
        byte[] bytes = bytes(text);
        u32(bytes.length);
        raw(bytes);
        u8(0);
    }

    /** Without a check: only what is valid is written where it matters. */
    void signature(String signature) {
        byte[] bytes = bytes(signature);
        if (bytes.length > Signature.MAX_LENGTH) {
            throw new IllegalArgumentException("value: a signature of " + bytes.length + " bytes");
        }
        u8(bytes.length);
        raw(bytes);
        u8(0);
    }

    /** A NUL would make the bus hang up on us. So would half a surrogate pair, which becomes a question mark. */
    private static byte[] bytes(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("value: a text with a NUL");
        }
        return text.getBytes(UTF_8);
    }

    private void variant(Variant variant) {
        signature(variant.signature());
        value(variant.signature(), 0, variant.value());
    }

    private void array(String signature, int element, Object value) {
        u32(0);
        int length = out.position() - 4;
        align(Signature.alignment(signature.charAt(element)));
        int start = out.position();
        if (signature.charAt(element) == 'y' && value instanceof byte[] bytes) {
            raw(bytes);
        } else if (signature.charAt(element) == '{') {
            entries(signature, element, cast(Map.class, 'a', value));
        } else {
            for (Object each : cast(List.class, 'a', value)) {
                value(signature, element, each);
            }
        }
        if (out.position() - start > MAX_ARRAY) {
            throw new IllegalArgumentException("value: an array of more than 64 MiB");
        }
        patch(length, out.position() - start);
    }

    private void entries(String signature, int element, Map<?, ?> map) {
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            align(8);
            value(signature, element + 1, entry.getKey());
            value(signature, element + 2, entry.getValue()); // a key is a basic type: one character
        }
    }

    private void struct(String signature, int start, List<?> values) {
        align(8);
        int end = Signature.end(signature, start) - 1;
        int at = start + 1;
        for (Object value : values) {
            if (at == end) {
                throw new IllegalArgumentException("value: more than the struct of " + signature + " has");
            }
            value(signature, at, value);
            at = Signature.end(signature, at);
        }
        if (at != end) {
            throw new IllegalArgumentException("value: fewer than the struct of " + signature + " has");
        }
    }

    void raw(byte[] bytes) {
        reserve(bytes.length);
        out.put(bytes);
    }

    private void reserve(int size) {
        if (out.remaining() < size) {
            int wanted = Math.max(out.capacity() * 2, out.position() + size);
            out = ByteBuffer.allocate(wanted).order(out.order()).put(out.flip());
        }
    }

    /** All that was written, to be read once. */
    ByteBuffer finish() {
        return out.flip();
    }
}
