package io.github.systemd4j.activation;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Echoes once over the socket on descriptor 0, and closes it. */
final class StandardInputProbe {

    private StandardInputProbe() {}

    public static void main(String[] arguments) throws Exception {
        try (SocketChannel channel = Activation.standardInput().orElseThrow().socketChannel()) {
            ByteBuffer buffer = ByteBuffer.allocate(10);
            channel.read(buffer);
            channel.write(buffer.flip());
        }
        System.out.println("closed");
    }
}
