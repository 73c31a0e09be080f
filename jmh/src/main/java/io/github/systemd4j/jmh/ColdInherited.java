package io.github.systemd4j.jmh;

import java.nio.channels.ServerSocketChannel;

/** A process that takes the listener on descriptor 0 as the JDK can; with an argument it prints the microseconds that took. */
final class ColdInherited {

    private ColdInherited() {}

    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        ServerSocketChannel listener = (ServerSocketChannel) System.inheritedChannel();
        long took = System.nanoTime() - start;
        if (listener.getLocalAddress() == null) {
            throw new IllegalStateException("not bound");
        }
        if (args.length > 0) {
            System.out.println(took / 1000);
        }
    }
}
