package io.github.systemd4j.samples.activated;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the tests in a box have in common. */
final class Box {

    static final Path UNITS = Path.of("/etc/systemd/system");

    private Box() {}

    /** Puts the jar where the unit files expect it. The box's files go with the box. */
    static void install() throws IOException {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        Path jar = Path.of("/opt/activated/activated.jar");
        if (Files.notExists(jar)) {
            Files.createDirectories(jar.getParent());
            Files.copy(Path.of("target", "activated.jar"), jar);
        }
    }

    /** The whole answer to a request. */
    static String get(int port) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    /** Output and errors of a command, without the last newline. */
    static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }
}
