package sun.nio.ch;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.ToIntBiFunction;
import jdk.internal.misc.Unsafe;

/**
 * What systemd4j does inside the JDK: it calls the constructors that the JDK itself uses for a descriptor that it was
 * given. Defined here at run time, by whichever way is open (see {@code Gate} in io.github.systemd4j.activation).
 *
 * <p>It has no name for anybody but the thread that defined it: an instance is handed over once, by the static
 * initialiser, to the current thread, which has to be a {@link Consumer}. The names of operations are those of the
 * cases in {@link #apply}; {@code Bridge} on the other side is their only caller.
 */
final class SystemdBridge implements BiFunction<String, Object[], Object> {

    private static final Unsafe UNSAFE = Unsafe.getUnsafe();
    private static final int SO_DOMAIN = 39;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;

    // Looked up at once: a JDK in which one of them is missing has no bridge, and says why.
    private static final long SERVER_FAMILY = UNSAFE.objectFieldOffset(ServerSocketChannelImpl.class, "family");
    private static final long SERVER_LOCAL = UNSAFE.objectFieldOffset(ServerSocketChannelImpl.class, "localAddress");
    private static final long SERVER_LOCK = UNSAFE.objectFieldOffset(ServerSocketChannelImpl.class, "stateLock");
    private static final long DATAGRAM_FAMILY = UNSAFE.objectFieldOffset(DatagramChannelImpl.class, "family");
    private static final long DATAGRAM_LOCAL = UNSAFE.objectFieldOffset(DatagramChannelImpl.class, "localAddress");
    private static final long DATAGRAM_LOCK = UNSAFE.objectFieldOffset(DatagramChannelImpl.class, "stateLock");
    private static final long KEYS = UNSAFE.objectFieldOffset(AbstractSelectableChannel.class, "keys");

    /** No more classes are defined for anybody. */
    private static volatile boolean sealed;

    /** SystemdSocketOption, once it is defined. */
    private static volatile ToIntBiFunction<FileDescriptor, Integer> options;

    static {
        if (Thread.currentThread() instanceof Consumer<?>) {
            @SuppressWarnings("unchecked")
            Consumer<Object> receiver = (Consumer<Object>) Thread.currentThread();
            receiver.accept(new SystemdBridge());
        }
    }

    private SystemdBridge() {}

    @Override
    public Object apply(String operation, Object[] arguments) {
        try {
            return switch (operation) {
                case "option" -> option((Integer) arguments[0], (Integer) arguments[1]);
                case "local" -> local((Integer) arguments[0], (ProtocolFamily) arguments[1]);
                case "isConnected" -> isConnected((Integer) arguments[0]);
                case "server" -> server((Integer) arguments[0], (ProtocolFamily) arguments[1]);
                case "connected" -> connected((Integer) arguments[0], (ProtocolFamily) arguments[1]);
                case "datagram" -> datagram((Integer) arguments[0], (ProtocolFamily) arguments[1]);
                case "source" -> new SourceChannelImpl(provider(), fd((Integer) arguments[0]));
                case "file" -> file((Integer) arguments[0], (Boolean) arguments[1], (Boolean) arguments[2]);
                case "fileDescriptor" -> fd((Integer) arguments[0]);
                case "nonBlocking" -> nonBlocking((Integer) arguments[0]);
                case "dup" -> dup((Integer) arguments[0]);
                case "close" -> close((Integer) arguments[0]);
                case "number" -> number((Channel) arguments[0]);
                case "defineSocketOption" -> defineSocketOption(unsealed((byte[]) arguments[0]));
                case "define" -> MethodHandles.lookup().defineClass(unsealed((byte[]) arguments[0]));
                case "seal" -> sealed = true;
                case "provider" -> new SystemdSelectorProvider(adopter(arguments[0]));
                case "install" -> install(adopter(arguments[0]));
                default -> throw new IllegalArgumentException(operation);
            };
        } catch (Throwable e) {
            throw SystemdBridge.<RuntimeException>unchecked(e);
        }
    }

    private static byte[] unsealed(byte[] classFile) {
        if (sealed) {
            throw new IllegalStateException("all classes are defined");
        }
        return classFile;
    }

    @SuppressWarnings("unchecked")
    static <T extends Throwable> T unchecked(Throwable e) throws T {
        throw (T) e;
    }

    /** Says which descriptor a listener (true) or a datagram socket (false) of an address shall be; -1 for none. */
    @SuppressWarnings("unchecked")
    private static BiFunction<SocketAddress, Boolean, Integer> adopter(Object argument) {
        return (BiFunction<SocketAddress, Boolean, Integer>) argument;
    }

    /** Not {@link SelectorProvider#provider()}, which may be the one that is being made. */
    private static SelectorProvider provider() {
        return DefaultSelectorProvider.get();
    }

    private static FileDescriptor fd(int number) {
        return IOUtil.newFD(number);
    }

    /** Throws IOException. */
    private static int option(int number, int name) {
        return options.applyAsInt(fd(number), name);
    }

    /** Its instance is made without a constructor's call, which reflection would have to make. */
    @SuppressWarnings("unchecked")
    private static Object defineSocketOption(byte[] classFile) throws ReflectiveOperationException {
        MethodHandles.Lookup host = MethodHandles.privateLookupIn(Net.class, MethodHandles.lookup());
        Class<?> type = host.defineHiddenClass(classFile, true, MethodHandles.Lookup.ClassOption.NESTMATE)
                .lookupClass();
        options = (ToIntBiFunction<FileDescriptor, Integer>) UNSAFE.allocateInstance(type);
        return true;
    }

    private static Object invoke(Method method, Object... arguments) throws Throwable {
        try {
            return method.invoke(null, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static boolean isConnected(int number) throws Throwable {
        Method connected = InheritedChannel.class.getDeclaredMethod("isConnected", int.class);
        connected.setAccessible(true);
        return (Boolean) invoke(connected, number);
    }

    private static SocketAddress local(int number, ProtocolFamily family) throws IOException {
        return family == StandardProtocolFamily.UNIX
                ? UnixDomainSockets.localAddress(fd(number))
                : Net.localAddress(fd(number));
    }

    private static SocketAddress remote(int number, ProtocolFamily family) throws Throwable {
        if (family != StandardProtocolFamily.UNIX) {
            return Net.remoteAddress(fd(number));
        }
        Method peer = InheritedChannel.class.getDeclaredMethod("unixPeerAddress0", int.class);
        peer.setAccessible(true);
        byte[] path = (byte[]) invoke(peer, number);
        return UnixDomainSocketAddress.of(path == null ? "" : new String(path, pathCharset()));
    }

    /** As the JDK's own file system decodes a path. */
    private static Charset pathCharset() {
        String name = System.getProperty("sun.jnu.encoding");
        return name == null ? StandardCharsets.UTF_8 : Charset.forName(name);
    }

    private static ServerSocketChannel server(int number, ProtocolFamily family) throws IOException {
        // "not bound", or the constructor would ask for a path that this locale may have no letters for
        ServerSocketChannel channel = new ServerSocketChannelImpl(provider(), family, fd(number), false);
        UNSAFE.putReferenceVolatile(channel, SERVER_FAMILY, family);
        UNSAFE.putReferenceVolatile(channel, SERVER_LOCAL, nameable(number, family));
        return channel;
    }

    /** The address, that of no name for a path that cannot be spelled here. */
    private static SocketAddress nameable(int number, ProtocolFamily family) throws IOException {
        try {
            return local(number, family);
        } catch (InvalidPathException e) {
            return UnixDomainSocketAddress.of("");
        }
    }

    private static SocketChannel connected(int number, ProtocolFamily family) throws Throwable {
        return new SocketChannelImpl(provider(), family, fd(number), remote(number, family));
    }

    private static DatagramChannel datagram(int number, ProtocolFamily family) throws IOException {
        SocketAddress local = Net.localAddress(fd(number));
        DatagramChannel channel = new DatagramChannelImpl(provider(), fd(number));
        // Also final fields. The constructors for a given descriptor guess its family from whether the host has IPv6; a
        // wrong guess makes IPv4 datagrams and socket options fail.
        UNSAFE.putReferenceVolatile(channel, DATAGRAM_FAMILY, family);
        UNSAFE.putReferenceVolatile(channel, DATAGRAM_LOCAL, local);
        return channel;
    }

    /** A file for both directions. The JDK's method has one parameter more since 21. */
    private static Object file(int number, boolean readable, boolean writable) throws Throwable {
        for (Method open : FileChannelImpl.class.getDeclaredMethods()) {
            if (open.getName().equals("open") && open.getParameterTypes()[0] == FileDescriptor.class) {
                open.setAccessible(true);
                return open.getParameterCount() == 6
                        ? invoke(open, fd(number), null, readable, writable, false, null)
                        : invoke(open, fd(number), null, readable, writable, false, false, null);
            }
        }
        throw new NoSuchMethodException("FileChannelImpl.open");
    }

    private static Object nonBlocking(int number) throws IOException {
        IOUtil.configureBlocking(fd(number), false);
        return true;
    }

    private static int dup(int number) throws Throwable {
        Method dup = InheritedChannel.class.getDeclaredMethod("dup", int.class);
        dup.setAccessible(true);
        return (Integer) invoke(dup, number);
    }

    private static Object close(int number) throws IOException {
        new FileInputStream(fd(number)).close();
        return true;
    }

    private static int number(Channel channel) {
        return channel instanceof SelChImpl ? ((SelChImpl) channel).getFDVal() : -1;
    }

    /**
     * Makes the JDK's choice of its provider, if it is still open, fall on ours. The class is found by its name through
     * the system class loader, as one that is named on the command line; one that is named there stays.
     *
     * @return whether this adopter is asked from now on
     */
    private static Object install(BiFunction<SocketAddress, Boolean, Integer> adopter) {
        String property = "java.nio.channels.spi.SelectorProvider";
        if (System.getProperty(property) == null) {
            SystemdSelectorProvider.forInstallation = adopter;
            System.setProperty(property, SystemdSelectorProvider.class.getName());
            try {
                SelectorProvider.provider();
            } finally {
                SystemdSelectorProvider.forInstallation = null;
                System.clearProperty(property);
            }
        }
        return SelectorProvider.provider() instanceof SystemdSelectorProvider
                && ((SystemdSelectorProvider) SelectorProvider.provider()).asks(adopter);
    }

    /** What guards the state of a channel of ours against its own close. */
    static Object stateLock(ServerSocketChannelImpl channel) {
        return UNSAFE.getReference(channel, SERVER_LOCK);
    }

    static Object stateLock(DatagramChannelImpl channel) {
        return UNSAFE.getReference(channel, DATAGRAM_LOCK);
    }

    static void replace(ServerSocketChannelImpl channel, int number) throws IOException {
        SocketAddress local = replaceDescriptor(channel, number);
        UNSAFE.putReferenceVolatile(channel, SERVER_FAMILY, family(channel.getFDVal()));
        UNSAFE.putReferenceVolatile(channel, SERVER_LOCAL, local);
        registerAgain(channel);
    }

    static void replace(DatagramChannelImpl channel, int number) throws IOException {
        SocketAddress local = replaceDescriptor(channel, number);
        UNSAFE.putReferenceVolatile(channel, DATAGRAM_FAMILY, family(channel.getFDVal()));
        UNSAFE.putReferenceVolatile(channel, DATAGRAM_LOCAL, local);
        registerAgain(channel);
    }

    /**
     * Makes a descriptor that was given to us the one of a channel that has just been opened, whose number stays; what
     * it stood for is closed. By who holds the channel's lock and has seen it open, or the number could be somebody
     * else's. The descriptor is left non-blocking, whatever the channel is: the JDK waits for either, and the flag
     * belongs to all who share the socket.
     */
    private static SocketAddress replaceDescriptor(SelChImpl channel, int number) throws IOException {
        try {
            SocketAddress local = nameable(number, family(number));
            IOUtil.configureBlocking(fd(number), false);
            new DatagramDispatcher().dup(fd(number), channel.getFD()); // dup2(2), whatever the socket is
            return local;
        } finally {
            close(number);
        }
    }

    /** The selectors wait for the socket that is gone, and have to be told of the other one behind the same number. */
    private static void registerAgain(Object channel) {
        SelectionKey[] keys = (SelectionKey[]) UNSAFE.getReference(channel, KEYS);
        for (int i = 0; keys != null && i < keys.length; i++) {
            if (keys[i] instanceof SelectionKeyImpl && keys[i].isValid()) {
                SelectionKeyImpl key = (SelectionKeyImpl) keys[i];
                key.registeredEvents(0);
                key.nioInterestOps(key.nioInterestOps());
                key.selector().wakeup();
            }
        }
    }

    private static ProtocolFamily family(int number) {
        return switch (option(number, SO_DOMAIN)) {
            case AF_UNIX -> StandardProtocolFamily.UNIX;
            case AF_INET -> StandardProtocolFamily.INET;
            default -> StandardProtocolFamily.INET6;
        };
    }
}
