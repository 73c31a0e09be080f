package io.github.systemd4j.activation.box;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.GateDiagnostics;
import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.sdnotify.Notification;
import io.github.systemd4j.sdnotify.Notifier;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The service of the box tests: answers what it is sent on any inherited socket with the socket's name before it, by
 * one selector. What cannot be answered is appended to a file. Uses the public interface alone, so that it also runs
 * beside the library on the module path.
 */
public final class EchoService {

    private final Selector selector = Selector.open();
    private final Notifier notifier = Notifier.fromEnvironment();
    private final Activation activation = Activation.fromEnvironment();
    private final Path log;

    private EchoService(Path log) throws IOException {
        this.log = log;
    }

    /** With the file for what cannot be answered. */
    public static void main(String[] arguments) throws IOException {
        new EchoService(Path.of(arguments[0])).run();
    }

    private void run() throws IOException {
        for (InheritedDescriptor descriptor : activation.descriptors()) {
            SelectableChannel channel = open(descriptor);
            if (channel != null) {
                channel.configureBlocking(false);
                channel.register(
                        selector,
                        channel instanceof ServerSocketChannel ? SelectionKey.OP_ACCEPT : SelectionKey.OP_READ,
                        descriptor.name());
            }
        }
        while (!selector.keys().isEmpty()) {
            selector.select();
            for (SelectionKey key : selector.selectedKeys()) {
                turn(key);
            }
            selector.selectedKeys().clear();
            selector.selectNow(); // forgets the keys that were cancelled
        }
    }

    private static SelectableChannel open(InheritedDescriptor descriptor) throws IOException {
        if (descriptor.name().startsWith("spare")) {
            return null;
        }
        return switch (descriptor.type()) {
            case STREAM, SEQPACKET ->
                descriptor.isSocket(null, null, true) ? descriptor.serverSocketChannel() : descriptor.socketChannel();
            case DATAGRAM ->
                descriptor.localAddress().orElseThrow() instanceof InetSocketAddress
                        ? descriptor.datagramChannel()
                        : descriptor.sourceChannel();
            case FIFO -> descriptor.sourceChannel();
            default -> descriptor.serverSocketChannel(); // which says why not
        };
    }

    private void turn(SelectionKey key) throws IOException {
        String name = (String) key.attachment();
        ByteBuffer buffer = ByteBuffer.allocate(1000);
        if (key.channel() instanceof ServerSocketChannel listener) {
            SocketChannel connection = listener.accept();
            if (connection != null) {
                connection.configureBlocking(false);
                connection.register(selector, SelectionKey.OP_READ, name);
            }
        } else if (key.channel() instanceof DatagramChannel udp) {
            SocketAddress sender = udp.receive(buffer);
            udp.send(answer(name, buffer), sender);
        } else if (key.channel() instanceof SocketChannel connection) {
            if (connection.read(buffer) < 0) {
                connection.close();
            } else {
                connection.write(answer(name, buffer));
            }
        } else if (key.channel() instanceof Pipe.SourceChannel source && source.read(buffer) > 0) {
            Files.write(log, answer(name, buffer.put((byte) '\n')).array(), StandardOpenOption.APPEND);
        }
    }

    private ByteBuffer answer(String name, ByteBuffer received) {
        String text = UTF_8.decode(received.flip()).toString();
        return ByteBuffer.wrap((name + ":" + obey(text)).getBytes(UTF_8));
    }

    private String obey(String text) {
        if (text.equals("gate")) {
            return GateDiagnostics.current().toString();
        }
        return text.startsWith("store ") ? store(text) : text;
    }

    /** Gives the descriptor of a name to the manager under another one. */
    private String store(String command) {
        String[] words = command.split(" ", -1);
        InheritedDescriptor spare = activation.first(words[1]).orElseThrow();
        return notifier.send(Notification.builder()
                        .storeDescriptors(words[2], spare.takeNumber())
                        .build())
                .toString();
    }
}
