package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;

/**
 * A piece of a text on its way into a record: a copy, for a text that changes meanwhile must not get a newline past us.
 * Most of it is ASCII, which the JDK makes bytes of many at a time; these are looked at eight at a time. Not thread safe.
 */
final class Chunk {

    /** The most chars of a piece. */
    static final int SIZE = 256;

    /** Below so many chars, the JDK's encoder takes longer to start than a loop to end. */
    static final int SHORT = 48;

    private static final long EACH = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long NEWLINES = 0x0A0A0A0A0A0A0A0AL;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final char[] chars = new char[SIZE];
    private final byte[] bytes = new byte[SIZE + Long.BYTES - 1];
    private final CharBuffer from = CharBuffer.wrap(chars);
    private final ByteBuffer to = ByteBuffer.wrap(bytes);
    private final CharsetEncoder latin1 = ISO_8859_1.newEncoder();
    private int length;
    private boolean newline;

    /** Takes a piece that ends between two characters: how many chars. */
    int take(CharSequence text, int start, int end) {
        int count = Math.min(end - start, SIZE);
        if (text instanceof String string) {
            string.getChars(start, start + count, chars, 0);
        } else if (text instanceof StringBuilder builder) {
            builder.getChars(start, start + count, chars, 0);
        } else {
            for (int i = 0; i < count; i++) {
                chars[i] = text.charAt(start + i);
            }
        }
        boolean halved = count < end - start && Character.isHighSurrogate(chars[count - 1]);
        length = halved ? count - 1 : count;
        newline = false;
        return length;
    }

    int length() {
        return length;
    }

    char at(int index) {
        return chars[index];
    }

    /** Whether there was a newline among the bytes put. */
    boolean hasNewline() {
        return newline;
    }

    /** Puts the ASCII that the piece begins with, at most so many bytes: how many there were. Behind them, 7 more are lost. */
    int putAscii(ByteBuffer out, int at, int most) {
        int end = Math.min(length, most);
        return end < SHORT ? putOneByOne(out, at, 0, end) : putMany(out, at, end);
    }

    /** Puts the ASCII from an index on, up to another one: where it ends. */
    int putOneByOne(ByteBuffer out, int at, int start, int end) {
        boolean found = false;
        int i = start;
        for (; i < end; i++) {
            char c = chars[i];
            if (c >= 0x80) {
                break;
            }
            found |= c == '\n';
            out.put(at + i - start, (byte) c);
        }
        newline |= found;
        return i;
    }

    private int putMany(ByteBuffer out, int at, int end) {
        from.clear().limit(end);
        to.clear();
        latin1.encode(from, to, true);
        int encoded = to.position();
        long found = 0;
        int i = 0;
        for (; i <= encoded - Long.BYTES; i += Long.BYTES) {
            long eight = (long) LONG.get(bytes, i);
            if ((eight & HIGH_BITS) != 0) {
                break;
            }
            found |= newlines(eight);
            out.putLong(at + i, eight);
        }
        if (i < encoded) {
            long eight = (long) LONG.get(bytes, i);
            int ascii = Math.min(Long.numberOfTrailingZeros(eight & HIGH_BITS) / Byte.SIZE, encoded - i);
            eight &= (1L << (Byte.SIZE * ascii)) - 1; // what follows is no ASCII, or of another text
            found |= newlines(eight);
            out.putLong(at + i, eight);
            i += ascii;
        }
        newline |= (found & HIGH_BITS) != 0;
        return i;
    }

    /** Bytes of ASCII of which some have their high bit set if, and only if, there is a newline among them. */
    private static long newlines(long eight) {
        return (eight ^ NEWLINES) - EACH;
    }
}
