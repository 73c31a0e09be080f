package io.github.systemd4j.journal;

import java.nio.ByteBuffer;

/**
 * Cuts a text into lines as journald reads them from a stream, and puts the priority before each as {@code <6>}, so that
 * none can pretend to another one. Empty ones, which journald skips, are left out. Of one thread.
 */
final class PrefixedLines {

    /** What stands before and after a line's text. */
    static final int FRAME = 4;

    private final ByteBuffer text;
    private final byte level;
    private final boolean returns;
    private final int end;
    private int from;

    /**
     * The lines of a text that stays as it is meanwhile.
     *
     * @param level 0 to 7
     * @param text from position to limit, which stay where they are
     * @param returns whether a carriage return ends a line as well; to journald it does not
     */
    PrefixedLines(int level, ByteBuffer text, boolean returns) {
        this.level = (byte) ('0' + level);
        this.text = text.duplicate();
        this.returns = returns;
        this.from = text.position();
        this.end = text.limit();
        skipEmpty();
    }

    private void skipEmpty() {
        while (from < end && isBreak(text.get(from))) {
            from++;
        }
    }

    private boolean isBreak(byte b) {
        return b == '\n' || b == 0 || (returns && b == '\r');
    }

    boolean hasNext() {
        return from < end;
    }

    /**
     * Appends the next line, if there is room for it.
     *
     * @param out where to; has room for a character and {@link #FRAME} at least
     * @param most the bytes at which a line is cut, between two characters; the rest of it is the next line
     * @return whether there was one, and room
     */
    boolean putNext(ByteBuffer out, int most) {
        int to = Math.min(end, from + most - FRAME);
        int at = from;
        while (at < to && !isBreak(text.get(at))) {
            at++;
        }
        if (at == to && to < end && !isBreak(text.get(to))) {
            at = cut(text, from, to);
        }
        if (at == from || out.remaining() < at - from + FRAME) {
            return false;
        }
        out.put((byte) '<').put(level).put((byte) '>');
        text.limit(at).position(from);
        out.put(text).put((byte) '\n');
        text.limit(end);
        from = at;
        skipEmpty();
        return true;
    }

    /** The end of the last whole character of UTF-8 before an index; of what is none, the index. */
    static int cut(ByteBuffer text, int from, int to) {
        int at = to;
        while (at > from && to - at < 4 && (text.get(at) & 0xC0) == 0x80) {
            at--;
        }
        return (text.get(at) & 0xC0) == 0x80 || at == from ? to : at;
    }
}
