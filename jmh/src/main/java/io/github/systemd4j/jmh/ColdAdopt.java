package io.github.systemd4j.jmh;

import io.github.systemd4j.activation.Activation;
import java.nio.channels.ServerSocketChannel;

/** A process that adopts the listener it was passed; with an argument it prints the microseconds that took. */
final class ColdAdopt {

    private ColdAdopt() {}

    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        ServerSocketChannel listener =
                Activation.fromEnvironment().descriptors().get(0).serverSocketChannel();
        long took = System.nanoTime() - start;
        if (listener.getLocalAddress() == null) {
            throw new IllegalStateException("not bound");
        }
        if (args.length > 0) {
            System.out.println(took / 1000);
        }
    }
}
