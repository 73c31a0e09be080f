package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.Errno;

/**
 * An unsigned 64-bit number as systemd's safe_atou64 reads it, which is strtoull(3) with base 0: leading white space and
 * a plus sign pass, {@code 0x} and {@code 0} choose the base (also {@code 0b} and {@code 0o}), nothing may follow.
 *
 * @param value the number, unsigned
 * @param errno 0, EINVAL for what is no number, ERANGE for what is too large or negative
 */
record CNumber(long value, int errno) {

    private static final CNumber NO_NUMBER = new CNumber(0, Errno.EINVAL);
    private static final CNumber OUT_OF_RANGE = new CNumber(0, Errno.ERANGE);

    static CNumber parse(String text) {
        int at = 0;
        while (at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
        boolean negative = at < text.length() && text.charAt(at) == '-';
        if (negative || (at < text.length() && text.charAt(at) == '+')) {
            at++;
        }
        int base = 10;
        if (at + 1 < text.length() && text.charAt(at) == '0') {
            base = baseOf(text.charAt(at + 1));
            at += "xXbBoO".indexOf(text.charAt(at + 1)) >= 0 ? 2 : 1;
        }
        return digits(text, at, base, negative);
    }

    private static int baseOf(char second) {
        return switch (second) {
            case 'x', 'X' -> 16;
            case 'b', 'B' -> 2;
            default -> 8;
        };
    }

    private static CNumber digits(String text, int from, int base, boolean negative) {
        if (from >= text.length()) {
            return NO_NUMBER;
        }
        long value = 0;
        boolean overflow = false;
        for (int i = from; i < text.length(); i++) {
            int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), base) : -1;
            if (digit < 0) {
                return overflow ? OUT_OF_RANGE : NO_NUMBER;
            }
            overflow |= Long.compareUnsigned(value, Long.divideUnsigned(-1L - digit, base)) > 0;
            value = value * base + digit;
        }
        return overflow || (negative && value != 0) ? OUT_OF_RANGE : new CNumber(value, 0);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
}
