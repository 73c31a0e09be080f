package io.github.systemd4j.samples.systemddocker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The shipped socket unit, and an image with samples/activated, whose JDK is the machine's own: /usr is mounted. */
final class Web {

    static final int PORT = 8080;
    /** What the shipped unit reads. */
    private static final Path DEFAULTS = Path.of("/etc/default/web");

    private static final Path ACTIVATED = Path.of("..", "activated", "target", "activated.jar");
    private static final Path JAVA = Path.of("/usr/bin/java");

    private Web() {}

    /** Makes the image with this client. */
    static void image(String engine) throws Exception {
        Files.deleteIfExists(JAVA);
        Files.createSymbolicLink(JAVA, Box.JAVA);
        Files.createDirectories(Path.of("/opt/activated"));
        Files.copy(ACTIVATED, Path.of("/opt/activated/activated.jar"), StandardCopyOption.REPLACE_EXISTING);
        Path files = Files.createTempDirectory("activated");
        for (String link : List.of("bin", "sbin", "lib", "lib64")) {
            Files.createSymbolicLink(files.resolve(link), Path.of("usr", link));
        }
        for (String directory : List.of("usr", "etc", "tmp", "run", "opt/activated")) {
            Files.createDirectories(files.resolve(directory));
        }
        Files.copy(ACTIVATED, files.resolve("opt/activated/activated.jar"));
        assertThat(Box.run("chmod", "-R", "a+rX", files.toString())).isEmpty();
        assertThat(Box.run("chmod", "1777", files + "/tmp")).isEmpty();
        String entry = "ENTRYPOINT [\"" + JAVA + "\",\"-jar\",\"/opt/activated/activated.jar\"]";
        assertThat(Box.run(
                        "sh",
                        "-c",
                        "tar -C " + files + " -c . | " + engine + " import --change '" + entry + "' - activated"))
                .contains("sha256:");
    }

    /** The engine's options for what is not in the image. Debian's JDK keeps a part of itself below /etc. */
    static List<String> mounts() throws IOException {
        try (var etc = Files.list(Path.of("/etc"))) {
            return Stream.concat(
                            Stream.of("-v=/usr:/usr:ro"),
                            etc.filter(path -> path.getFileName().toString().startsWith("java-"))
                                    .map(path -> "-v=" + path + ":" + path + ":ro"))
                    .collect(Collectors.toList());
        }
    }

    /** The shipped units, with what this machine has to add to them. */
    static void units(int idle, String... options) throws Exception {
        Box.mark();
        Files.writeString(
                DEFAULTS,
                "IDLE=" + idle + "\nOPTIONS=\"" + String.join(" ", mounts()) + " " + String.join(" ", options)
                        + "\"\n");
        Files.writeString(
                Box.UNITS.resolve("docker.service"), "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=true\n");
        Files.deleteIfExists(Box.UNITS.resolve("web.service"));
        Files.copy(Path.of("systemd", "web.service"), Box.UNITS.resolve("web.service"));
        listen();
    }

    /** The shipped socket unit. */
    static void listen() throws Exception {
        Files.deleteIfExists(Box.UNITS.resolve("web.socket"));
        Files.copy(Path.of("systemd", "web.socket"), Box.UNITS.resolve("web.socket"));
        assertThat(Box.run("systemctl", "daemon-reload")).isEmpty();
        assertThat(Box.run("systemctl", "start", "web.socket")).isEmpty();
    }

    /** The whole answer to a request. */
    static String get() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), PORT)) {
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    /** The pid of our program in the unit, whose main process it is not. */
    static String wrapper() throws Exception {
        String group = Box.show("web.service", "ControlGroup");
        Path v1 = Path.of("/sys/fs/cgroup/systemd" + group);
        Path directory = Files.exists(v1) ? v1 : Path.of("/sys/fs/cgroup" + group);
        for (String pid : Files.readAllLines(directory.resolve("cgroup.procs"))) {
            Path commandLine = Path.of("/proc", pid, "cmdline");
            if (Files.exists(commandLine) && Files.readString(commandLine).contains(Box.JAR.toString())) {
                return pid;
            }
        }
        throw new AssertionError("it is not in " + directory);
    }

    /** The end of a test. */
    static void remove() throws Exception {
        Box.run("systemctl", "stop", "web.socket");
        Box.remove("web");
        for (String unit : List.of("web.socket", "docker.service")) {
            Files.deleteIfExists(Box.UNITS.resolve(unit));
        }
        Box.run("systemctl", "daemon-reload");
    }
}
