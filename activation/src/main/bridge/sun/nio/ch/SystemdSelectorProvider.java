package sun.nio.ch;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.function.BiFunction;

/**
 * The JDK's own provider, but that a channel which is bound to an address takes the descriptor that was inherited for
 * this address. Public with a public constructor, as the JDK demands of a provider that it finds by name.
 */
public final class SystemdSelectorProvider extends EPollSelectorProvider {

    /** Set while {@link SystemdBridge} makes the JDK choose. */
    static volatile BiFunction<SocketAddress, Boolean, Integer> forInstallation;

    private final BiFunction<SocketAddress, Boolean, Integer> adopter;

    /** By the JDK. */
    public SystemdSelectorProvider() {
        this(forInstallation);
    }

    SystemdSelectorProvider(BiFunction<SocketAddress, Boolean, Integer> adopter) {
        this.adopter = adopter;
    }

    boolean asks(Object other) {
        return adopter == other;
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return new SystemdServerSocketChannel(this, defaultFamily(), adopter);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return new SystemdServerSocketChannel(this, family, adopter);
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return new SystemdDatagramChannel(this, defaultFamily(), adopter);
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return new SystemdDatagramChannel(this, family, adopter);
    }
    private static ProtocolFamily defaultFamily() {
        return Net.isIPv6Available() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }
}
