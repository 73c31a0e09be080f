package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.systemd4j.linux.libc.Libc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One record in journald's native protocol, in native memory that is used again and again. A field is {@code NAME=value}
 * and a newline; one whose value has a newline, or is bytes, is {@code NAME}, a newline, the length in 8 bytes, the
 * value, a newline. An empty line would begin another record: none is ever written outside of a value that has a length.
 *
 * <p>Whatever does not fit is cut or left out, and the record says so in a field of its own. Not thread safe.
 */
final class RecordBuffer {

    static final int INITIAL_SIZE = 4096;

    /** How many fields a writer may add to a record. */
    static final int MAX_COMMON_FIELDS = 16;

    /** A record's own: journald accepts 1024, and drops a record with more whole. */
    static final int MAX_FIELDS = 1024 - MAX_COMMON_FIELDS;

    /** A buffer beyond this size is given back after so many records that did not need it. */
    static final int KEPT_SIZE = 256 * 1024;

    static final int KEPT_RECORDS = 64;

    private static final byte[] TRUNCATED = "RECORD_TRUNCATED=1\n".getBytes(ISO_8859_1);
    private static final int LENGTH_FIELD = 8;

    /**
     * Never used up by values: what a length needs, a newline, and the remark that the record is not whole. Names and text
     * are written eight bytes at a time, so that 7 behind them are lost.
     */
    private static final int RESERVE = LENGTH_FIELD + 1 + TRUNCATED.length;

    private static final int LONGEST_NUMBER = 20;

    private final int maxSize;
    private final Chunk chunk = new Chunk();
    private final Repetition before = new Repetition();
    private ByteBuffer bytes;
    private int limit; // of names and values in these bytes
    private long address; // 0: not asked for yet
    private int length;
    private int at; // beyond length while a field is being written
    private int fields;
    private int unneeded;
    private boolean truncated;
    private boolean newline; // in the text that is being written
    private boolean refused; // no memory: the JDK takes half a second to say so, and is asked once for a record

    RecordBuffer(int maxSize) {
        this.maxSize = maxSize;
        this.bytes = allocate(Math.min(INITIAL_SIZE, maxSize));
        this.limit = bytes.capacity() - RESERVE;
    }

    private static ByteBuffer allocate(int size) {
        return ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN); // as the protocol has its lengths
    }

    void clear() {
        unneeded = length > KEPT_SIZE ? 0 : unneeded + 1;
        if (bytes.capacity() > KEPT_SIZE && unneeded >= KEPT_RECORDS) {
            replace(INITIAL_SIZE);
            before.keep(0);
        }
        length = 0;
        fields = 0;
        truncated = false;
        refused = false;
    }

    /** A field of text in UTF-8, cut at a code point where there is no room for it. */
    void text(FieldName name, CharSequence value) {
        int end = before.end(fields, name, value);
        if (end > 0) {
            again(end);
        } else {
            newText(name, value);
        }
    }

    private void again(int end) {
        length = end;
        fields++;
    }

    private void newText(FieldName name, CharSequence value) {
        if (!begin(name)) {
            return;
        }
        int start = at;
        if (putText(value)) {
            int size = at - start;
            bytes.put(start + LENGTH_FIELD, bytes, start, size);
            bytes.put(start - 1, (byte) '\n').putLong(start, size);
            at += LENGTH_FIELD;
        }
        end();
        if (!truncated) {
            before.add(fields - 1, name, value, length);
        }
    }

    /** A field of bytes, cut where there is no room for them. */
    void binary(FieldName name, byte[] value, int offset, int count) {
        if (!begin(name)) {
            return;
        }
        int size = Math.min(count, room(count));
        truncated |= size < count;
        bytes.put(at - 1, (byte) '\n').putLong(at, size);
        bytes.put(at + LENGTH_FIELD, value, offset, size);
        at += LENGTH_FIELD + size;
        end();
    }

    /** The same of bytes among which there is no newline: they need no length. */
    void line(FieldName name, byte[] value, int offset, int count) {
        if (!begin(name)) {
            return;
        }
        int size = Math.min(count, room(count));
        truncated |= size < count;
        bytes.put(at, value, offset, size);
        at += size;
        end();
    }

    /** A field of a decimal number, which is left out where there is no room for it. */
    void number(FieldName name, long value) {
        int end = before.end(fields, name, value);
        if (end > 0) {
            again(end);
        } else {
            newNumber(name, value);
        }
    }

    private void newNumber(FieldName name, long value) {
        if (!begin(name)) {
            return;
        }
        if (room(LONGEST_NUMBER) < LONGEST_NUMBER) {
            truncated = true;
            return;
        }
        if (value < 0) {
            bytes.put(at++, (byte) '-');
        }
        long rest = value > 0 ? -value : value; // the smallest number has no positive counterpart
        int last = at;
        for (long more = rest / 10; more != 0; more /= 10) {
            last++;
        }
        at = last + 1;
        do {
            bytes.put(last--, (byte) ('0' - rest % 10));
            rest /= 10;
        } while (rest != 0);
        end();
        before.add(fields - 1, name, value, length);
    }

    private boolean begin(FieldName name) {
        int size = name.length() + 1;
        at = length;
        before.keep(fields);
        // One less, for the remark.
        if (fields == MAX_FIELDS - 1 || room(size) < size) {
            truncated = true;
            return false;
        }
        long[] eights = name.eights();
        for (int i = 0; i < eights.length; i++) {
            bytes.putLong(at + Long.BYTES * i, eights[i]);
        }
        at += size;
        return true;
    }

    private void end() {
        bytes.put(at++, (byte) '\n');
        length = at;
        fields++;
    }

    /** Whether there is a newline in it. */
    private boolean putText(CharSequence text) {
        newline = false;
        int chars = text.length();
        int i = chars < Chunk.SHORT && text instanceof String string ? putShort(string, chars) : 0;
        while (i < chars) {
            int count = chunk.take(text, i, chars);
            int put = putChunk(chars - i);
            newline |= chunk.hasNewline();
            if (put < count) {
                truncated = true;
                return newline;
            }
            i += count;
        }
        return newline;
    }

    /** Puts the ASCII that a text begins with which needs no copy, for it does not change. Returns where it ends. */
    private int putShort(String text, int chars) {
        int end = Math.min(room(chars), chars);
        ByteBuffer out = bytes;
        int to = at;
        boolean found = false;
        int i = 0;
        for (; i < end; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                break;
            }
            found |= c == '\n';
            out.put(to + i, (byte) c);
        }
        newline = found;
        at = to + i;
        return i;
    }

    /** Of the rest of the text, for all of which room is asked for at once. Returns how many chars there was room for. */
    private int putChunk(int rest) {
        int room = room(rest); // before the bytes, which it may change
        int i = chunk.putAscii(bytes, at, room);
        at += i;
        int length = chunk.length();
        while (i < length) {
            int next = chunk.at(i) < 0x80 ? putNarrow(i, length) : putWide(i, length);
            if (next == i) {
                return i;
            }
            i = next;
        }
        return i;
    }

    /** Puts the ASCII from here on. Returns where it ends. */
    private int putNarrow(int index, int length) {
        int room = room(length - index);
        int next = chunk.putOneByOne(bytes, at, index, index + Math.min(room, length - index));
        at += next - index;
        return next;
    }

    /** Encodes one code point beyond ASCII; what is none becomes a question mark. Returns where the next one begins. */
    private int putWide(int index, int length) {
        int c = chunk.at(index);
        int next = index + 1;
        if (Character.isSurrogate((char) c)) {
            char low = next < length ? chunk.at(next) : 0;
            if (Character.isSurrogatePair((char) c, low)) {
                c = Character.toCodePoint((char) c, low);
                next++;
            } else {
                c = '?';
            }
        }
        int size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        if (room(size) < size) {
            return index;
        }
        int lead = size == 1 ? 0 : size == 2 ? 0xC0 : size == 3 ? 0xE0 : 0xF0;
        bytes.put(at, (byte) (lead | (c >> (6 * (size - 1)))));
        for (int n = 1; n < size; n++) {
            bytes.put(at + n, (byte) (0x80 | ((c >> (6 * (size - 1 - n))) & 0x3F)));
        }
        at += size;
        return next;
    }

    /** How many bytes may be written now: as many as wanted, unless the record is at its bound or the memory out. */
    private int room(int wanted) {
        return wanted <= limit - at ? wanted : room(wanted, maxSize);
    }

    private int room(int wanted, int most) {
        int room = Math.min(bytes.capacity(), most) - RESERVE - at;
        if (room < wanted && bytes.capacity() < most && !refused) {
            long needed = (long) at + wanted + RESERVE;
            replace((int) Math.min(Math.max(needed, 2L * bytes.capacity()), most));
            room = Math.min(bytes.capacity(), most) - RESERVE - at;
        }
        return Math.max(0, room);
    }

    /** Takes another buffer, with what is in this one; where no memory is to be had, it stays as it is. */
    private void replace(int size) {
        ByteBuffer other;
        try {
            other = allocate(size);
        } catch (OutOfMemoryError e) { // direct memory, of which a server may use up all there is
            refused = true;
            return;
        }
        other.put(0, bytes, 0, Math.min(at, size));
        bytes = other;
        limit = Math.min(size, maxSize) - RESERVE;
        address = 0;
        unneeded = 0;
    }

    /**
     * Completes the record, with fields that are not its own and may go beyond its bound: the number of bytes to send.
     * The next field that is added is in their place.
     */
    int complete(byte[] common) {
        if (common.length == 0 && !truncated) {
            return length;
        }
        at = length;
        before.keep(fields);
        boolean whole = room(common.length, maxSize + common.length + RESERVE) >= common.length;
        if (whole) {
            bytes.put(at, common);
            at += common.length;
        }
        if (truncated || !whole) {
            bytes.put(at, TRUNCATED);
            at += TRUNCATED.length;
        }
        return at;
    }

    long address(Libc libc) {
        if (address == 0) {
            address = libc.address(bytes);
        }
        return address;
    }

    /** The bytes behind {@link #address}, which must stay reachable while it is in use. */
    ByteBuffer bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    boolean isTruncated() {
        return truncated;
    }
}
