package io.github.systemd4j.journal;

/**
 * Makes lines of what is read from a stream: a line ends with LF or CR LF, which do not belong to it. One that is longer
 * than the room is handed over in parts, cut between two characters of UTF-8, which together are the line byte for byte.
 * Nothing else is known about the bytes. Not thread safe, but for the array's free end.
 */
final class Lines {

    /** Of a part at most, and of memory in all: what docker has. */
    static final int ROOM = 16 * 1024;

    private final byte[] bytes = new byte[ROOM];
    private final Sink sink;
    private int start;
    private int end;
    private boolean inside; // parts of this line are gone

    Lines(Sink sink) {
        this.sink = sink;
    }

    /** Who gets the lines. */
    interface Sink {

        /** Takes a line, or a part of it; the array is not its own. */
        void take(byte[] bytes, int offset, int count, boolean first, boolean last);
    }

    /** Where to put what is read, from {@link #end} on. */
    byte[] bytes() {
        return bytes;
    }

    int end() {
        return end;
    }

    /** How much may be put there, at least one byte. */
    int room() {
        return ROOM - end;
    }

    /** So many bytes were put there. */
    void added(int count) {
        int from = start;
        int i = end;
        end += count;
        for (; i < end; i++) {
            if (bytes[i] == '\n') {
                hand(from, i > from && bytes[i - 1] == '\r' ? i - 1 : i, true);
                from = i + 1;
            }
        }
        if (from == 0 && end == ROOM) {
            from = cut();
            hand(0, from, false);
        }
        System.arraycopy(bytes, from, bytes, 0, end - from);
        start = 0;
        end -= from;
    }

    /** Nothing may come any more, for now or for ever: what is there is the rest of a line. */
    void finish() {
        if (end > start || inside) {
            hand(start, end, true);
        }
        start = end; // not moved: somebody may be reading to where the end is
    }

    private void hand(int from, int to, boolean last) {
        boolean first = !inside;
        inside = !last;
        sink.take(bytes, from, to - from, first, last);
    }

    /** The end of the last whole character; a CR may be half of a line's end. */
    private int cut() {
        for (int back = 1; back <= 3; back++) {
            int b = bytes[end - back] & 0xFF;
            if ((b & 0xC0) != 0x80) {
                int size = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : b >= 0xC0 ? 2 : 1;
                return size > back || (b == '\r' && back == 1) ? end - back : end;
            }
        }
        return end;
    }
}
