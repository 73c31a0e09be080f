package io.github.systemd4j.journal;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A record for the journal: fields with values of text, numbers or bytes, encoded as they are added. It is made to be
 * used again and again, one for each thread or caller: {@link #clear}, add fields, {@link JournalWriter#send}. Once it
 * has grown to the size that is needed, nothing is allocated. Fields with which it begins as the time before, of the same
 * names, strings and numbers, are not encoded again: what seldom changes is best added first, with its name in a constant,
 * and the message last.
 *
 * <p>Any value is safe: a newline, a NUL or any other byte in it stays in it, and can neither make another field nor
 * another record. A field may be repeated; the journal then has both values. See systemd.journal-fields(7) for the names
 * that systemd knows.
 *
 * <p>A record has a bound, 16 MiB unless said otherwise, and 1007 fields. What does not fit, or finds no memory, is cut
 * (text between two characters) or left out, and the record then has the field {@code RECORD_TRUNCATED=1}.
 *
 * <p>Not thread safe.
 */
public final class JournalRecord {

    /** The bound of a record that nothing else was said about: 16 MiB. */
    public static final int DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

    /** The least bound: a name, a length and what the record says about itself fit. */
    private static final int LEAST_MAX_BYTES = 1024;

    /** Beyond this, journald refuses. */
    private static final int MOST_MAX_BYTES = 768 * 1024 * 1024;

    private static final byte[] NOTHING = {};

    private final RecordBuffer buffer;
    private int level = Priority.INFO.level();
    private int messageStart;
    private int messageEnd;

    private JournalRecord(int maxBytes) {
        this.buffer = new RecordBuffer(maxBytes);
    }

    /**
     * Makes an empty record of at most {@link #DEFAULT_MAX_BYTES}. It begins with 4096 bytes of direct memory and grows.
     *
     * @return the record
     */
    public static JournalRecord create() {
        return new JournalRecord(DEFAULT_MAX_BYTES);
    }

    /**
     * Makes an empty record with a bound of its own.
     *
     * @param maxBytes the most bytes that the record takes, names and lengths included; 1024 to 768 MiB
     * @return the record
     */
    public static JournalRecord ofAtMost(int maxBytes) {
        if (maxBytes < LEAST_MAX_BYTES || maxBytes > MOST_MAX_BYTES) {
            throw new IllegalArgumentException(
                    "maxBytes: " + maxBytes + ", must be " + LEAST_MAX_BYTES + " to " + MOST_MAX_BYTES);
        }
        return new JournalRecord(maxBytes);
    }

    /**
     * Makes the record empty, for the next one. A buffer beyond 256 KiB is given back after 64 records that did without.
     *
     * @return this
     */
    public JournalRecord clear() {
        buffer.clear();
        level = Priority.INFO.level();
        messageStart = 0;
        messageEnd = 0;
        return this;
    }

    /**
     * Adds the field MESSAGE, the text that people read.
     *
     * @param text any text; unpaired surrogates become question marks
     * @return this
     */
    public JournalRecord message(CharSequence text) {
        int before = buffer.length();
        buffer.text(FieldName.MESSAGE, text);
        remember(before);
        return this;
    }

    /** The same of bytes, of whatever charset. */
    JournalRecord message(byte[] bytes, int offset, int count) {
        int before = buffer.length();
        if (hasNewline(bytes, offset, count)) {
            buffer.binary(FieldName.MESSAGE, bytes, offset, count);
        } else {
            buffer.line(FieldName.MESSAGE, bytes, offset, count);
        }
        remember(before);
        return this;
    }

    private static boolean hasNewline(byte[] bytes, int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            if (bytes[i] == '\n') {
                return true;
            }
        }
        return false;
    }

    private void remember(int before) {
        int after = buffer.length();
        if (after > before) {
            int start = before + FieldName.MESSAGE.length();
            // a newline in the place of the equals sign: a length comes first
            messageStart = start + (buffer.bytes().get(start) == '=' ? 1 : 9);
            messageEnd = after - 1;
        }
    }

    /**
     * Adds the field PRIORITY. A record without one is shown as {@link Priority#INFO}.
     *
     * @param priority its level
     * @return this
     */
    public JournalRecord priority(Priority priority) {
        level = priority.level();
        buffer.number(FieldName.PRIORITY, level);
        return this;
    }

    /**
     * Adds a field of text, in UTF-8 whatever the platform's charset is.
     *
     * @param name the name
     * @param value any text, may be empty; unpaired surrogates become question marks
     * @return this
     */
    public JournalRecord field(FieldName name, CharSequence value) {
        buffer.text(name, value);
        return this;
    }

    /**
     * Adds a field with a decimal number.
     *
     * @param name the name
     * @param value any number
     * @return this
     */
    public JournalRecord field(FieldName name, long value) {
        buffer.number(name, value);
        return this;
    }

    /**
     * Adds a field of bytes.
     *
     * @param name the name
     * @param value any bytes, may be empty; copied
     * @return this
     */
    public JournalRecord field(FieldName name, byte[] value) {
        buffer.binary(name, value, 0, value.length);
        return this;
    }

    /**
     * Adds a field of some bytes of an array.
     *
     * @param name the name
     * @param value the array
     * @param offset where they begin
     * @param count how many
     * @return this
     * @throws IndexOutOfBoundsException if the array has no such bytes
     */
    public JournalRecord field(FieldName name, byte[] value, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, value.length);
        buffer.binary(name, value, offset, count);
        return this;
    }

    /**
     * Adds a field of text, of a name that is checked in each call: {@link #field(FieldName, CharSequence)} is faster.
     *
     * @param name see {@link FieldName#of}
     * @param value any text, may be empty
     * @return this
     * @throws IllegalArgumentException if journald would not accept the name
     */
    public JournalRecord field(String name, CharSequence value) {
        return field(FieldName.of(name), value);
    }

    /**
     * Adds the fields of a container, for a program that writes for several. Those of its own container a writer adds to
     * all records, see {@link JournalWriter.Builder#container}.
     *
     * @param container the fields
     * @return this
     */
    public JournalRecord container(ContainerFields container) {
        container.addTo(this);
        return this;
    }

    /**
     * How long the record is by now, as it is sent.
     *
     * @return bytes, names and lengths included; 0 for an empty one
     */
    public int length() {
        return buffer.complete(NOTHING);
    }

    /**
     * Whether something did not fit and was cut or left out since the record was empty.
     *
     * @return whether the record is not whole
     */
    public boolean isTruncated() {
        return buffer.isTruncated();
    }

    RecordBuffer buffer() {
        return buffer;
    }

    int level() {
        return level;
    }

    /** The message's bytes in UTF-8, as long as the record stays as it is. */
    ByteBuffer message() {
        return buffer.bytes().duplicate().limit(messageEnd).position(messageStart);
    }

    /** The message's bytes in UTF-8, at most so many of them. */
    byte[] message(int most) {
        byte[] text = new byte[Math.min(most, messageEnd - messageStart)];
        buffer.bytes().get(messageStart, text);
        return text;
    }

    /** The bytes as they are sent. For tests. */
    byte[] bytes() {
        byte[] bytes = new byte[buffer.complete(NOTHING)];
        ByteBuffer whole = buffer.bytes();
        whole.get(0, bytes);
        return bytes;
    }
}
