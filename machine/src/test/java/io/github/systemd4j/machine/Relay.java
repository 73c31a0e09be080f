package io.github.systemd4j.machine;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The system bus behind another socket, which can be cut off: to kill the bus itself would end the box. Its clients have
 * our pid and our uid.
 */
final class Relay {

    private static final Path BUS = Path.of("/run/dbus/system_bus_socket");

    private final Path socket;
    private final List<SocketChannel> open = new CopyOnWriteArrayList<>();
    private ServerSocketChannel server;

    Relay() throws IOException {
        socket = Files.createTempDirectory("relay").resolve("bus");
        start();
    }

    String address() {
        return "unix:path=" + socket;
    }

    /** Takes connections, again. */
    void start() throws IOException {
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(socket));
        server = listening;
        daemon(() -> {
            while (true) {
                SocketChannel client = listening.accept();
                SocketChannel bus = SocketChannel.open(UnixDomainSocketAddress.of(BUS));
                open.addAll(List.of(client, bus));
                daemon(() -> copy(client, bus));
                daemon(() -> copy(bus, client));
            }
        });
    }

    /** Nobody is there any more, and those who were connected are cut off. */
    void stop() throws IOException {
        server.close();
        for (SocketChannel each : open) {
            each.close();
        }
        open.clear();
        Files.delete(socket);
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void daemon(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // it was cut
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void copy(SocketChannel from, SocketChannel to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4096);
        while (from.read(bytes.clear()) >= 0) {
            bytes.flip();
            while (bytes.hasRemaining()) {
                to.write(bytes);
            }
        }
        to.close();
    }
}
