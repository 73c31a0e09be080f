package io.github.systemd4j.testkit;

import io.github.systemd4j.activation.InheritedDescriptor;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The manager's own copy of a socket, which stays open whoever has had copies of it. Not thread safe. */
final class HeldSocket implements AutoCloseable {

    private final Calls calls;
    private final String name;
    private final Kind kind;
    private final Path path;
    private final int fd;
    private final InheritedDescriptor descriptor;
    /** The other end of the connection that was handed out last, as long as nobody has it. */
    private @Nullable SocketChannel client;

    private HeldSocket(Calls calls, NamedKind named, Path path, int fd) {
        this.calls = calls;
        this.name = named.name();
        this.kind = named.kind();
        this.path = path;
        this.fd = fd;
        this.descriptor = InheritedDescriptor.of(fd, name);
    }

    static HeldSocket open(Calls calls, NamedKind named, Path path) throws IOException {
        int fd = named.kind() == Kind.FIFO ? calls.fifo(path) : calls.bound(named.kind(), path);
        return new HeldSocket(calls, named, path, fd);
    }

    String name() {
        return name;
    }

    /** What a service gets: a copy, or a connection of its own. */
    InheritedDescriptor handOut() throws IOException {
        return InheritedDescriptor.of(kind == Kind.CONNECTION ? newConnection() : calls.copy(fd, name), name);
    }

    /** No copy of it stays here, as with Accept=yes: the client sees the end when the service closes. */
    private int newConnection() throws IOException {
        closeClient();
        SocketChannel connecting = SocketChannel.open(address());
        client = connecting;
        return calls.accept(fd, name);
    }

    SocketAddress address() {
        if (kind == Kind.FIFO || kind == Kind.ABSTRACT_STREAM) {
            throw new IllegalArgumentException(
                    "name: " + this + " has an address that is no SocketAddress; its text is " + text());
        }
        return descriptor.localAddress().orElseThrow(() -> new IllegalStateException("cannot be asked: " + descriptor));
    }

    String text() {
        return kind == Kind.FIFO ? path.toString() : descriptor.address();
    }

    SocketChannel connect() throws IOException {
        if (kind.isSentTo()) {
            throw new IllegalArgumentException("name: " + this + " has no connections; send to it");
        }
        return switch (kind) {
            case CONNECTION -> takeClient();
            case ABSTRACT_STREAM, UNIX_SEQPACKET -> {
                try (InheritedDescriptor end = InheritedDescriptor.of(calls.connect(kind, fd, text()), name)) {
                    yield end.socketChannel();
                }
            }
            default -> SocketChannel.open(address());
        };
    }

    private SocketChannel takeClient() {
        SocketChannel taken = client;
        if (taken == null) {
            throw new IllegalStateException(
                    this + ": no service has a connection whose other end is free; each that is started gets one");
        }
        client = null;
        return taken;
    }

    void send(byte[] data) throws IOException {
        if (!kind.isSentTo()) {
            throw new IllegalArgumentException("name: " + this + " is no datagram socket and no FIFO; connect to it");
        }
        if (kind == Kind.FIFO) {
            calls.write(path, data);
        } else {
            calls.send(kind, fd, text(), data);
        }
    }

    private void closeClient() throws IOException {
        SocketChannel left = client;
        client = null;
        if (left != null) {
            left.close();
        }
    }

    @Override
    public void close() throws IOException {
        descriptor.close();
        closeClient();
    }

    @Override
    public String toString() {
        return name + " (" + kind + ")";
    }
}
