package io.github.systemd4j.samples.activated;

import static io.github.systemd4j.samples.activated.Box.run;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The same jar in a container of podman's that has no network at all, on sockets of the host. The container's root is
 * empty but for the machine's own /usr, read-only; no image is needed.
 */
@Tag("v2")
@Timeout(120)
class PodmanBoxIT {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Path ROOT = Path.of("/tmp/podman");
    private static final int PORT = 8090;

    @BeforeAll
    static void install() throws Exception {
        Box.install();
        Path rootfs = ROOT.resolve("rootfs");
        for (String directory : List.of("usr", "etc", "proc", "sys", "dev", "run", "tmp", "var/tmp", "root", "opt")) {
            Files.createDirectories(rootfs.resolve(directory));
        }
        for (String link : List.of("bin", "sbin", "lib", "lib64")) {
            Files.createSymbolicLink(rootfs.resolve(link), Path.of("usr", link));
        }
        Files.writeString(
                Box.UNITS.resolve("contained.socket"),
                "[Socket]\nListenStream=" + PORT + "\nListenStream=/run/contained.sock\nFileDescriptorName=http\n");
    }

    @AfterEach
    void stop() throws Exception {
        run("systemctl", "stop", "contained.socket", "contained.service");
        run("systemctl", "reset-failed", "contained.service");
    }

    private static void listen(String... command) throws Exception {
        // The limits are what the box permits; --pids-limit 0 because it has no pids controller.
        String podman = "/usr/bin/podman --root " + ROOT + "/storage --runroot /run/podman-test --storage-driver vfs"
                + " --runtime runc run --rm --replace --name contained --cgroups=split --sdnotify=container"
                + " --network none --pids-limit 0 --ulimit nofile=1024:1024 --ulimit nproc=20000:20000"
                + " -v /usr:/usr:ro -v /opt:/opt:ro" + mounts() + " --rootfs " + ROOT + "/rootfs ";
        Files.writeString(
                Box.UNITS.resolve("contained.service"),
                "[Service]\nType=notify\nNotifyAccess=all\nDelegate=yes\nSuccessExitStatus=143\nEnvironment=HOME=/root\n"
                        + "ExecStart=" + podman + String.join(" ", command) + "\n");
        assertThat(run("systemctl", "daemon-reload")).isEmpty();
        assertThat(run("systemctl", "start", "contained.socket")).isEmpty();
    }

    /** Debian's JDK keeps a part of itself below /etc. */
    private static String mounts() throws Exception {
        try (var etc = Files.list(Path.of("/etc"))) {
            return etc.filter(path -> path.getFileName().toString().startsWith("java-"))
                    .map(path -> " -v " + path + ":" + path + ":ro")
                    .collect(Collectors.joining());
        }
    }

    @Test
    void aContainerWithoutANetworkServesThePortOfTheHost() throws Exception {
        listen(JAVA.toString(), "-jar", "/opt/activated/activated.jar");

        assertThat(Box.get(PORT)).startsWith("HTTP/1.1 200 OK").contains("Hello from process 1, answer 1\n");

        try (SocketChannel unix = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            unix.connect(UnixDomainSocketAddress.of("/run/contained.sock"));
            unix.write(ByteBuffer.wrap("GET / HTTP/1.0\r\n\r\n".getBytes(UTF_8)));
            assertThat(new String(Channels.newInputStream(unix).readAllBytes(), UTF_8))
                    .endsWith(", answer 2\n");
        }
        Path process = Path.of("/proc", pidInside());
        assertThat(Files.readSymbolicLink(process.resolve("ns/net")))
                .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
        assertThat(Files.readAllLines(process.resolve("net/dev")).stream().skip(2))
                .singleElement()
                .asString()
                .startsWith("    lo:");
        assertThat(run("systemctl", "restart", "contained.service")).isEmpty();
        assertThat(Box.get(PORT)).contains("Hello from process 1, answer 1\n");
    }

    /** A shell is process 1 there, so LISTEN_PID names it. The shell has to have something to do afterwards, or it execs. */
    @Test
    void aShellInBetweenNeedsThePolicyForIt() throws Exception {
        Path script = Files.writeString(
                Path.of("/opt/activated/start"),
                "#!/bin/sh\n" + JAVA + " -jar /opt/activated/activated.jar $1\ntrue\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        listen("/opt/activated/start", "--container");

        assertThat(Box.get(PORT)).contains("Hello from process ").doesNotContain("process 1,");

        run("systemctl", "stop", "contained.socket", "contained.service");
        listen("/opt/activated/start");
        run("systemctl", "start", "--no-block", "contained.service");
        String why = "LISTEN_PID=1 is not this process, which is ";
        while (!run("journalctl", "-u", "contained.service", "-o", "cat").contains(why)) {
            Thread.onSpinWait();
        }
        assertThat(run("journalctl", "-u", "contained.service", "-o", "cat"))
                .contains(", but its parent ")
                .contains("start java with exec, or allow it with ListenPolicy.CONTAINER");
    }

    private static String pidInside() throws Exception {
        return run(
                "/usr/bin/podman",
                "--root",
                ROOT + "/storage",
                "--runroot",
                "/run/podman-test",
                "--storage-driver",
                "vfs",
                "inspect",
                "--format",
                "{{.State.Pid}}",
                "contained");
    }
}
