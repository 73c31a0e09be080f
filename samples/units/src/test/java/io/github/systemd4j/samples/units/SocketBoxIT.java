package io.github.systemd4j.samples.units;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page's socket and its service. */
@Tag("v1")
@Tag("v2")
@Timeout(120)
class SocketBoxIT {

    @BeforeEach
    void install() throws Exception {
        Box.install();
        Page.install("api.socket", "api.service");
    }

    @AfterEach
    void remove() throws Exception {
        Box.run("systemctl", "stop", "api.socket");
        Box.remove("api");
    }

    @Test
    void asTheyStand() throws Exception {
        Box.start("api.socket");
        assertThat(Box.show("api", "ActiveState")).isEqualTo("inactive");

        try (Socket client = request()) {
            assertThat(answer(client)).contains("Hello from process ");
        }
        assertThat(Box.show("api", "ActiveState")).isEqualTo("active");

        Box.stop("api.socket");
        Box.awaitState("api", "inactive"); // it requires its socket; and 143 is no failure
    }

    @Test
    void whoComesWhileTheServiceIsDownIsServed() throws Exception {
        Box.start("api.socket");
        try (Socket client = request()) {
            assertThat(answer(client)).contains("answer 1\n");
        }
        Box.write(
                "api.service.d/late.conf",
                "[Service]",
                "ExecStartPre=/usr/bin/test -e /run/let-it-start",
                "RestartSec=100ms",
                "[Unit]",
                "StartLimitIntervalSec=0");
        String before = Box.show("api", "MainPID");
        assertThat(Box.run("systemctl", "kill", "--signal=KILL", "api")).isEmpty();
        while (Box.number("api", "NRestarts") == 0) {
            Thread.onSpinWait();
        }

        try (Socket client = request()) { // connected: nobody serves, and nobody is refused
            assertThat(Box.show("api", "ActiveState")).isNotEqualTo("active");
            assertThat(Box.run("touch", "/run/let-it-start")).isEmpty();
            assertThat(answer(client)).contains("answer 1\n");
        }
        assertThat(Box.show("api", "MainPID")).isNotEqualTo(before);
    }

    private static Socket request() throws IOException {
        Socket socket = new Socket("127.0.0.1", 8081);
        socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(UTF_8));
        return socket;
    }

    private static String answer(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
}
