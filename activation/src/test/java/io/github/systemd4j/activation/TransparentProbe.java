package io.github.systemd4j.activation;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;

/** A server that knows nothing of us, but for its first line; passed are a listener and a UDP socket of 127.0.0.1. */
final class TransparentProbe {

    private TransparentProbe() {}

    public static void main(String[] arguments) throws Exception {
        Activation activation = Activation.fromEnvironment();
        SocketAddress tcp = activation.named("tcp").get(0).localAddress().orElseThrow();
        SocketAddress udp = activation.named("udp").get(0).localAddress().orElseThrow();
        if (arguments.length == 0) {
            activation.adoptOnBind();
        }
        activation.adoptOnBind(); // again does no harm, also where the command line has done it
        ServerSocketChannel closed = ServerSocketChannel.open();
        closed.close();
        try (Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open();
                DatagramChannel datagrams = DatagramChannel.open()) {
            try {
                closed.bind(tcp);
            } catch (ClosedChannelException e) {
                System.out.println("closed");
            }
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            selector.selectNow(); // epoll has the socket that is going to be replaced, and says that it is none to wait
            // for
            selector.selectedKeys().clear();
            server.bind(tcp);
            datagrams.bind(new InetSocketAddress("127.0.0.1", ((InetSocketAddress) udp).getPort()));
            System.out.println(server.getLocalAddress().equals(tcp) + " "
                    + datagrams.getLocalAddress().equals(udp));
            while (selector.selectedKeys().isEmpty()) {
                selector.select(); // the adoption wakes it once
            }
            server.accept().close();
            System.out.println("accepted");
            ByteBuffer buffer = ByteBuffer.allocate(10);
            datagrams.send(buffer.flip(), datagrams.receive(buffer));
            System.out.println("answered");
        }
    }
}
