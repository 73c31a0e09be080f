package io.github.systemd4j.activation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.Sockaddr;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Objects;

/** Sockets of every kind as a manager makes them, and plain clients for them, by system calls. */
final class SocketCalls {

    static final Libc LIBC = Objects.requireNonNull(Backend.current().libc());

    static final int AF_INET6 = 10;
    static final int IPPROTO_MPTCP = 262;
    private static final int SIZE = 128;

    private SocketCalls() {}

    static int listener(int domain, int type, int protocol, byte[] address) {
        int fd = bound(domain, type, protocol, address);
        check(LIBC.listen(fd, 16));
        return fd;
    }

    static int bound(int domain, int type, int protocol, byte[] address) {
        int fd = check(LIBC.socket(domain, type | Constants.SOCK_CLOEXEC, protocol));
        Memory memory = memory(address);
        check(LIBC.bind(fd, memory.address(), address.length));
        memory.keepAlive();
        return fd;
    }

    /** Connects, with the other's own address. */
    static int client(int domain, int type, byte[] address) {
        int fd = check(LIBC.socket(domain, type | Constants.SOCK_CLOEXEC, 0));
        Memory memory = memory(address);
        check(LIBC.connect(fd, memory.address(), address.length));
        memory.keepAlive();
        return fd;
    }

    /** The address that a socket is bound to, as a sockaddr. */
    static byte[] name(int fd) {
        Memory memory = Memory.allocate(LIBC, SIZE + 4);
        memory.bytes().putInt(SIZE, SIZE);
        check(LIBC.getsockname(fd, memory.address(), memory.address() + SIZE));
        byte[] address = new byte[memory.bytes().getInt(SIZE)];
        memory.bytes().get(0, address);
        return address;
    }

    static byte[] inet(int lastByte, int port) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.nativeOrder())
                .putShort((short) Constants.AF_INET)
                .order(ByteOrder.BIG_ENDIAN)
                .putShort((short) port)
                .put(new byte[] {(byte) (lastByte == 0 ? 0 : 127), 0, 0, (byte) lastByte})
                .array();
    }

    static byte[] inet6(int lastByte) {
        ByteBuffer address = ByteBuffer.allocate(28).order(ByteOrder.nativeOrder());
        address.putShort(0, (short) AF_INET6).put(23, (byte) lastByte);
        return address.array();
    }

    static byte[] abstractName(String name) {
        ByteBuffer room = ByteBuffer.allocate(Sockaddr.SIZE).order(ByteOrder.nativeOrder());
        byte[] address = new byte[Sockaddr.abstractName(room, 0, name.getBytes(UTF_8))];
        room.get(0, address);
        return address;
    }

    static byte[] path(Path path) {
        ByteBuffer room = ByteBuffer.allocate(Sockaddr.SIZE).order(ByteOrder.nativeOrder());
        byte[] address = new byte[Sockaddr.path(room, 0, path.toString().getBytes(UTF_8))];
        room.get(0, address);
        return address;
    }

    static int[] pair(int type) {
        Memory memory = Memory.allocate(LIBC, 8);
        check(LIBC.socketpair(Constants.AF_UNIX, type | Constants.SOCK_CLOEXEC, 0, memory.address()));
        memory.keepAlive();
        return new int[] {memory.bytes().getInt(0), memory.bytes().getInt(4)};
    }

    static int[] pipe() {
        Memory memory = Memory.allocate(LIBC, 8);
        check(LIBC.pipe2(memory.address(), Constants.O_CLOEXEC));
        memory.keepAlive();
        return new int[] {memory.bytes().getInt(0), memory.bytes().getInt(4)};
    }

    static int dup(int fd) {
        return check(LIBC.fcntl(fd, Constants.F_DUPFD_CLOEXEC, 3));
    }

    static void send(int fd, String text) {
        Memory memory = memory(text.getBytes(UTF_8));
        check((int) LIBC.write(fd, memory.address(), text.length()));
        memory.keepAlive();
    }

    static String receive(int fd) {
        Memory memory = Memory.allocate(LIBC, 1024);
        byte[] bytes = new byte[check((int) LIBC.read(fd, memory.address(), 1024))];
        memory.bytes().get(0, bytes);
        memory.keepAlive();
        return new String(bytes, UTF_8);
    }

    static void close(int... fds) {
        for (int fd : fds) {
            check(LIBC.close(fd));
        }
    }

    static int check(int result) {
        if (result < 0) {
            throw new AssertionError(Errno.name(-result));
        }
        return result;
    }

    private static Memory memory(byte[] bytes) {
        Memory memory = Memory.allocate(LIBC, bytes.length);
        memory.bytes().put(0, bytes);
        return memory;
    }
}
