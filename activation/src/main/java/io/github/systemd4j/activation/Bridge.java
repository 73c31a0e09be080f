package io.github.systemd4j.activation;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Our side of {@code sun.nio.ch.SystemdBridge}, which is defined at run time (see {@link Gate}) and known to us as a
 * function alone. Thread safe. Each channel closes its descriptor with close(2) only: no shutdown, no unlink.
 */
final class Bridge {

    private final BiFunction<String, @Nullable Object[], Object> inside;

    Bridge(BiFunction<String, @Nullable Object[], Object> inside) {
        this.inside = inside;
    }

    /** An option of the level SOL_SOCKET. */
    int option(int fd, int name) throws IOException {
        return (Integer) call("option", fd, name);
    }

    SocketAddress localAddress(int fd, ProtocolFamily family) throws IOException {
        return (SocketAddress) call("local", fd, family);
    }

    /** Whether a socket has a peer. */
    boolean isConnected(int fd) throws IOException {
        return (Boolean) call("isConnected", fd);
    }

    /** The channel of a kind; the family is null for what is no socket. */
    Channel channel(ChannelKind kind, int fd, @Nullable ProtocolFamily family) throws IOException {
        // A switch, not a function in each kind: the first lambda of a JVM costs milliseconds of its start.
        String operation = switch (kind) {
            case LISTENER -> "server";
            case CONNECTION -> "connected";
            case UDP -> "datagram";
            case SOURCE -> "source";
            case FILE, UNCONNECTED, NONE -> throw new IllegalArgumentException("kind: " + kind);
        };
        return (Channel) call(operation, fd, family);
    }

    /** A channel on the descriptor of a file itself: same position, no permission asked anew. */
    FileChannel fileChannel(int fd, boolean readable, boolean writable) throws IOException {
        return (FileChannel) call("file", fd, readable, writable);
    }

    FileDescriptor fileDescriptor(int fd) throws IOException {
        return (FileDescriptor) call("fileDescriptor", fd);
    }

    void setNonBlocking(int fd) throws IOException {
        call("nonBlocking", fd);
    }

    int dup(int fd) throws IOException {
        return (Integer) call("dup", fd);
    }

    void close(int fd) throws IOException {
        call("close", fd);
    }

    /** The descriptor of a channel of the JDK, -1 for a channel that is none of the JDK's with a descriptor. */
    int number(Channel channel) throws IOException {
        return (Integer) call("number", channel);
    }

    /** Defines the class that reads options; before it no option can be read. */
    void defineSocketOption(byte[] classFile) throws IOException {
        call("defineSocketOption", (Object) classFile);
    }

    /** Defines one more class beside the bridge. */
    void define(byte[] classFile) throws IOException {
        call("define", (Object) classFile);
    }

    /** From now on no class is defined any more. */
    void seal() throws IOException {
        call("seal");
    }

    SelectorProvider selectorProvider(BiFunction<@Nullable SocketAddress, Boolean, Integer> adopter)
            throws IOException {
        return (SelectorProvider) call("provider", adopter);
    }

    /** Whether the JDK's provider is ours from now on; not if it had chosen one before. */
    boolean install(BiFunction<@Nullable SocketAddress, Boolean, Integer> adopter) throws IOException {
        return (Boolean) call("install", adopter);
    }

    /** The other side throws what it meets, declared or not. */
    private Object call(String operation, @Nullable Object... arguments) throws IOException {
        try {
            return inside.apply(operation, arguments);
        } catch (LinkageError | InternalError e) {
            throw new ActivationException(
                    "this JDK (" + Runtime.version() + ") is not inside as those from 17 to 25 are: " + e);
        }
    }
}
