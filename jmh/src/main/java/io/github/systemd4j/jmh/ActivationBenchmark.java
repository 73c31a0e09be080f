package io.github.systemd4j.jmh;

import io.github.systemd4j.activation.InheritedDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A listener that was bound here beside one that was adopted: the same socket, so there should be no difference. */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ActivationBenchmark {

    private final Talk bound = talk(false);
    private final Talk adopted = talk(true);
    private final ByteBuffer one = ByteBuffer.allocateDirect(1);

    /** A listener, and a connection that it has accepted. */
    private record Talk(
            ServerSocketChannel listener, SocketAddress address, SocketChannel client, SocketChannel server) {}

    /** An adopted one is a copy of a bound one, whose original is closed. */
    private static Talk talk(boolean adopt) {
        try {
            ServerSocketChannel listener =
                    ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            if (adopt) {
                ServerSocketChannel original = listener;
                listener = InheritedDescriptor.copyOf(original, "adopted").serverSocketChannel();
                original.close();
            }
            SocketChannel client = SocketChannel.open(listener.getLocalAddress());
            SocketChannel server = listener.accept();
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            server.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return new Talk(listener, listener.getLocalAddress(), client, server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes everything. */
    @TearDown
    public void close() throws IOException {
        for (Talk talk : List.of(bound, adopted)) {
            talk.client().close();
            talk.server().close();
            talk.listener().close();
        }
    }

    private long connection(Talk talk) throws IOException {
        try (SocketChannel client = SocketChannel.open(talk.address());
                SocketChannel server = talk.listener().accept()) {
            client.setOption(StandardSocketOptions.SO_LINGER, 0); // or the ports run out
            return exchange(client, server);
        }
    }

    private long exchange(SocketChannel client, SocketChannel server) throws IOException {
        long count = client.write(one.clear());
        count += server.read(one.clear());
        count += server.write(one.flip());
        return count + client.read(one.clear());
    }

    /** Connect, accept, a byte there and back, close: on a listener that was bound here. */
    @Benchmark
    public long acceptBound() throws IOException {
        return connection(bound);
    }

    /** The same on one that was adopted. */
    @Benchmark
    public long acceptAdopted() throws IOException {
        return connection(adopted);
    }

    /** A byte there and back over a connection that a bound listener has accepted. */
    @Benchmark
    public long exchangeBound() throws IOException {
        return exchange(bound.client(), bound.server());
    }

    /** The same of an adopted one. */
    @Benchmark
    public long exchangeAdopted() throws IOException {
        return exchange(adopted.client(), adopted.server());
    }
}
