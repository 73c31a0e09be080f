package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Sockaddr;
import java.nio.ByteBuffer;

/**
 * What {@code NOTIFY_SOCKET} may hold: an absolute path, {@code @} and an abstract name, or {@code vsock:CID:PORT}. The
 * limits are libsystemd's, also where the kernel would take more.
 * Immutable.
 */
final class NotifyAddress {

    enum Kind {
        PATH,
        ABSTRACT,
        VSOCK
    }

    private static final byte[] NO_NAME = {};
    private static final int[] NO_TYPES = {};
    private static final int[] DATAGRAM = {Constants.SOCK_DGRAM};
    private static final int[] ANY_VSOCK = {Constants.SOCK_DGRAM, Constants.SOCK_SEQPACKET, Constants.SOCK_STREAM};
    private static final int[] SEQPACKET = {Constants.SOCK_SEQPACKET};
    private static final int[] STREAM = {Constants.SOCK_STREAM};
    private static final long MAX_UNSIGNED = 0xFFFF_FFFFL;

    private final Kind kind;
    private final byte[] name;
    private final int[] types;
    private final int cid;
    private final int port;
    private final String text;

    private NotifyAddress(Kind kind, byte[] name, int[] types, int cid, int port, String text) {
        this.kind = kind;
        this.name = name;
        this.types = types;
        this.cid = cid;
        this.port = port;
        this.text = text;
    }

    /**
     * Reads an address.
     *
     * @param text not empty
     * @throws SystemCallException what libsystemd would answer, and why
     */
    static NotifyAddress parse(String text) throws SystemCallException {
        return parse(text, text.getBytes(UTF_8));
    }

    /** The same with the bytes of the environment, where the platform's charset has spoilt the text. */
    static NotifyAddress parse(String text, byte[] bytes) throws SystemCallException {
        if (text.startsWith("vsock")) {
            return vsock(text);
        }
        char first = text.charAt(0);
        if ((first != '/' && first != '@') || bytes.length < 2 || text.indexOf(0) >= 0) {
            throw wrong(text, Errno.EINVAL, "must be an absolute path, @ and an abstract name, or vsock:CID:PORT");
        }
        if (bytes.length > Sockaddr.UNIX_PATH_MAX) {
            throw wrong(
                    text,
                    first == '/' ? Errno.ENAMETOOLONG : Errno.EINVAL,
                    bytes.length + " bytes, at most " + Sockaddr.UNIX_PATH_MAX + " fit a socket address");
        }
        if (first == '/') {
            return new NotifyAddress(Kind.PATH, bytes, DATAGRAM, 0, 0, text);
        }
        byte[] name = new byte[bytes.length - 1];
        System.arraycopy(bytes, 1, name, 0, name.length);
        return new NotifyAddress(Kind.ABSTRACT, name, DATAGRAM, 0, 0, text);
    }

    Kind kind() {
        return kind;
    }

    /** The path, or the abstract name without its {@code @}; empty for vsock. */
    byte[] name() {
        return name;
    }

    /** The socket types to try, in this order. */
    int[] types() {
        return types;
    }

    int cid() {
        return cid;
    }

    int port() {
        return port;
    }

    /** As it stood in the environment, for messages. */
    String text() {
        return text;
    }

    /** Writes the sockaddr and tells its length. */
    int write(ByteBuffer out) {
        return switch (kind) {
            case PATH -> Sockaddr.path(out, 0, name);
            case ABSTRACT -> Sockaddr.abstractName(out, 0, name);
            case VSOCK -> Sockaddr.vsock(out, 0, cid, port);
        };
    }

    private static NotifyAddress vsock(String text) throws SystemCallException {
        int colon = text.indexOf(':');
        int second = text.indexOf(':', colon + 1);
        int[] types = vsockTypes(colon < 0 ? text : text.substring(0, colon));
        if (types.length == 0 || second < 0) {
            throw wrong(text, Errno.EINVAL, "must be vsock:CID:PORT, vsock-stream:, vsock-dgram: or vsock-seqpacket:");
        }
        int cid = number(text, "CID", text.substring(colon + 1, second));
        int port = number(text, "PORT", text.substring(second + 1));
        return new NotifyAddress(Kind.VSOCK, NO_NAME, types, cid, port, text);
    }

    private static int[] vsockTypes(String scheme) {
        return switch (scheme) {
            case "vsock" -> ANY_VSOCK;
            case "vsock-dgram" -> DATAGRAM;
            case "vsock-seqpacket" -> SEQPACKET;
            case "vsock-stream" -> STREAM;
            default -> NO_TYPES;
        };
    }

    /** 0 to 2^32-2: the last number means any, and nobody can be reached there. */
    private static int number(String text, String part, String digits) throws SystemCallException {
        long value = -1;
        for (int i = 0; i < digits.length() && digits.length() <= 10; i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                value = -1;
                break;
            }
            value = Math.max(0, value) * 10 + c - '0';
        }
        if (value < 0 || value >= MAX_UNSIGNED) {
            throw wrong(text, Errno.EINVAL, part + " \"" + digits + "\" must be a number below " + MAX_UNSIGNED);
        }
        return (int) value;
    }

    private static SystemCallException wrong(String text, int errno, String advice) {
        return new SystemCallException("NOTIFY_SOCKET", text, errno, advice);
    }
}
