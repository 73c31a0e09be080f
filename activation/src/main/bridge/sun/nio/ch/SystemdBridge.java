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
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
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
                case "fileDescriptor" -> fd((Integer) arguments[0]);
                case "nonBlocking" -> nonBlocking((Integer) arguments[0]);
                case "dup" -> dup((Integer) arguments[0]);
                case "close" -> close((Integer) arguments[0]);
                case "number" -> number((Channel) arguments[0]);
                case "defineSocketOption" -> defineSocketOption((byte[]) arguments[0]);
                case "define" -> MethodHandles.lookup().defineClass((byte[]) arguments[0]);
                case "provider" -> new SystemdSelectorProvider(adopter(arguments[0]));
                case "install" -> install(adopter(arguments[0]));
                default -> throw new IllegalArgumentException(operation);
            };
        } catch (Throwable e) {
            throw SystemdBridge.<RuntimeException>unchecked(e);
        }
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
        ServerSocketChannel channel = new ServerSocketChannelImpl(provider(), family, fd(number), true);
        set(ServerSocketChannelImpl.class, channel, "family", family);
        return channel;
    }

    private static SocketChannel connected(int number, ProtocolFamily family) throws Throwable {
        return new SocketChannelImpl(provider(), family, fd(number), remote(number, family));
    }

    private static DatagramChannel datagram(int number, ProtocolFamily family) throws IOException {
        DatagramChannel channel = new DatagramChannelImpl(provider(), fd(number));
        set(DatagramChannelImpl.class, channel, "family", family);
        set(DatagramChannelImpl.class, channel, "localAddress", Net.localAddress(fd(number)));
        return channel;
    }

    /**
     * Puts a value in a field, also a final one. The constructors for a given descriptor guess its family from whether
     * the host has IPv6; a wrong guess makes IPv4 datagrams and socket options fail.
     */
    static void set(Class<?> type, Object target, String field, Object value) {
        UNSAFE.putReferenceVolatile(target, UNSAFE.objectFieldOffset(type, field), value);
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
     * the system class loader, as one that is named on the command line.
     */
    private static Object install(BiFunction<SocketAddress, Boolean, Integer> adopter) {
        String property = "java.nio.channels.spi.SelectorProvider";
        String before = System.getProperty(property);
        SystemdSelectorProvider.forInstallation = adopter;
        System.setProperty(property, SystemdSelectorProvider.class.getName());
        try {
            return SelectorProvider.provider() instanceof SystemdSelectorProvider;
        } finally {
            SystemdSelectorProvider.forInstallation = null;
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }

    /**
     * Makes a descriptor that was given to us the one of a channel that has just been opened, whose number stays; what
     * it stood for is closed. The descriptor is left non-blocking, whatever the channel is: the JDK waits for either,
     * and the flag belongs to all who share the socket.
     */
    static void replace(SelChImpl channel, Class<?> type, int number) throws IOException {
        ProtocolFamily family = family(number);
        IOUtil.configureBlocking(fd(number), false);
        new DatagramDispatcher().dup(fd(number), channel.getFD()); // dup2(2), whatever the socket is
        close(number);
        SocketAddress local = local(channel.getFDVal(), family);
        set(type, channel, "family", family);
        set(type, channel, "localAddress", local);
    }

    private static ProtocolFamily family(int number) {
        return switch (option(number, SO_DOMAIN)) {
            case AF_UNIX -> StandardProtocolFamily.UNIX;
            case AF_INET -> StandardProtocolFamily.INET;
            default -> StandardProtocolFamily.INET6;
        };
    }
}
