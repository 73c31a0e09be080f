package io.github.systemd4j.activation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.libc.Constants;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each kind of socket through the gate of this JVM. What the children see through others is in {@link ActivationIT} and {@link ActivationBoxIT}. */
@Timeout(120)
class DescriptorIT {

    @TempDir
    Path directory;

    private Set<String> before = Set.of();

    @BeforeEach
    void warm() throws IOException {
        // The gate and the JDK open some descriptors of their own for good: the wake-up pipe's library, epoll's.
        GateDiagnostics.current();
        Selector.open().close();
        ServerSocketChannel.open().close();
        before = OwnedSockets.opened();
    }

    @AfterEach
    void noDescriptorIsLeft() {
        OwnedSockets.assertOpenedSince(before, 0);
    }

    @Test
    void theGateIsTheBackEnd() {
        assertThat(GateDiagnostics.current().gate()).isEqualTo(System.getProperty("systemd4j.expected.backend"));
        assertThat(GateDiagnostics.current().reason()).startsWith("java.base/sun.nio.ch is not open to ");
    }

    @ParameterizedTest
    @EnumSource
    void aListenerServesByTheSelector(Kind kind) throws Exception {
        int managers = kind.listen(directory);
        InheritedDescriptor descriptor = InheritedDescriptor.of(SocketCalls.dup(managers), "web");
        assertThat(descriptor.toString()).contains(" (web), " + kind.text());
        assertThat(descriptor.isSocket(null, null, true)).isTrue();
        assertThat(descriptor.isSocketInet(null, DescriptorType.STREAM, true, 0))
                .isEqualTo(kind.isInternet());

        ServerSocketChannel channel = descriptor.serverSocketChannel();
        assertThat(channel.getClass().getName()).isEqualTo("sun.nio.ch.ServerSocketChannelImpl");
        serveOne(kind, managers, channel);
        channel.close();

        // The manager's own socket is as before: not shut down, its path still there.
        ServerSocketChannel again =
                InheritedDescriptor.of(SocketCalls.dup(managers), "web").serverSocketChannel();
        serveOne(kind, managers, again);
        again.close();
        SocketCalls.close(managers);
    }

    private static void serveOne(Kind kind, int managers, ServerSocketChannel channel) throws IOException {
        try (Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            assertThat(channel.accept()).isNull();
            SelectionKey key = channel.register(selector, SelectionKey.OP_ACCEPT);
            int client = kind.connect(managers);
            assertThat(selector.select()).isEqualTo(1);
            try (SocketChannel connection = channel.accept()) {
                SocketCalls.send(client, "ping");
                ByteBuffer buffer = ByteBuffer.allocate(100);
                assertThat(connection.read(buffer)).isEqualTo(4);
                connection.write(buffer.flip());
                assertThat(SocketCalls.receive(client)).isEqualTo("ping");
                if (kind.isInternet()) {
                    connection.setOption(StandardSocketOptions.IP_TOS, 8); // refused when the family is wrong
                    connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    assertThat(connection.getLocalAddress()).isInstanceOf(InetSocketAddress.class);
                }
            }
            SocketCalls.close(client);
            key.cancel();
            selector.selectNow();
        }
    }

    @Test
    void addressesAreRight() throws Exception {
        int tcp = Kind.TCP6_ANY.listen(directory);
        int unix = Kind.UNIX.listen(directory);
        int abstracts = SocketCalls.listener(
                Constants.AF_UNIX, Constants.SOCK_STREAM, 0, SocketCalls.abstractName("acti\0v\u00fc"));
        try (ServerSocketChannel one = InheritedDescriptor.of(tcp, "a").serverSocketChannel();
                ServerSocketChannel two = InheritedDescriptor.of(unix, "b").serverSocketChannel()) {
            InetSocketAddress address = (InetSocketAddress) one.getLocalAddress();
            assertThat(address.getAddress().isAnyLocalAddress()).isTrue();
            assertThat(address.getPort()).isPositive().isEqualTo(one.socket().getLocalPort());
            assertThat(two.getLocalAddress()).isEqualTo(UnixDomainSocketAddress.of(directory.resolve("UNIX")));
        }
        try (InheritedDescriptor three = InheritedDescriptor.of(abstracts, "c")) {
            // bytes as ISO 8859-1; the NUL is a byte like any other
            assertThat(three.address()).isEqualTo("@acti\0v\u00c3\u00bc");
            assertThat(three.localAddress()).contains(UnixDomainSocketAddress.of(""));
            assertThat(three.isSocketUnix(null, true, three.address())).isTrue();
            assertThat(three.isSocketUnix(null, true, "@acti")).isFalse();
        }
    }

    @Test
    void predicates() throws Exception {
        int fd = Kind.TCP4.listen(directory);
        try (InheritedDescriptor descriptor = InheritedDescriptor.of(fd, "x")) {
            int port = ((InetSocketAddress) descriptor.localAddress().orElseThrow()).getPort();
            assertThat(descriptor.isSocket(StandardProtocolFamily.INET, DescriptorType.STREAM, true))
                    .isTrue();
            assertThat(descriptor.isSocket(StandardProtocolFamily.INET6, null, null))
                    .isFalse();
            assertThat(descriptor.isSocket(null, DescriptorType.DATAGRAM, null)).isFalse();
            assertThat(descriptor.isSocket(null, null, false)).isFalse();
            assertThat(descriptor.isSocketInet(null, null, null, port)).isTrue();
            assertThat(descriptor.isSocketInet(null, null, null, port + 1)).isFalse();
            assertThat(descriptor.isSocketUnix(null, null, null)).isFalse();
            assertThat(descriptor.isFifo(null)).isFalse();
            assertThat(descriptor.isSpecial(null)).isFalse();
        }
    }

    @Test
    void whatIsTakenIsNothingAnyMore() {
        int fd = Kind.TCP4.listen(directory);
        InheritedDescriptor descriptor = InheritedDescriptor.of(fd, "x");
        descriptor.close();
        descriptor.close();

        assertThat(descriptor.isTaken()).isTrue();
        assertThat(descriptor.isSocket(null, null, null)).isFalse();
        assertThat(descriptor.type()).isEqualTo(DescriptorType.OTHER);
        assertThat(descriptor.localAddress()).isEmpty();
        assertThat(descriptor.address()).isEmpty();
        assertThat(descriptor).hasToString("descriptor " + fd + " (x), taken");
    }

    @Test
    void theAdaptorOfTheChannel() throws Exception {
        int managers = Kind.TCP4.listen(directory);
        try (ServerSocketChannel channel =
                InheritedDescriptor.of(SocketCalls.dup(managers), "x").serverSocketChannel()) {
            ServerSocket socket = channel.socket();
            socket.setSoTimeout(1);
            assertThatThrownBy(socket::accept).isInstanceOf(SocketTimeoutException.class);
            assertThat(socket.isBound()).isTrue();
            assertThatThrownBy(() -> channel.bind(null)).isInstanceOf(java.nio.channels.AlreadyBoundException.class);
        }
        SocketCalls.close(managers);
    }

    /** The manager's flag is shared by all who have the socket; the JDK waits all the same. */
    @Test
    void blockingAcceptOnADescriptorThatIsNot() throws Exception {
        int managers = Kind.TCP4.listen(directory);
        SocketCalls.check(SocketCalls.LIBC.fcntl(managers, Constants.F_SETFL, Constants.O_NONBLOCK));
        try (ServerSocketChannel channel =
                InheritedDescriptor.of(SocketCalls.dup(managers), "x").serverSocketChannel()) {
            FutureTask<SocketChannel> accepted = started(channel::accept);
            int client = Kind.TCP4.connect(managers);
            accepted.get().close();
            SocketCalls.close(client);
        }
        SocketCalls.close(managers);
    }

    @Test
    void closingWakesAnAccept() throws Exception {
        int managers = Kind.UNIX.listen(directory);
        ServerSocketChannel channel =
                InheritedDescriptor.of(SocketCalls.dup(managers), "x").serverSocketChannel();
        FutureTask<SocketChannel> accepted = started(channel::accept);
        awaitBlocked(accepted);
        channel.close();
        assertThatThrownBy(accepted::get).hasCauseInstanceOf(AsynchronousCloseException.class);

        ServerSocketChannel other =
                InheritedDescriptor.of(SocketCalls.dup(managers), "x").serverSocketChannel();
        FutureTask<SocketChannel> interrupted = started(other::accept);
        awaitBlocked(interrupted);
        acceptor.interrupt();
        assertThatThrownBy(interrupted::get).hasCauseInstanceOf(ClosedByInterruptException.class);
        SocketCalls.close(managers);
    }

    private Thread acceptor;

    private <T> FutureTask<T> started(Callable<T> callable) {
        FutureTask<T> task = new FutureTask<>(callable);
        acceptor = new Thread(task);
        acceptor.start();
        return task;
    }

    private void awaitBlocked(FutureTask<?> task) {
        while (!task.isDone()) {
            StackTraceElement[] stack = acceptor.getStackTrace();
            if (stack.length > 0
                    && stack[0].isNativeMethod()
                    && stack[0].getClassName().startsWith("sun.nio.ch")) {
                return;
            }
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP4", "TCP6", "UNIX", "SEQPACKET"})
    void aConnection(Kind kind) throws Exception {
        int managers = kind.listen(directory);
        int client = kind.connect(managers);
        int accepted = SocketCalls.check(SocketCalls.LIBC.accept4(managers, 0, 0, Constants.SOCK_CLOEXEC));
        InheritedDescriptor descriptor = InheritedDescriptor.of(accepted, "connection");
        assertThat(descriptor.isSocket(null, null, false)).isTrue();
        try (SocketChannel channel = descriptor.socketChannel()) {
            assertThat(channel.getClass().getName()).isEqualTo("sun.nio.ch.SocketChannelImpl");
            assertThat(channel.isConnected()).isTrue();
            if (kind.isInternet()) {
                assertThat(channel.getRemoteAddress()).hasToString(clientAddress(client));
                channel.setOption(StandardSocketOptions.IP_TOS, 8);
            } else {
                assertThat(channel.getRemoteAddress()).isEqualTo(UnixDomainSocketAddress.of(""));
            }
            SocketCalls.send(client, "ping");
            ByteBuffer buffer = ByteBuffer.allocate(100);
            assertThat(channel.read(buffer)).isEqualTo(4);
            channel.write(buffer.flip());
            assertThat(SocketCalls.receive(client)).isEqualTo("ping");
        }
        assertThat(SocketCalls.receive(client)).isEmpty();
        SocketCalls.close(managers, client);
    }

    private static String clientAddress(int client) {
        try (InheritedDescriptor copy = InheritedDescriptor.of(SocketCalls.dup(client), "client")) {
            return copy.localAddress().orElseThrow().toString();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INET", "INET6"})
    void udp(StandardProtocolFamily family) throws Exception {
        boolean six = family == StandardProtocolFamily.INET6;
        int domain = six ? SocketCalls.AF_INET6 : Constants.AF_INET;
        byte[] address = six ? SocketCalls.inet6(1) : SocketCalls.inet(1, 0);
        int managers = SocketCalls.bound(domain, Constants.SOCK_DGRAM, 0, address);
        int client = SocketCalls.client(domain, Constants.SOCK_DGRAM, SocketCalls.name(managers));
        InheritedDescriptor descriptor = InheritedDescriptor.of(SocketCalls.dup(managers), "udp");
        assertThat(descriptor.type()).isEqualTo(DescriptorType.DATAGRAM);
        try (DatagramChannel channel = descriptor.datagramChannel();
                Selector selector = Selector.open()) {
            InetSocketAddress local = (InetSocketAddress) channel.getLocalAddress();
            assertThat(local.getPort()).isPositive();
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            SocketCalls.send(client, "ping");
            assertThat(selector.select()).isEqualTo(1);
            ByteBuffer buffer = ByteBuffer.allocate(100);
            channel.send(buffer, channel.receive(buffer)); // nothing yet, but must not be refused
            var sender = new InetSocketAddress(local.getAddress(), portOf(client));
            channel.send(ByteBuffer.wrap("pong".getBytes(UTF_8)), sender);
            SocketCalls.receive(client);
            assertThat(SocketCalls.receive(client)).isEqualTo("pong");
            channel.setOption(StandardSocketOptions.IP_TOS, 8);
            channel.connect(sender);
            channel.write(ByteBuffer.wrap("again".getBytes(UTF_8)));
            assertThat(SocketCalls.receive(client)).isEqualTo("again");
            channel.disconnect();
            assertThat(channel.getLocalAddress()).isEqualTo(local);
        }
        SocketCalls.close(managers, client);
    }

    private static int portOf(int fd) {
        byte[] name = SocketCalls.name(fd);
        return ByteBuffer.wrap(name).getShort(2) & 0xFFFF;
    }

    @Test
    void unixDatagramsAreReadOneByOne() throws Exception {
        int managers =
                SocketCalls.bound(Constants.AF_UNIX, Constants.SOCK_DGRAM, 0, SocketCalls.path(directory.resolve("d")));
        int client = SocketCalls.client(Constants.AF_UNIX, Constants.SOCK_DGRAM, SocketCalls.name(managers));
        InheritedDescriptor descriptor = InheritedDescriptor.of(SocketCalls.dup(managers), "log");
        assertThat(descriptor).asString().contains("unix datagram socket " + directory.resolve("d"));
        try (Pipe.SourceChannel channel = descriptor.sourceChannel()) {
            SocketCalls.send(client, "abc");
            SocketCalls.send(client, "defgh");
            assertThat(readBySelector(channel)).isEqualTo("abc");
            assertThat(readBySelector(channel)).isEqualTo("defgh");
        }
        SocketCalls.close(managers, client);
    }

    @Test
    void aFifo() throws Exception {
        int[] pipe = SocketCalls.pipe();
        InheritedDescriptor descriptor = InheritedDescriptor.of(pipe[0], "fifo");
        assertThat(descriptor.isFifo(null)).isTrue();
        assertThat(descriptor.isFifo(directory)).isFalse();
        try (Pipe.SourceChannel channel = descriptor.sourceChannel()) {
            SocketCalls.send(pipe[1], "text");
            assertThat(readBySelector(channel)).isEqualTo("text");
        }
        SocketCalls.close(pipe[1]);
    }

    private static <C extends SelectableChannel & java.nio.channels.ReadableByteChannel> String readBySelector(
            C channel) throws IOException {
        channel.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            assertThat(selector.select()).isEqualTo(1);
            ByteBuffer buffer = ByteBuffer.allocate(100);
            channel.read(buffer);
            return UTF_8.decode(buffer.flip()).toString();
        }
    }

    @Test
    void aFileKeepsItsPositionAndItsAccess() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "content");
        InheritedDescriptor descriptor;
        try (FileChannel own = FileChannel.open(file)) {
            own.position(3);
            descriptor = InheritedDescriptor.of(SocketCalls.dup(number(own, file)), "file");
        }
        Files.delete(file);
        assertThat(descriptor.isSpecial(null)).isTrue();
        try (FileChannel channel = descriptor.fileChannel()) {
            ByteBuffer buffer = ByteBuffer.allocate(100);
            assertThat(channel.read(buffer)).isEqualTo(4);
            assertThatThrownBy(() -> channel.write(buffer))
                    .isInstanceOf(java.nio.channels.NonWritableChannelException.class);
        }
    }

    /** The descriptor of a file that is open: the one whose link has its name. */
    private static int number(Channel open, Path file) throws IOException {
        assertThat(open.isOpen()).isTrue();
        try (var links = Files.list(Path.of("/proc/self/fd"))) {
            for (Path link : (Iterable<Path>) links::iterator) {
                if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link).equals(file.toRealPath())) {
                    return Integer.parseInt(link.getFileName().toString());
                }
            }
        }
        throw new AssertionError(file + " is not open");
    }

    @Test
    void whatItIsNotSaysWhatItIs() throws Exception {
        int fd = SocketCalls.bound(Constants.AF_INET, Constants.SOCK_DGRAM, 0, SocketCalls.inet(1, 0));
        try (InheritedDescriptor descriptor = InheritedDescriptor.of(fd, "udp")) {
            assertThatThrownBy(descriptor::serverSocketChannel)
                    .isInstanceOf(ActivationException.class)
                    .hasMessageMatching(
                            "descriptor \\d+ \\(udp\\), UDP socket 127.0.0.1:\\d+: use datagramChannel\\(\\)");
            assertThatThrownBy(descriptor::fileChannel).hasMessageEndingWith("is no file");
            assertThat(descriptor.isTaken()).isFalse();
            descriptor.datagramChannel().close();
            assertThatThrownBy(descriptor::datagramChannel).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(descriptor::takeNumber).isInstanceOf(IllegalStateException.class);
        }
        int tcp = SocketCalls.bound(Constants.AF_INET, Constants.SOCK_STREAM, 0, SocketCalls.inet(1, 0));
        try (InheritedDescriptor descriptor = InheritedDescriptor.of(tcp, "tcp")) {
            assertThatThrownBy(descriptor::serverSocketChannel).hasMessageContaining("neither listens nor");
        }
        int netlink = SocketCalls.check(SocketCalls.LIBC.socket(16, 3 | Constants.SOCK_CLOEXEC, 0));
        try (InheritedDescriptor descriptor = InheritedDescriptor.of(netlink, "netlink")) {
            assertThatThrownBy(descriptor::socketChannel)
                    .hasMessageContaining("socket of domain 16 and type 3")
                    .hasMessageContaining("junixsocket");
        }
        int[] pipe = SocketCalls.pipe();
        SocketCalls.close(pipe[1]);
        try (InheritedDescriptor descriptor = InheritedDescriptor.of(pipe[0], "pipe")) {
            assertThatThrownBy(descriptor::serverSocketChannel)
                    .hasMessageContaining("fifo")
                    .hasMessageEndingWith("use sourceChannel()");
        }
    }

    @Test
    void aDescriptorThatSomebodyClosed() {
        int fd = Kind.TCP4.listen(directory);
        InheritedDescriptor descriptor = InheritedDescriptor.of(fd, "gone");
        SocketCalls.close(fd);

        assertThat(descriptor.type()).isEqualTo(DescriptorType.OTHER);
        assertThatThrownBy(descriptor::serverSocketChannel)
                .hasMessage("fstat(descriptor " + fd + " (gone)): EBADF (9): somebody else closed it");
        descriptor.takeNumber();
    }

    @Test
    void bindOrAdopt() throws Exception {
        int managers = Kind.TCP4.listen(directory);
        int unix = Kind.UNIX.listen(directory);
        Activation activation = Activation.of(java.util.List.of(
                InheritedDescriptor.of(SocketCalls.dup(managers), "web"),
                InheritedDescriptor.of(SocketCalls.dup(unix), "admin")));
        InetSocketAddress address = (InetSocketAddress)
                activation.named("web").get(0).localAddress().orElseThrow();
        // the wildcard is asked for, and one is bound to its port: that is the one that is meant
        try (ServerSocketChannel web = activation.bindOrAdopt(new InetSocketAddress(address.getPort()));
                ServerSocketChannel admin = activation.bindOrAdopt("admin", new InetSocketAddress(0));
                ServerSocketChannel fresh = activation.bindOrAdopt("nobody", new InetSocketAddress(0));
                DatagramChannel udp = activation.bindOrAdoptDatagram(new InetSocketAddress(0))) {
            assertThat(web.getLocalAddress()).isEqualTo(address);
            assertThat(admin.getLocalAddress()).isEqualTo(UnixDomainSocketAddress.of(directory.resolve("UNIX")));
            assertThat(fresh.getLocalAddress()).isNotEqualTo(address);
            assertThat(udp.getLocalAddress()).isNotNull();
            // it was adopted once; the second one has to bind, and can't
            assertThatThrownBy(() -> activation.bindOrAdopt(address)).isInstanceOf(java.net.BindException.class);
        }
        SocketCalls.close(managers, unix);
    }

    @Test
    void whyNothingWasAdoptedIsSaidWhenBindingFails() throws Exception {
        int managers = Kind.TCP4.listen(directory);
        Activation activation =
                Activation.of(java.util.Map.of("LISTEN_PID", "99999999", "LISTEN_FDS", "1"), 4711, ListenPolicy.STRICT);
        assertThatThrownBy(() -> activation.bindOrAdopt(new InetSocketAddress("127.0.0.1", portOf(managers))))
                .isInstanceOf(java.net.BindException.class)
                .satisfies(e -> assertThat(e.getSuppressed()[0])
                        .hasMessageContaining("no inherited socket for /127.0.0.1:")
                        .hasMessageContaining("LISTEN_PID=99999999 is not this process"));
        SocketCalls.close(managers);
    }

    /** Descriptors of this very JVM, as a wrong LISTEN_FDS names them: nothing of it is taken. */
    @Test
    void descriptorsThatWereNotInherited() {
        Activation activation =
                Activation.of(java.util.Map.of("LISTEN_PID", "7", "LISTEN_FDS", "1000"), 7, ListenPolicy.STRICT);

        assertThat(activation.status()).isEqualTo(Activation.Status.REFUSED);
        assertThat(activation.reason()).startsWith("LISTEN_FDS=1000, but descriptor ");
        assertThat(activation.descriptors()).isEmpty();
    }

    /** As OpenFile=PATH:NAME:append passes it: what was there before stays. */
    @Test
    void whatIsAppendedToIsAppendedTo() throws Exception {
        Path file = Files.writeString(directory.resolve("log"), "old\n");
        try (FileChannel channel =
                InheritedDescriptor.of(open(file, 2 | 02000), "log").fileChannel()) {
            channel.write(ByteBuffer.wrap("new\n".getBytes(UTF_8)));
            ByteBuffer buffer = ByteBuffer.allocate(100);
            channel.read(buffer, 0);
            assertThat(UTF_8.decode(buffer.flip()).toString()).isEqualTo("old\nnew\n");
        }
        try (FileChannel channel = InheritedDescriptor.of(open(file, 1), "log").fileChannel()) {
            channel.write(ByteBuffer.wrap("NEW".getBytes(UTF_8)));
            assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1)))
                    .isInstanceOf(java.nio.channels.NonReadableChannelException.class);
        }
        assertThat(file).hasContent("NEW\nnew\n");
    }

    private static int open(Path file, int flags) {
        byte[] name = (file + "\0").getBytes(UTF_8);
        var memory = io.github.systemd4j.linux.libc.Memory.allocate(SocketCalls.LIBC, name.length);
        memory.bytes().put(0, name);
        int fd = SocketCalls.check(SocketCalls.LIBC.open(memory.address(), flags | Constants.O_CLOEXEC, 0));
        memory.keepAlive();
        return fd;
    }

    @Test
    void anEmptyDatagramIsNotTheEnd() throws Exception {
        int managers =
                SocketCalls.bound(Constants.AF_UNIX, Constants.SOCK_DGRAM, 0, SocketCalls.path(directory.resolve("d")));
        int client = SocketCalls.client(Constants.AF_UNIX, Constants.SOCK_DGRAM, SocketCalls.name(managers));
        try (Pipe.SourceChannel channel =
                InheritedDescriptor.of(SocketCalls.dup(managers), "log").sourceChannel()) {
            for (String text : java.util.List.of("abc", "", "de")) {
                SocketCalls.send(client, text);
            }
            ByteBuffer buffer = ByteBuffer.allocate(100);
            assertThat(channel.read(buffer)).isEqualTo(3);
            assertThat(channel.read(buffer)).isEqualTo(-1);
            assertThat(channel.read(buffer)).isEqualTo(2);
        }
        SocketCalls.close(managers, client);
    }

    @Test
    void bothWildcardsOfOnePort() throws Exception {
        int six = wildcard6();
        int four = wildcard4(portOf(six));
        while (four < 0) { // in use for the other family, or just closed
            SocketCalls.close(six);
            six = wildcard6();
            four = wildcard4(portOf(six));
        }
        int port = portOf(six);
        Activation activation = Activation.of(
                java.util.List.of(InheritedDescriptor.of(six, "six"), InheritedDescriptor.of(four, "four")));

        try (ServerSocketChannel channel = activation.bindOrAdopt(new InetSocketAddress("0.0.0.0", port))) {
            assertThat(activation.named("four").get(0).isTaken()).isTrue();
            assertThat(channel.getLocalAddress()).hasToString("/0.0.0.0:" + port);
        }
        activation.closeUntaken();
        assertThat(activation.named("six").get(0).isTaken()).isTrue();
    }

    /** A listener on a free port of ::, and of that alone. */
    private static int wildcard6() {
        int fd = SocketCalls.check(
                SocketCalls.LIBC.socket(SocketCalls.AF_INET6, Constants.SOCK_STREAM | Constants.SOCK_CLOEXEC, 0));
        var memory = io.github.systemd4j.linux.libc.Memory.allocate(SocketCalls.LIBC, 28);
        memory.bytes().putInt(0, 1);
        SocketCalls.check(SocketCalls.LIBC.setsockopt(fd, 41, 26, memory.address(), 4)); // IPV6_V6ONLY
        memory.bytes().put(0, SocketCalls.inet6(0));
        SocketCalls.check(SocketCalls.LIBC.bind(fd, memory.address(), 28));
        SocketCalls.check(SocketCalls.LIBC.listen(fd, 1));
        memory.keepAlive();
        return fd;
    }

    /** A listener on a port of 0.0.0.0; -1 if that is in use. */
    private static int wildcard4(int port) {
        int fd = SocketCalls.check(
                SocketCalls.LIBC.socket(Constants.AF_INET, Constants.SOCK_STREAM | Constants.SOCK_CLOEXEC, 0));
        var memory = io.github.systemd4j.linux.libc.Memory.allocate(SocketCalls.LIBC, 16);
        memory.bytes().put(0, SocketCalls.inet(0, port));
        int bound = SocketCalls.LIBC.bind(fd, memory.address(), 16);
        memory.keepAlive();
        if (bound == -Errno.EADDRINUSE) {
            SocketCalls.close(fd);
            return -1;
        }
        SocketCalls.check(bound);
        SocketCalls.check(SocketCalls.LIBC.listen(fd, 16));
        return fd;
    }

    @Test
    void udpIsAdoptedByItsAddress() throws Exception {
        int managers = SocketCalls.bound(Constants.AF_INET, Constants.SOCK_DGRAM, 0, SocketCalls.inet(1, 0));
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", portOf(managers));
        Activation activation =
                Activation.of(java.util.List.of(InheritedDescriptor.of(SocketCalls.dup(managers), "udp")));

        activation.bindOrAdoptDatagram(address).close();

        assertThat(activation.first("udp")).isEmpty();
        SocketCalls.close(managers);
    }

    @Test
    void aChannelIsCopiedWhileItIsOpenAlone() throws Exception {
        ServerSocketChannel channel = ServerSocketChannel.open().bind(null);
        try (InheritedDescriptor copy = InheritedDescriptor.copyOf(channel, "copy")) {
            assertThat(copy.isSocket(null, null, true)).isTrue();
            channel.close();
            assertThat(copy.isSocket(null, null, true)).isTrue();
        }
        assertThatThrownBy(() -> InheritedDescriptor.copyOf(channel, "late"))
                .isInstanceOf(java.nio.channels.ClosedChannelException.class);
    }
}
