package io.github.systemd4j.journal;

import org.jspecify.annotations.Nullable;

/**
 * The fields that a record had the last time and begins with again: its priority, its thread, its logger. Their bytes are
 * where they were, and need not be made anew. A text is the same if it is the same object, as a string does not change;
 * so is a name. Not thread safe.
 */
final class Repetition {

    private static final int MOST_FIELDS = 16;

    /** A record outlives its fields: no long text is held for the chance that it comes again. */
    private static final int MOST_CHARS = 128;

    /** In the place of a number, which is compared by its value. */
    private static final Object NUMBER = new Object();

    private final @Nullable FieldName[] names = new FieldName[MOST_FIELDS];
    private final @Nullable Object[] values = new Object[MOST_FIELDS];
    private final long[] numbers = new long[MOST_FIELDS];
    private final int[] ends = new int[MOST_FIELDS];

    /** The bytes of so many fields are as they were. */
    private int count;

    /** Where the field ends if it is the same as the last time, with all before it; else 0. */
    @SuppressWarnings("ReferenceEquality") // as the class says
    int end(int index, FieldName name, CharSequence value) {
        return index < count && names[index] == name && values[index] == value ? ends[index] : 0;
    }

    @SuppressWarnings("ReferenceEquality")
    int end(int index, FieldName name, long value) {
        return index < count && names[index] == name && values[index] == NUMBER && numbers[index] == value
                ? ends[index]
                : 0;
    }

    /** What is behind so many fields is written over. */
    void keep(int fields) {
        if (fields < count) {
            count = fields;
        }
    }

    /** A field that was added, whole, behind those that are kept. */
    void add(int index, FieldName name, CharSequence value, int end) {
        if (value instanceof String && value.length() <= MOST_CHARS) {
            put(index, name, value, end);
        }
    }

    void add(int index, FieldName name, long value, int end) {
        if (put(index, name, NUMBER, end)) {
            numbers[index] = value;
        }
    }

    private boolean put(int index, FieldName name, Object value, int end) {
        if (index != count || index == MOST_FIELDS) {
            return false;
        }
        names[index] = name;
        values[index] = value;
        ends[index] = end;
        count++;
        return true;
    }
}
