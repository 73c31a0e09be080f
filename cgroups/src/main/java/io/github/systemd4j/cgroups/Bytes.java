package io.github.systemd4j.cgroups;

import java.util.Arrays;

/** What String does for text, for bytes. All ranges are from..to, to excluded. */
final class Bytes {

    private Bytes() {}

    /** The place of a byte, or -1. */
    static int indexOf(byte[] in, int from, int to, int b) {
        for (int i = from; i < to; i++) {
            if (in[i] == b) {
                return i;
            }
        }
        return -1;
    }

    /** The last place of a byte, or -1. */
    static int lastIndexOf(byte[] in, int b) {
        int at = in.length - 1;
        while (at >= 0 && in[at] != b) {
            at--;
        }
        return at;
    }

    /** The place of a byte, or the end. */
    static int end(byte[] in, int from, int to, int b) {
        int at = indexOf(in, from, to, b);
        return at < 0 ? to : at;
    }

    /** A letter or digit of ASCII. */
    static boolean isAlphanumeric(int c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }

    static boolean is(byte[] in, int from, int to, byte[] word) {
        return Arrays.equals(in, from, to, word, 0, word.length);
    }

    /** A decimal number without a sign that fits an int, or -1. */
    static int number(byte[] in, int from, int to) {
        long value = to > from && to - from <= 10 ? 0 : -1;
        for (int i = from; i < to && value >= 0; i++) {
            value = in[i] >= '0' && in[i] <= '9' ? value * 10 + in[i] - '0' : -1;
        }
        return value > Integer.MAX_VALUE ? -1 : (int) value;
    }

    /**
     * A field of mountinfo, in which the kernel writes space, tab, newline, backslash and some others as three octal
     * digits.
     */
    static byte[] unescaped(byte[] in, int from, int to) {
        if (indexOf(in, from, to, '\\') < 0) {
            return Arrays.copyOfRange(in, from, to);
        }
        byte[] out = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            int value = in[i] == '\\' && to - i > 3 ? octal(in, i + 1) : -1;
            out[length++] = value < 0 ? in[i] : (byte) value;
            i += value < 0 ? 0 : 3;
        }
        return Arrays.copyOf(out, length);
    }

    private static int octal(byte[] in, int at) {
        int value = 0;
        for (int i = at; i < at + 3; i++) {
            if (in[i] < '0' || in[i] > '7') {
                return -1;
            }
            value = value * 8 + in[i] - '0';
        }
        return value < 256 ? value : -1;
    }

    /**
     * Whether a path is another one or lies below it, component-wise: {@code /foo} is not above {@code /foobar}.
     *
     * @param below begins with a slash, or is empty
     * @param above the same; {@code /} is above all
     */
    static boolean isBelow(byte[] below, byte[] above) {
        int length = above.length == 1 && above[0] == '/' ? 0 : above.length;
        return below.length >= length
                && Arrays.equals(below, 0, length, above, 0, length)
                && (below.length == length || below[length] == '/');
    }
}
