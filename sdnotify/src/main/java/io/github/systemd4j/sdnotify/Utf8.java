package io.github.systemd4j.sdnotify;

import java.util.Arrays;

/** Encodes text of which only a part may fit; what the JDK's encoders leave of it would end within a character. */
final class Utf8 {

    private Utf8() {}

    /** The head and after it as much of the text as there is room for, in whole code points. */
    static byte[] append(byte[] head, CharSequence text, int room) {
        byte[] bytes = Arrays.copyOf(head, Math.min(room, head.length + length(text)));
        int end = encode(text, bytes, head.length);
        return end == bytes.length ? bytes : Arrays.copyOf(bytes, end);
    }

    private static int length(CharSequence text) {
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // Each half of a surrogate pair counts for two of its four bytes.
            length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return length;
    }

    /**
     * Writes as much of the text as there is room for, in whole code points.
     *
     * @param text without unpaired surrogates, see {@link Fields#requireLine}
     * @return the position after the last byte written
     */
    static int encode(CharSequence text, byte[] out, int at) {
        int position = at;
        for (int i = 0; i < text.length(); i++) {
            int c = text.charAt(i);
            if (c < 0x80) {
                if (position == out.length) {
                    return position;
                }
                out[position++] = (byte) c;
                continue;
            }
            if (Character.isHighSurrogate((char) c) && i + 1 < text.length()) {
                c = Character.toCodePoint((char) c, text.charAt(++i));
            }
            int size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
            if (out.length - position < size) {
                return position;
            }
            int lead = size == 2 ? 0xC0 : size == 3 ? 0xE0 : 0xF0;
            out[position] = (byte) (lead | (c >> (6 * (size - 1))));
            for (int n = 1; n < size; n++) {
                out[position + n] = (byte) (0x80 | ((c >> (6 * (size - 1 - n))) & 0x3F));
            }
            position += size;
        }
        return position;
    }
}
