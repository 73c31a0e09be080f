package io.github.systemd4j.samples.activated;

import static io.github.systemd4j.samples.activated.Box.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.activation.SocketHandover;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The same jar in a container of dockerd's, which starts the processes itself and passes no descriptor from anybody: the
 * sockets are handed over a unix socket in a mounted directory. Needs the package docker.io.
 */
@Tag("v1")
@Timeout(180)
class DockerBoxIT {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final String DOCKER = "/usr/bin/docker";
    private static final Path GIVE = Path.of("/run/give");
    private static final Duration SOON = Duration.ofSeconds(60);

    @BeforeEach
    void anEngineAndAnImage() throws Exception {
        Box.install();
        assertThat(run(
                        "systemd-run",
                        "--quiet",
                        "--unit=engine",
                        "--service-type=notify",
                        "-p",
                        "Delegate=yes",
                        "-p",
                        "KillMode=process",
                        "dockerd",
                        "--iptables=false",
                        "--ip6tables=false",
                        "--bridge=none",
                        "--storage-driver=vfs",
                        "--data-root=/tmp/docker",
                        "--exec-root=/run/docker-test"))
                .isEmpty();
        // The image is empty but for the links into the machine's own /usr, which is mounted read-only.
        Path files = Files.createTempDirectory("image");
        for (String link : List.of("bin", "sbin", "lib", "lib64")) {
            Files.createSymbolicLink(files.resolve(link), Path.of("usr", link));
        }
        for (String directory : List.of("usr", "etc", "tmp", "opt", "run/give")) {
            Files.createDirectories(files.resolve(directory));
        }
        assertThat(run("sh", "-c", "tar -C " + files + " -c . | " + DOCKER + " import - image"))
                .contains("sha256:");
        Files.createDirectories(GIVE);
    }

    @AfterEach
    void stop() throws Exception {
        run(DOCKER, "rm", "--force", "web");
        run("systemctl", "stop", "engine");
    }

    @Test
    void aContainerBehindADaemonServesASocketThatItWasHanded() throws Exception {
        try (ServerSocketChannel ours = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
                InheritedDescriptor web = InheritedDescriptor.copyOf(ours, "web");
                SocketHandover handover = SocketHandover.bind(GIVE + "/socket", uid -> uid == 0)) {
            int port = ((InetSocketAddress) ours.getLocalAddress()).getPort();
            assertThat(run(container())).hasSize(64);

            assertThat(handover.give(List.of(web), SOON)).isTrue();

            assertThat(Box.get(port)).contains("Hello from process 1, answer 1\n");
            Path process = Path.of("/proc", run(DOCKER, "inspect", "-f", "{{.State.Pid}}", "web"));
            assertThat(Files.readSymbolicLink(process.resolve("ns/net")))
                    .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
            assertThat(Files.readAllLines(process.resolve("net/dev")).stream().skip(2))
                    .hasSize(1);

            // The next container takes over; what was asked meanwhile waits in the queue of the socket.
            assertThat(run(DOCKER, "rm", "--force", "web")).isEqualTo("web");
            assertThat(run(container())).hasSize(64);
            assertThat(handover.give(List.of(web), SOON)).isTrue();
            assertThat(Box.get(port)).contains("Hello from process 1, answer 1\n");
        }
    }

    private static String[] container() throws Exception {
        List<String> command = new ArrayList<>(List.of(DOCKER, "run", "--detach", "--name=web", "--network=none"));
        List<String> mounts = new ArrayList<>(List.of("/usr:/usr:ro", "/opt:/opt:ro", GIVE + ":" + GIVE));
        try (var etc = Files.list(Path.of("/etc"))) { // Debian's JDK keeps a part of itself below /etc
            etc.filter(path -> path.getFileName().toString().startsWith("java-"))
                    .forEach(path -> mounts.add(path + ":" + path + ":ro"));
        }
        mounts.forEach(mount -> command.addAll(List.of("-v", mount)));
        command.addAll(List.of("image", JAVA.toString(), "-jar", "/opt/activated/activated.jar"));
        command.addAll(List.of("--take", GIVE + "/socket"));
        return command.toArray(String[]::new);
    }
}
