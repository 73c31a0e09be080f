package io.github.systemd4j.activation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.Sockaddr;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Raw sockets for one test, all of them closed at its end. */
final class OwnedSockets implements AutoCloseable {

    static final Libc LIBC = Objects.requireNonNull(Backend.current().libc());

    private static final AtomicLong NAMES = new AtomicLong();

    private final List<Integer> open = new ArrayList<>();

    /** The JDK keeps a descriptor of its own from the first channel on. */
    static void warmUp() throws IOException {
        SocketChannel.open(StandardProtocolFamily.UNIX).close();
    }

    /**
     * What this process has open, each with its number; but for files other than those of a test, which the JVM opens too,
     * whenever it likes: to look at its memory limit, for instance.
     */
    static Set<String> opened() {
        Set<String> opened = new TreeSet<>();
        for (String number : Objects.requireNonNull(new File("/proc/self/fd").list())) {
            try {
                String link =
                        Files.readSymbolicLink(Path.of("/proc/self/fd", number)).toString();
                if (!link.startsWith("/") || link.matches("/memfd:.*|/dev/null|.*/junit.*")) {
                    opened.add(number + " " + link);
                }
            } catch (IOException e) {
                continue; // it is closed by now, as the directory itself is
            }
        }
        return opened;
    }

    /** Some are closed by another thread, in a moment; a leak stays. Not a count: pipes of earlier children go meanwhile. */
    static void assertOpenedSince(Set<String> before, int expected) {
        long deadline = Deadline.in(Duration.ofSeconds(30));
        Set<String> since = opened();
        since.removeAll(before);
        while (since.size() != expected && deadline - System.nanoTime() > 0) {
            Thread.onSpinWait();
            since = opened();
            since.removeAll(before);
        }
        assertThat(since).hasSize(expected);
    }

    /** An abstract address that nobody else has. */
    static String freshAddress() {
        return "@systemd4j-test-" + ProcessHandle.current().pid() + "-" + NAMES.incrementAndGet();
    }

    /** The real calls, but for one. */
    static Libc instead(String function, Function<Object[], Object> other) {
        return (Libc) Proxy.newProxyInstance(
                Libc.class.getClassLoader(), new Class<?>[] {Libc.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(function)) {
                        return other.apply(arguments);
                    }
                    try {
                        return method.invoke(LIBC, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    int keep(int fd) {
        open.add(check(fd));
        return fd;
    }

    /** Listens on a free port of 127.0.0.1. */
    int tcp() {
        int fd = keep(LIBC.socket(Constants.AF_INET, Constants.SOCK_STREAM | Constants.SOCK_CLOEXEC, 0));
        check(LIBC.listen(bindToLoopback(fd), 16));
        return fd;
    }

    int udp() {
        return bindToLoopback(keep(LIBC.socket(Constants.AF_INET, Constants.SOCK_DGRAM | Constants.SOCK_CLOEXEC, 0)));
    }

    private static int bindToLoopback(int fd) {
        Memory address = Memory.allocate(LIBC, 16);
        address.bytes().putShort(0, (short) Constants.AF_INET);
        byte[] loopback = InetAddress.getLoopbackAddress().getAddress();
        address.bytes().put(4, loopback);
        check(LIBC.bind(fd, address.address(), 16));
        address.keepAlive();
        return fd;
    }

    int unix(Path path) {
        return listen(UnixAddress.parse(path.toString()), Constants.SOCK_STREAM);
    }

    int listen(UnixAddress unix, int type) {
        int fd = keep(LIBC.socket(Constants.AF_UNIX, type | Constants.SOCK_CLOEXEC, 0));
        Memory address = Memory.allocate(LIBC, Sockaddr.SIZE);
        check(LIBC.bind(fd, address.address(), unix.write(address.bytes())));
        check(LIBC.listen(fd, 16));
        address.keepAlive();
        return fd;
    }

    int connect(String address) {
        int fd = keep(LIBC.socket(Constants.AF_UNIX, Constants.SOCK_SEQPACKET | Constants.SOCK_CLOEXEC, 0));
        Memory memory = Memory.allocate(LIBC, Sockaddr.SIZE);
        check(LIBC.connect(fd, memory.address(), UnixAddress.parse(address).write(memory.bytes())));
        memory.keepAlive();
        return fd;
    }

    static int port(int tcp) {
        Memory address = Memory.allocate(LIBC, 32);
        address.bytes().putInt(16, 16);
        check(LIBC.getsockname(tcp, address.address(), address.address() + 16));
        address.keepAlive();
        return (address.bytes().get(2) & 0xFF) << 8 | address.bytes().get(3) & 0xFF;
    }

    /** What is answered there until the end. */
    static String askTcp(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 30_000);
            socket.setSoTimeout(30_000);
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    static String askUnix(Path path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(path));
            return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
        }
    }

    /** Takes one connection of a listener, says something and closes it. */
    static void answer(int listener, String text) {
        int connection = check(LIBC.accept4(listener, 0, 0, Constants.SOCK_CLOEXEC));
        Memory memory = Memory.text(LIBC, text.getBytes(UTF_8));
        check((int) LIBC.send(connection, memory.address(), text.length(), Constants.MSG_NOSIGNAL));
        memory.keepAlive();
        check(LIBC.close(connection));
    }

    static byte[] text(String text) {
        return text.getBytes(UTF_8);
    }

    static int check(int result) {
        if (result < 0) {
            throw new AssertionError("errno " + -result);
        }
        return result;
    }

    @Override
    public void close() {
        open.forEach(fd -> check(LIBC.close(fd)));
        open.clear();
    }
}
