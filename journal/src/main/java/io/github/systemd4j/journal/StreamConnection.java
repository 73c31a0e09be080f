package io.github.systemd4j.journal;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A socket of the JDK's to journald's stream, which never blocks. Of one thread at a time. */
final class StreamConnection {

    /** What libsystemd asks for; the kernel has a bound of its own. */
    private static final int SEND_BUFFER = 8 * 1024 * 1024;

    private final SocketChannel channel;

    private StreamConnection(SocketChannel channel) {
        this.channel = channel;
    }

    /**
     * Connects, and says what the stream is.
     *
     * @param header the seven lines that journald reads first
     * @throws IOException without it; nothing is open then
     */
    static StreamConnection open(String path, byte[] header) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.configureBlocking(false);
            // A unix socket connects at once or not at all: EAGAIN, which the JDK takes for a connection under way.
            if (!channel.connect(UnixDomainSocketAddress.of(path))) {
                throw new IOException("journald's queue of connections is full");
            }
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER);
            channel.shutdownInput();
            if (channel.write(ByteBuffer.wrap(header)) < header.length) {
                throw new IOException("the socket takes no " + header.length + " bytes");
            }
            return new StreamConnection(channel);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    /** Writes what there is room for; whether that was all. Not interruptible, as the channel does not block. */
    boolean write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                return false;
            }
        }
        return true;
    }

    /** Waits for room; whether there is some. */
    boolean awaitRoom(BoundedWait wait) throws IOException {
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_WRITE);
            return wait.select(selector);
        }
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            return; // there is nothing that could be done
        }
    }
}
