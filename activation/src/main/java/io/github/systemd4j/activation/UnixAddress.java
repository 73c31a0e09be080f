package io.github.systemd4j.activation;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.Sockaddr;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;

/** A path, or {@code @} and an abstract name. See unix(7). */
final class UnixAddress {

    private static final int S_IFMT = 0170000;
    private static final int S_IFSOCK = 0140000;

    private final String text;
    private final byte[] bytes;
    private final boolean isPath;

    private UnixAddress(String text, byte[] bytes) {
        this.text = text;
        this.bytes = bytes;
        this.isPath = text.startsWith("/");
    }

    static UnixAddress parse(String text) {
        byte[] bytes = PlatformText.bytes(text);
        if ((!text.startsWith("/") && !text.startsWith("@")) || bytes.length < 2 || text.indexOf(0) >= 0) {
            throw new IllegalArgumentException(
                    "address: \"" + text + "\", must be an absolute path, or @ and an abstract name");
        }
        if (bytes.length > Sockaddr.UNIX_PATH_MAX) {
            throw new IllegalArgumentException("address: " + bytes.length + " bytes, at most " + Sockaddr.UNIX_PATH_MAX
                    + " fit a socket address: " + text);
        }
        return new UnixAddress(text, bytes);
    }

    /** Writes the sockaddr and tells its length. */
    int write(ByteBuffer out) {
        return isPath
                ? Sockaddr.path(out, 0, bytes)
                : Sockaddr.abstractName(out, 0, Arrays.copyOfRange(bytes, 1, bytes.length));
    }

    /**
     * Removes the path if it is a socket that no process has any more. It is tried with a datagram socket: one that
     * listens, or is about to, is of another type, so that the kernel refuses with another errno and nobody is disturbed.
     */
    void unlinkStale(Libc libc) throws SystemCallException {
        if (!isPath || !isSocket()) {
            return;
        }
        int fd = libc.socket(Constants.AF_UNIX, Constants.SOCK_DGRAM | Constants.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new SystemCallException("socket", text, -fd, null);
        }
        Memory memory = Memory.allocate(libc, Sockaddr.SIZE);
        int result = libc.connect(fd, memory.address(), write(memory.bytes()));
        memory.keepAlive();
        libc.close(fd);
        if (result == -Errno.ECONNREFUSED) {
            unlink(libc);
        }
    }

    private boolean isSocket() {
        try {
            Object mode = Files.getAttribute(Path.of(text), "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return ((int) mode & S_IFMT) == S_IFSOCK;
        } catch (IOException | InvalidPathException | UnsupportedOperationException e) {
            return false; // then bind(2) has the say
        }
    }

    /** Removes the path, if it is one. */
    void unlink(Libc libc) {
        if (isPath) {
            Memory path = Memory.text(libc, bytes);
            libc.unlink(path.address());
            path.keepAlive();
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
