package io.github.systemd4j.samples.activated;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.activation.SocketProcess;
import io.github.systemd4j.testkit.Activator;
import java.io.BufferedReader;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The packaged jar as a process: on a laptop, where nobody passes a socket, and with sockets. */
@Timeout(180)
class ActivatedIT {

    @RegisterExtension
    final Activator activator =
            Activator.builder().tcp("http").unixStream("admin").build();

    @Test
    void itServesOnInheritedSocketsAndLosesNobodyWhenItEndsIdle() throws Exception {
        ProcessBuilder program = new ProcessBuilder(command("--idle-exit", "3")).redirectErrorStream(true);
        SocketProcess service = activator.start(program);
        try (BufferedReader out = service.inputReader(UTF_8)) {
            assertThat(out.readLine())
                    .isEqualTo("serving descriptor 3 (http), TCP listener " + activator.addressText("http"));
            assertThat(out.readLine())
                    .isEqualTo("serving descriptor 4 (admin), unix stream listener " + activator.addressText("admin"));
            assertThat(request(activator.connect("http")))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .endsWith("\r\n\r\nHello from process " + service.pid() + ", answer 1\n");
            assertThat(request(activator.connect("admin")))
                    .endsWith("\r\n\r\nHello from process " + service.pid() + ", answer 2\n");

            assertThat(out.lines().toList()).last().isEqualTo("stopped after 2 answers");
        }
        assertThat(service.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(service.exitValue()).isZero();

        SocketChannel waiting = activator.connect("admin");
        SocketProcess next = activator.start(program);
        assertThat(request(waiting)).endsWith("Hello from process " + next.pid() + ", answer 1\n");
    }

    private static String request(SocketChannel channel) throws Exception {
        try (channel) { // the service waits a while for us to close
            channel.write(UTF_8.encode("GET / HTTP/1.1\r\n\r\n"));
            return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
        }
    }

    @Test
    void itBindsAPortOfItsOwnAndEndsWhenIdle() throws Exception {
        Process service = new ProcessBuilder(command("--port", "0", "--idle-exit", "3"))
                .redirectErrorStream(true)
                .start();
        try (BufferedReader out = service.inputReader(UTF_8)) {
            assertThat(out.readLine()).startsWith("LISTEN_PID and LISTEN_FDS are not set");
            String serving = out.readLine();
            assertThat(serving).startsWith("serving /127.0.0.1:");
            int port = Integer.parseInt(serving.substring(serving.lastIndexOf(':') + 1));

            assertThat(request(port, "GET / HTTP/1.1\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .endsWith("\r\n\r\nHello from process " + service.pid() + ", answer 1\n");
            assertThat(request(port, "GET /" + "x".repeat(9000) + "\r\n\r\n")).startsWith("HTTP/1.1 431 ");

            assertThat(out.readLine()).isEqualTo("stopped after 2 answers");
            assertThat(service.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(service.exitValue()).isZero();
        } finally {
            service.destroyForcibly();
        }
    }

    @Test
    void wrongUsageIsASentenceAnd64() throws Exception {
        Process service = new ProcessBuilder(command("--port", "none"))
                .redirectErrorStream(true)
                .start();
        assertThat(new String(service.getInputStream().readAllBytes(), UTF_8))
                .isEqualTo("activated: --port none: must be a number from 0 to 65535\n");
        assertThat(service.waitFor()).isEqualTo(64);
    }

    private static String request(int port, String text) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write(text.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                Objects.requireNonNull(System.getProperty("systemd4j.jar"))));
        command.addAll(List.of(arguments));
        return command;
    }
}
