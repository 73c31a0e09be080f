package io.github.systemd4j.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.Sockaddr;
import java.nio.file.Path;

/** The system calls for which the JDK has no channel, with exceptions. All descriptors are close-on-exec. */
final class Calls {

    private static final int O_RDWR = 2;
    private static final int PRIVATE = 0600;
    /** As systemd's Backlog= has it; the kernel cuts it to net.core.somaxconn. */
    private static final int BACKLOG = 4096;
    /** sockaddr_storage */
    private static final int ADDRESS = 128;

    private static final int INET = 16;
    private static final int INET6 = 28;

    private final Libc libc;

    private Calls(Libc libc) {
        this.libc = libc;
    }

    Libc libc() {
        return libc;
    }

    static Calls open() throws SystemCallException {
        Backend backend = Backend.current();
        Libc libc = backend.libc();
        if (libc == null) {
            throw new SystemCallException("socket", "", Errno.ENOSYS, "no system calls: " + backend.reason());
        }
        return new Calls(libc);
    }

    /** A socket that is bound, and listens if its kind does; where, depends on the kind too. */
    int bound(Kind kind, Path path) throws SystemCallException {
        Memory address = Memory.allocate(libc, ADDRESS);
        int length = write(address, kind, path);
        String target = kind + ", " + path;
        int fd = checked("socket", target, libc.socket(kind.domain(), kind.type() | Constants.SOCK_CLOEXEC, 0));
        try {
            int result = libc.bind(fd, address.address(), length);
            address.keepAlive();
            if (result == -Errno.EADDRNOTAVAIL) {
                throw new SystemCallException("bind", target, -result, "this machine has no such loopback address");
            }
            checked("bind", target, result);
            if (!kind.isSentTo()) {
                checked("listen", target, libc.listen(fd, BACKLOG));
            }
            return fd;
        } catch (SystemCallException | RuntimeException | Error e) {
            libc.close(fd);
            throw e;
        }
    }

    /** An internet address is the loopback with a free port; an abstract name is the path's text. */
    private static int write(Memory address, Kind kind, Path path) {
        return switch (kind) {
            case TCP, UDP, CONNECTION -> {
                address.bytes()
                        .putShort(0, (short) kind.domain())
                        .put(4, (byte) 127)
                        .put(7, (byte) 1);
                yield INET;
            }
            case TCP6, UDP6 -> {
                address.bytes().putShort(0, (short) kind.domain()).put(23, (byte) 1);
                yield INET6;
            }
            case ABSTRACT_STREAM -> Sockaddr.abstractName(address.bytes(), 0, bytes(path));
            case UNIX_STREAM, UNIX_DATAGRAM, UNIX_SEQPACKET -> Sockaddr.path(address.bytes(), 0, bytes(path));
            case FIFO -> throw new IllegalArgumentException("kind: " + kind + " has no socket");
        };
    }

    /** As systemd opens it: for both directions, so that it never ends. */
    int fifo(Path path) throws SystemCallException {
        Memory name = text(path);
        checked("mkfifo", path.toString(), libc.mkfifo(name.address(), PRIVATE));
        return open(path, O_RDWR);
    }

    private int open(Path path, int flags) throws SystemCallException {
        Memory name = text(path);
        int fd = libc.open(name.address(), flags | Constants.O_CLOEXEC, 0);
        name.keepAlive();
        return checked("open", path.toString(), fd);
    }

    /** A copy; the socket behind it blocks from now on, as systemd sets it before each start. */
    int copy(int fd, String name) throws SystemCallException {
        checked("fcntl(F_SETFL)", name, libc.fcntl(fd, Constants.F_SETFL, 0));
        return duplicate(fd, name);
    }

    int duplicate(int fd, String name) throws SystemCallException {
        return checked("fcntl(F_DUPFD_CLOEXEC)", name, libc.fcntl(fd, Constants.F_DUPFD_CLOEXEC, 3));
    }

    void close(int fd) {
        libc.close(fd);
    }

    int accept(int fd, String name) throws SystemCallException {
        return checked("accept4", name, libc.accept4(fd, 0, 0, Constants.SOCK_CLOEXEC));
    }

    /** A client of a socket of ours. */
    int connect(Kind kind, int server, String target) throws SystemCallException {
        Memory address = Memory.allocate(libc, ADDRESS + 8);
        address.bytes().putInt(ADDRESS, ADDRESS);
        int result = libc.getsockname(server, address.address(), address.address() + ADDRESS);
        checked("getsockname", target, result);
        int fd = checked("socket", target, libc.socket(kind.domain(), kind.type() | Constants.SOCK_CLOEXEC, 0));
        result = libc.connect(fd, address.address(), address.bytes().getInt(ADDRESS));
        address.keepAlive();
        if (result < 0) {
            libc.close(fd);
        }
        checked("connect", target, result);
        return fd;
    }

    /** Sends one datagram and waits for nothing. */
    void send(Kind kind, int server, String target, byte[] datagram) throws SystemCallException {
        int fd = connect(kind, server, target);
        try {
            Memory bytes = memory(datagram);
            long sent =
                    libc.send(fd, bytes.address(), datagram.length, Constants.MSG_DONTWAIT | Constants.MSG_NOSIGNAL);
            bytes.keepAlive();
            whole("send", target, sent, datagram.length);
        } finally {
            libc.close(fd);
        }
    }

    /** Writes into a FIFO and waits for nothing. */
    void write(Path fifo, byte[] data) throws SystemCallException {
        int fd = open(fifo, Constants.O_WRONLY | Constants.O_NONBLOCK);
        try {
            Memory bytes = memory(data);
            long written = libc.write(fd, bytes.address(), data.length);
            bytes.keepAlive();
            whole("write", fifo.toString(), written, data.length);
        } finally {
            libc.close(fd);
        }
    }

    private static void whole(String call, String target, long result, int length) throws SystemCallException {
        if (result == -Errno.EAGAIN || (result >= 0 && result < length)) {
            throw new SystemCallException(call, target, Errno.EAGAIN, "it is full: the service does not read");
        }
        checked(call, target, (int) result);
    }

    private static int checked(String call, String target, int result) throws SystemCallException {
        if (result < 0) {
            throw new SystemCallException(call, target, -result, null);
        }
        return result;
    }

    /** Of our own directory, whose path was looked at. */
    private static byte[] bytes(Path path) {
        return path.toString().getBytes(US_ASCII);
    }

    private Memory text(Path path) {
        byte[] bytes = bytes(path);
        Memory memory = Memory.allocate(libc, bytes.length + 1);
        memory.bytes().put(0, bytes);
        return memory;
    }

    private Memory memory(byte[] bytes) {
        Memory memory = Memory.allocate(libc, Math.max(1, bytes.length));
        memory.bytes().put(0, bytes);
        return memory;
    }
}
