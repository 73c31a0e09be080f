package io.github.systemd4j.sdnotify;

/** Encodes into bytes that are there already, so that a status that changes each second allocates nothing. */
final class Utf8 {

    private Utf8() {}

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
