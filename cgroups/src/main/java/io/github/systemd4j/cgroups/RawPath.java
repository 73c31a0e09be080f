package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A path as the kernel has it: bytes, in no charset. Names of control groups need not be UTF-8, and a Java program that
 * was started with {@code LC_ALL=C} cannot even write down an umlaut; {@link #toPath} works for all of them.
 *
 * <p>Immutable.
 */
public final class RawPath {

    private static final String HEX = "0123456789abcdef";

    private final byte[] bytes;

    private RawPath(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A path of text, as UTF-8.
     *
     * @param path such as {@code /system.slice}
     * @return the path
     * @throws IllegalArgumentException if there is a NUL in it
     */
    public static RawPath of(String path) {
        return of(path.getBytes(UTF_8));
    }

    /**
     * A path of bytes.
     *
     * @param path the bytes, copied
     * @return the path
     * @throws IllegalArgumentException if there is a NUL among them
     */
    public static RawPath of(byte[] path) {
        if (Bytes.indexOf(path, 0, path.length, 0) >= 0) {
            throw new IllegalArgumentException("path: there is a NUL in it");
        }
        return new RawPath(path.clone());
    }

    /** Takes the array as it is; there is no NUL in it. */
    static RawPath trusted(byte[] bytes) {
        return new RawPath(bytes);
    }

    /** The bytes of a path of the JDK's, which may have been read from a directory and be in no charset. */
    static RawPath of(Path path) {
        String uri = path.toUri().getRawPath();
        ByteArrayOutputStream out = new ByteArrayOutputStream(uri.length());
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            out.write(c == '%' ? Integer.parseInt(uri, i + 1, i + 3, 16) : c);
            i += c == '%' ? 2 : 0;
        }
        byte[] raw = out.toByteArray();
        boolean slash = raw.length > 1 && raw[raw.length - 1] == '/'; // of directories
        return new RawPath(slash ? Arrays.copyOf(raw, raw.length - 1) : raw);
    }

    /** The path of something in this directory. */
    RawPath child(RawPath name) {
        boolean root = bytes.length == 1 && bytes[0] == '/';
        byte[] below = Arrays.copyOf(bytes, (root ? 0 : bytes.length) + 1 + name.bytes.length);
        below[below.length - name.bytes.length - 1] = '/';
        System.arraycopy(name.bytes, 0, below, below.length - name.bytes.length, name.bytes.length);
        return new RawPath(below);
    }

    static RawPath ofLatin1(String path) {
        return new RawPath(path.getBytes(ISO_8859_1));
    }

    /** The path without its last component. */
    RawPath parent() {
        int slash = Bytes.lastIndexOf(bytes, '/');
        return new RawPath(Arrays.copyOf(bytes, Math.max(slash, 1)));
    }

    /** The name of the last component. */
    RawPath fileName() {
        return new RawPath(Arrays.copyOfRange(bytes, Bytes.lastIndexOf(bytes, '/') + 1, bytes.length));
    }

    /**
     * The path.
     *
     * @return a copy of its bytes
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Not copied. */
    byte[] raw() {
        return bytes;
    }

    /** Each byte as one character: good for comparing with ASCII, not for showing. */
    String latin1() {
        return new String(bytes, ISO_8859_1);
    }

    /**
     * The same path below a root directory, as the JDK has it. It names the very same bytes whatever the platform's
     * charset is: what the JDK cannot encode goes through a {@code file:} URI, whose escapes are bytes.
     *
     * @param root a directory of the default file system, such as {@code /}
     * @return the path; its {@code toString} may show question marks, but it opens
     */
    public Path toPath(Path root) {
        int start = 0;
        while (start < bytes.length && bytes[start] == '/') {
            start++;
        }
        if (isPlain(bytes, start)) {
            return root.resolve(new String(bytes, start, bytes.length - start, ISO_8859_1));
        }
        String base = root.toAbsolutePath().toUri().getRawPath();
        StringBuilder uri = new StringBuilder("file://").append(base);
        if (!base.endsWith("/")) {
            uri.append('/');
        }
        for (int i = start; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b == '/' || Bytes.isAlphanumeric(b)) {
                uri.append((char) b);
            } else {
                uri.append('%').append(HEX.charAt(b >> 4 & 15)).append(HEX.charAt(b & 15));
            }
        }
        return Path.of(URI.create(uri.toString()));
    }

    private static boolean isPlain(byte[] bytes, int start) {
        for (int i = start; i < bytes.length; i++) {
            if (bytes[i] < 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RawPath path && Arrays.equals(bytes, path.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /**
     * For people: the text, if it is UTF-8; otherwise with the odd bytes as {@code \xNN}. So are the bytes of control
     * and format characters and of those that separate lines and paragraphs: it is one line, and looks like what it is.
     */
    @Override
    public String toString() {
        String text;
        try {
            text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            text = latin1();
        }
        boolean utf8 = text.getBytes(UTF_8).length == bytes.length;
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); ) {
            String character = Character.toString(text.codePointAt(i));
            i += character.length();
            if (!isShown(character.codePointAt(0)) || (character.charAt(0) >= 128 && !utf8)) {
                escape(shown, character.getBytes(utf8 ? UTF_8 : ISO_8859_1));
            } else {
                shown.append(character);
            }
        }
        return shown.toString();
    }

    private static boolean isShown(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static void escape(StringBuilder shown, byte[] character) {
        for (byte b : character) {
            shown.append("\\x").append(HEX.charAt(b >> 4 & 15)).append(HEX.charAt(b & 15));
        }
    }
}
