package io.github.systemd4j.machine.dbus;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A bus that does what none can be brought to do: answers of versions that are not here, in the other byte order, or none. */
public final class FakeBus implements AutoCloseable {

    /** What is answered. */
    public interface Service {
        /** Answers a call, by {@link Peer#send}, or not at all. An exception hangs up. */
        void called(Message call, Peer peer) throws IOException;
    }

    /** Who has called. */
    public record Peer(SocketChannel channel, ByteOrder order, int serial) {

        public void returns(String signature, Object... values) throws IOException {
            send(FakeBus.message(order, Message.RETURN, serial, "", ":1.7", signature, values));
        }

        public void fails(String errorName, String sender) throws IOException {
            send(FakeBus.message(order, Message.ERROR, serial, errorName, sender, "s", "in words"));
        }

        public void signals(
                String path, String interfaceName, String member, String sender, String signature, Object... values)
                throws IOException {
            Encoder out = start(order, Message.SIGNAL);
            field(out, 1, "o", path);
            field(out, 2, "s", interfaceName);
            field(out, 3, "s", member);
            field(out, 7, "s", sender);
            send(finish(out, signature, values));
        }

        public void send(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private final Path socket;
    private final ServerSocketChannel server;
    private final AtomicInteger connections = new AtomicInteger();

    public FakeBus(ByteOrder order, String handshake, Service service) throws IOException {
        socket = Files.createTempDirectory("fake").resolve("bus");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread thread = new Thread(() -> accept(order, handshake, service));
        thread.setDaemon(true);
        thread.start();
    }

    public FakeBus(Service service) throws IOException {
        this(ByteOrder.LITTLE_ENDIAN, "DATA\r\nOK 0123456789abcdef\r\n", service);
    }

    public String address() {
        return "unix:path=" + socket;
    }

    int connections() {
        return connections.get();
    }

    private void accept(ByteOrder order, String handshake, Service service) {
        try {
            while (true) {
                SocketChannel channel = server.accept();
                connections.incrementAndGet();
                Thread thread = new Thread(() -> serve(channel, order, handshake, service));
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    private static void serve(SocketChannel channel, ByteOrder order, String handshake, Service service) {
        try (channel) {
            read(channel, "\0AUTH EXTERNAL\r\nDATA\r\n".length());
            channel.write(ByteBuffer.wrap(handshake.getBytes(US_ASCII)));
            read(channel, "BEGIN\r\n".length());
            while (true) {
                ByteBuffer prefix = read(channel, Message.PREFIX);
                int length = Message.length(prefix);
                ByteBuffer all = ByteBuffer.allocate(length).put(prefix).put(read(channel, length - Message.PREFIX));
                int serial = all.order(ByteOrder.LITTLE_ENDIAN).getInt(8);
                Message call = Message.parse(all.flip());
                Peer peer = new Peer(channel, order, serial);
                if ("Hello".equals(call.member())) {
                    peer.returns("s", ":1.42");
                } else {
                    service.called(call, peer);
                }
            }
        } catch (IOException e) {
            return; // hung up, by either
        }
    }

    private static ByteBuffer read(SocketChannel channel, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new IOException("hung up");
            }
        }
        return bytes.flip();
    }

    private static ByteBuffer message(
            ByteOrder order, int type, int serial, String error, String sender, String signature, Object... values) {
        Encoder out = start(order, type);
        if (!error.isEmpty()) {
            field(out, 4, "s", error);
        }
        out.align(8);
        out.u8(5);
        out.signature("u");
        out.u32(serial);
        field(out, 7, "s", sender);
        field(out, 99, "s", "of a later version");
        return finish(out, signature, values);
    }

    private static Encoder start(ByteOrder order, int type) {
        Encoder out = new Encoder(order);
        out.u8(order == ByteOrder.BIG_ENDIAN ? 'B' : 'l');
        out.u8(type);
        out.u8(1);
        out.u8(1);
        out.u32(0);
        out.u32(77);
        out.u32(0);
        return out;
    }

    private static void field(Encoder out, int code, String type, String value) {
        out.align(8);
        out.u8(code);
        out.signature(type);
        out.string(value);
    }

    private static ByteBuffer finish(Encoder out, String signature, Object... values) {
        out.align(8);
        out.u8(8);
        out.signature("g");
        out.signature(signature);
        out.patch(12, out.position() - Message.PREFIX);
        out.align(8);
        int body = out.position();
        out.values(signature, List.of(values));
        out.patch(4, out.position() - body);
        return out.finish();
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.delete(socket);
        Files.delete(socket.getParent());
    }
}
