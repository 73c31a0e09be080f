package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * The name of a field as journald accepts it: 1 to {@value #MAX_LENGTH} of the characters {@code A-Z}, {@code 0-9} and
 * {@code _}, beginning with a letter. journald drops a field of any other name in silence, see
 * systemd.journal-fields(7). Keep names in constants: they are checked and encoded once.
 *
 * <p>Immutable.
 */
public final class FieldName {

    /** The most characters of a name. */
    public static final int MAX_LENGTH = 64;

    private static final int HASH_LENGTH = 9;

    static final FieldName MESSAGE = of("MESSAGE");
    static final FieldName PRIORITY = of("PRIORITY");

    private final String text;
    private final long[] eights;

    private FieldName(String text) {
        this.text = text;
        this.eights = eights((text + "=").getBytes(ISO_8859_1));
    }

    /**
     * A name that is right as it stands.
     *
     * @param name such as {@code REQUEST_ID}
     * @return the name
     * @throws IllegalArgumentException if journald would not accept it
     */
    public static FieldName of(String name) {
        if (!isValid(name)) {
            throw new IllegalArgumentException("name: " + abridged(name) + ", must be 1 to " + MAX_LENGTH
                    + " of A-Z, 0-9 and _, beginning with a letter; FieldName.escaped takes any name");
        }
        return new FieldName(name);
    }

    /**
     * A name for what somebody else named: the key of a logging context, a header, a label. The same name always gives
     * the same field: {@code a-z} become {@code A-Z}, every other character that may not be in a name an underscore,
     * and {@code X_} is put before a name that does not begin with a letter. Where characters beyond ASCII were lost,
     * or a name is cut to fit, eight hexadecimal digits of a checksum of the whole follow, to tell it from its like.
     *
     * <p>{@code user.id} and {@code USER_ID} both become {@code USER_ID}; fields may be repeated.
     *
     * @param foreign any text
     * @return the name
     */
    public static FieldName escaped(String foreign) {
        StringBuilder name = new StringBuilder(Math.min(foreign.length(), MAX_LENGTH) + 2);
        if (foreign.isEmpty() || !isLetter(upper(foreign.charAt(0)))) {
            name.append("X_");
        }
        boolean lost = false;
        for (int i = 0; i < foreign.length(); i++) {
            char c = foreign.charAt(i);
            lost |= c >= 0x80;
            if (name.length() <= MAX_LENGTH) { // one more than fits tells that it was cut
                name.append(isLetter(upper(c)) || isDigit(c) ? upper(c) : '_');
            }
        }
        if (lost || name.length() > MAX_LENGTH) {
            name.setLength(Math.min(name.length(), MAX_LENGTH - HASH_LENGTH));
            name.append(String.format(Locale.ROOT, "_%08X", checksum(foreign)));
        }
        return new FieldName(name.toString());
    }

    /** FNV-1a over the UTF-16 code units: the same on every machine and in every version. */
    private static int checksum(String text) {
        int hash = 0x811C9DC5;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ (text.charAt(i) & 0xFF)) * 0x01000193;
            hash = (hash ^ (text.charAt(i) >> 8)) * 0x01000193;
        }
        return hash;
    }

    static boolean isValid(String name) {
        if (name.isEmpty() || name.length() > MAX_LENGTH || !isLetter(name.charAt(0))) {
            return false;
        }
        for (int i = 1; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!isLetter(c) && !isDigit(c) && c != '_') {
                return false;
            }
        }
        return true;
    }

    private static char upper(char c) {
        return c >= 'a' && c <= 'z' ? (char) (c - 0x20) : c;
    }

    private static boolean isLetter(char c) {
        return c >= 'A' && c <= 'Z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static String abridged(String name) {
        return name.length() <= MAX_LENGTH ? name : name.substring(0, MAX_LENGTH) + "... (" + name.length() + ")";
    }

    private static long[] eights(byte[] bytes) {
        ByteBuffer padded = ByteBuffer.allocate((bytes.length + Long.BYTES - 1) & -Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(0, bytes);
        long[] eights = new long[padded.capacity() / Long.BYTES];
        padded.asLongBuffer().get(eights);
        return eights;
    }

    int length() {
        return text.length();
    }

    /** The name and an equals sign, eight bytes in each, the first one lowest, with NULs at the end. Not to be changed. */
    long[] eights() {
        return eights;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FieldName that && that.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** {@return the name} */
    @Override
    public String toString() {
        return text;
    }
}
