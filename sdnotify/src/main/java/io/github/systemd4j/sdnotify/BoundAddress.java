package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

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
import org.jspecify.annotations.Nullable;

/** An address to be bound, and taken away again. A path is its bytes, which the platform's charset may not know. */
final class BoundAddress {

    private static final int OWNER_ALONE = 0600;
    private static final int S_IFMT = 0170000;
    private static final int S_IFSOCK = 0140000;

    private final Libc libc;
    private final String text;
    private final byte @Nullable [] path; // null for an abstract address

    private BoundAddress(Libc libc, String text, byte @Nullable [] path) {
        this.libc = libc;
        this.text = text;
        this.path = path;
    }

    /** A path may be longer than a socket address; it has to begin with a slash all the same. */
    static BoundAddress of(String text, Libc libc) throws SystemCallException {
        byte[] bytes = text.getBytes(UTF_8);
        if (text.startsWith("/") && bytes.length > Sockaddr.UNIX_PATH_MAX && text.indexOf(0) < 0) {
            return new BoundAddress(libc, text, bytes);
        }
        NotifyAddress address = NotifyAddress.parse(text);
        if (address.kind() == NotifyAddress.Kind.VSOCK) {
            throw new SystemCallException("bind", text, Errno.EOPNOTSUPP, "only unix sockets are received from");
        }
        return new BoundAddress(libc, text, address.kind() == NotifyAddress.Kind.PATH ? bytes : null);
    }

    String text() {
        return text;
    }

    /** Nobody has more rights at any moment than in the end. */
    void bind(int fd, int mode, int uid, int gid) throws SystemCallException {
        byte[] file = path;
        if (file == null) {
            byte[] name = Arrays.copyOfRange(text.getBytes(UTF_8), 1, text.getBytes(UTF_8).length);
            bind(fd, out -> Sockaddr.abstractName(out, 0, name));
            return;
        }
        if (mode >= 0) {
            NotifyReceiver.check("fchmod", text, libc.fchmod(fd, OWNER_ALONE));
        }
        viaDirectory(file, "bind", shortened -> bind(fd, out -> Sockaddr.path(out, 0, shortened)));
        try {
            change(file, mode, uid, gid);
        } catch (SystemCallException e) {
            remove();
            throw e;
        }
    }

    private void change(byte[] file, int mode, int uid, int gid) throws SystemCallException {
        Memory name = Memory.text(libc, file);
        if (uid >= 0 || gid >= 0) {
            NotifyReceiver.check("chown", text, libc.chown(name.address(), uid, gid));
        }
        if (mode >= 0) {
            NotifyReceiver.check("chmod", text, libc.chmod(name.address(), mode));
        }
        name.keepAlive();
    }

    /** What does something with a path that fits. */
    private interface PathCall {
        void on(byte[] shortened) throws SystemCallException;
    }

    /** A path that is too long is reached through a descriptor of its directory. */
    private void viaDirectory(byte[] file, String call, PathCall action) throws SystemCallException {
        if (file.length <= Sockaddr.UNIX_PATH_MAX) {
            action.on(file);
            return;
        }
        int slash = file.length - 1;
        while (file[slash] != '/') {
            slash--;
        }
        Memory directory = Memory.text(libc, Arrays.copyOf(file, Math.max(slash, 1)));
        int opened = libc.open(directory.address(), Constants.O_PATH | Constants.O_CLOEXEC, 0);
        directory.keepAlive();
        NotifyReceiver.check("open", text, opened);
        try {
            byte[] way = ("/proc/self/fd/" + opened + "/").getBytes(US_ASCII);
            byte[] whole = Arrays.copyOf(way, way.length + file.length - slash - 1);
            System.arraycopy(file, slash + 1, whole, way.length, whole.length - way.length);
            if (whole.length > Sockaddr.UNIX_PATH_MAX) {
                throw new SystemCallException(
                        call, text, Errno.ENAMETOOLONG, "the last name of a path this long may have 80 bytes");
            }
            action.on(whole);
        } finally {
            libc.close(opened);
        }
    }

    /** Writes a socket address and tells its length. */
    private interface Writer {
        int write(ByteBuffer out);
    }

    private void bind(int fd, Writer address) throws SystemCallException {
        Memory memory = Memory.allocate(libc, Sockaddr.SIZE);
        int length = address.write(memory.bytes());
        int result = libc.bind(fd, memory.address(), length);
        memory.keepAlive();
        NotifyReceiver.check("bind", text, result);
    }

    /** Removes the path if it is a socket at which nobody receives; one that is in use, and any other file, stays. */
    void removeStale() throws SystemCallException {
        byte[] file = path;
        if (file != null && isSocket()) {
            viaDirectory(file, "connect", shortened -> {
                if (isRefused(shortened)) {
                    remove();
                }
            });
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

    private boolean isRefused(byte[] file) throws SystemCallException {
        int fd = libc.socket(Constants.AF_UNIX, Constants.SOCK_DGRAM | Constants.SOCK_CLOEXEC, 0);
        NotifyReceiver.check("socket", text, fd);
        Memory memory = Memory.allocate(libc, Sockaddr.SIZE);
        int result = libc.connect(fd, memory.address(), Sockaddr.path(memory.bytes(), 0, file));
        memory.keepAlive();
        libc.close(fd);
        return result == -Errno.ECONNREFUSED;
    }

    /** Removes the path, whoever is bound there by now. */
    void remove() {
        byte[] file = path;
        if (file != null) {
            Memory name = Memory.text(libc, file);
            libc.unlink(name.address());
            name.keepAlive();
        }
    }
}
