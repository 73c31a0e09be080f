package io.github.systemd4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WebIT {
    @RegisterExtension
    final Activator activator = Activator.builder().tcp("http").build();

    @Test
    void whoComesDuringARestartIsServed() throws Exception {
        ProcessBuilder web = new ProcessBuilder("java", "-cp", System.getProperty("java.class.path"), "Web");
        activator.start(web);
        activator.stop();
        SocketChannel client = activator.connect("http"); // nobody serves, and nobody is refused
        activator.start(web);
        client.write(ByteBuffer.wrap("GET / HTTP/1.0\r\n\r\n".getBytes()));
        assertThat(new String(Channels.newInputStream(client).readAllBytes())).endsWith("Hello\n");
    }
}
