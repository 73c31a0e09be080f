package io.github.systemd4j.linux.libc;

import java.nio.ByteBuffer;

/** Writes socket addresses as the kernel reads them: unix(7), vsock(7). Lengths count: an abstract name has no NUL. */
public final class Sockaddr {

    /** Room for every address written here. */
    public static final int SIZE = 112;

    /** The longest path, without the NUL after it; an abstract name has one more byte, its own leading NUL included. */
    public static final int UNIX_PATH_MAX = 107;

    /** Where the path stands in an address that {@link #path} wrote; a NUL ends it. */
    public static final int PATH = 2;

    private Sockaddr() {}

    /**
     * Writes the address of a socket in the file system.
     *
     * @param out where to
     * @param at the position of the first byte
     * @param path 1 to {@value #UNIX_PATH_MAX} bytes without NUL, as the kernel knows the file
     * @return the length to call with
     */
    public static int path(ByteBuffer out, int at, byte[] path) {
        family(out, at, Constants.AF_UNIX, path.length);
        out.put(at + PATH, path);
        out.put(at + PATH + path.length, (byte) 0);
        return PATH + path.length + 1;
    }

    /**
     * Writes an abstract address.
     *
     * @param out where to
     * @param at the position of the first byte
     * @param name 1 to {@value #UNIX_PATH_MAX} bytes, without the leading NUL (in text: without the {@code @})
     * @return the length to call with, which is exact: further NULs would be part of the name
     */
    public static int abstractName(ByteBuffer out, int at, byte[] name) {
        family(out, at, Constants.AF_UNIX, name.length);
        out.put(at + PATH, (byte) 0);
        out.put(at + PATH + 1, name);
        return PATH + 1 + name.length;
    }

    /**
     * Writes a vsock address.
     *
     * @param out where to
     * @param at the position of the first byte
     * @param cid the context id of the machine, unsigned
     * @param port unsigned
     * @return the length to call with
     */
    public static int vsock(ByteBuffer out, int at, int cid, int port) {
        out.putShort(at, (short) Constants.AF_VSOCK).putShort(at + 2, (short) 0);
        out.putInt(at + 4, port).putInt(at + 8, cid).putInt(at + 12, 0);
        return 16;
    }

    private static void family(ByteBuffer out, int at, int family, int length) {
        if (length < 1 || length > UNIX_PATH_MAX) {
            throw new IllegalArgumentException("path: " + length + " bytes, must be 1 to " + UNIX_PATH_MAX);
        }
        out.putShort(at, (short) family);
    }
}
