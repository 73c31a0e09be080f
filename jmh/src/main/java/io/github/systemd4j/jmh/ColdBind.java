package io.github.systemd4j.jmh;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;

/** A process that binds a listener of its own; with an argument it prints the microseconds that took of the main thread. */
final class ColdBind {

    private ColdBind() {}

    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        ServerSocketChannel listener =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        long took = System.nanoTime() - start;
        if (listener.getLocalAddress() == null) {
            throw new IllegalStateException("not bound");
        }
        if (args.length > 0) {
            System.out.println(took / 1000);
        }
    }
}
