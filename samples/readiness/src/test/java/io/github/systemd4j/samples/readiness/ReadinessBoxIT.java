package io.github.systemd4j.samples.readiness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The packaged jar as a unit of a real systemd, on the JDK of this run. Writes to the box's root, which goes with it. */
@Timeout(120)
class ReadinessBoxIT {

    private static final boolean FOREIGN = Runtime.version().feature() >= 22;
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Path JAR = Path.of("target", "readiness.jar").toAbsolutePath();

    private final List<String> units = new ArrayList<>();

    /** The unit file names /usr/bin/java and /opt/readiness. */
    @BeforeAll
    static void install() throws IOException {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        Files.createDirectories(Path.of("/opt/readiness"));
        Files.copy(JAR, Path.of("/opt/readiness/readiness.jar"));
        Files.deleteIfExists(Path.of("/usr/bin/java"));
        Files.createSymbolicLink(Path.of("/usr/bin/java"), JAVA);
    }

    @AfterEach
    void stop() throws Exception {
        for (String unit : units) {
            run("systemctl", "stop", unit);
            run("systemctl", "reset-failed", unit);
        }
    }

    @Test
    void becomesActiveAndTellsItsStatus() throws Exception {
        start("plain", 8081, List.of());

        assertThat(show("plain", "ActiveState")).isEqualTo("active");
        assertThat(show("plain", "StatusText")).startsWith("serving http://127.0.0.1:8081");
        assertThat(get(8081, "/")).isEqualTo(200);
    }

    @Test
    void withNothingToUnpackALibraryTo() throws Exception {
        Path log = Files.createTempFile("readiness", ".log");
        List<String> properties = List.of(
                "TemporaryFileSystem=/opt/noexec:rw,noexec", "StandardError=append:" + log, "TimeoutStartSec=100");
        start("noexec", 8082, properties, "-Djava.io.tmpdir=/opt/noexec", "-Djna.tmpdir=/opt/noexec");

        if (FOREIGN) {
            assertThat(show("noexec", "ActiveState")).isEqualTo("active");
            assertThat(show("noexec", "StatusText")).startsWith("serving ");
            assertThat(Files.readString(log)).isEmpty();
        } else {
            // It runs, and does not get to say READY; why is said once.
            while (Files.size(log) == 0) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < 20; i++) {
                assertThat(get(8082, "/")).isEqualTo(200);
            }
            assertThat(show("noexec", "ActiveState")).isEqualTo("activating");
            assertThat(Files.readString(log))
                    .containsOnlyOnce("systemd is not told how it goes, the service runs on")
                    .containsOnlyOnce("failed to map segment")
                    .contains("set -Djna.tmpdir");
        }
    }

    @Test
    void theUnitFileAsShipped() throws Exception {
        Path config = Files.writeString(Path.of("/etc/readiness.properties"), "greeting=Hello\n");
        Path unit = Path.of("/etc/systemd/system/readiness.service");
        Files.copy(Path.of("systemd", "readiness.service"), unit);
        assertThat(run("systemctl", "daemon-reload")).isEmpty();
        units.add("readiness");

        assertThat(run("systemctl", "start", "readiness")).isEmpty();
        assertThat(show("readiness", "ActiveState")).isEqualTo("active");
        assertThat(show("readiness", "StatusText")).startsWith("serving http://127.0.0.1:8080");
        assertThat(body(8080, "/")).isEqualTo("Hello\n");

        Files.writeString(config, "greeting=Hello again\n");
        assertThat(run("systemctl", "reload", "readiness")).isEmpty();
        while (!body(8080, "/").equals("Hello again\n")) {
            Thread.onSpinWait(); // ExecReload= only sends the signal
        }

        assertThat(run("systemctl", "stop", "readiness")).isEmpty();
        // Not "failed", which it would be without SuccessExitStatus=143.
        assertThat(show("readiness", "ActiveState")).isEqualTo("inactive");
    }

    @Test
    void aServiceThatFailsItsHealthCheckIsRestarted() throws Exception {
        start("ill", 8083, List.of("WatchdogSec=2", "WatchdogSignal=SIGKILL", "Restart=always", "RestartSec=100ms"));
        String before = show("ill", "MainPID");

        assertThat(post(8083, "/fail")).isEqualTo(200);

        while (show("ill", "NRestarts").equals("0")) {
            Thread.onSpinWait();
        }
        while (!show("ill", "ActiveState").equals("active")) {
            Thread.onSpinWait();
        }
        assertThat(show("ill", "MainPID")).isNotEqualTo(before);
        assertThat(get(8083, "/health")).isEqualTo(200);
    }

    @Test
    void aLongStartIsExtended() throws Exception {
        start("slow", 8084, List.of("TimeoutStartSec=5"), new String[0], "--slow-start", "8");

        assertThat(show("slow", "ActiveState")).isEqualTo("active");
    }

    private void start(String unit, int port, List<String> properties, String... options) throws Exception {
        start(unit, port, properties, options, new String[0]);
    }

    /** Returns when the unit is active, or, where it cannot become so, once the service was started. */
    private void start(String unit, int port, List<String> properties, String[] options, String... arguments)
            throws Exception {
        List<String> command = new ArrayList<>(List.of("systemd-run", "--quiet", "--unit=" + unit));
        if (unit.equals("noexec") && !FOREIGN) {
            command.add("--no-block");
        }
        command.addAll(List.of("-p", "Type=notify", "-p", "SuccessExitStatus=143"));
        for (String property : properties) {
            command.addAll(List.of("-p", property));
        }
        command.add(JAVA.toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-jar", JAR.toString(), "--port", Integer.toString(port)));
        command.addAll(List.of(arguments));
        units.add(unit);
        assertThat(run(command.toArray(String[]::new))).isEmpty();
    }

    private static String show(String unit, String property) throws Exception {
        return run("systemctl", "show", "--value", "-p", property, unit);
    }

    private static int get(int port, String path) throws IOException {
        return connect(port, path).getResponseCode();
    }

    private static int post(int port, String path) throws IOException {
        HttpURLConnection connection = connect(port, path);
        connection.setRequestMethod("POST");
        return connection.getResponseCode();
    }

    private static String body(int port, String path) throws IOException {
        return new String(connect(port, path).getInputStream().readAllBytes(), UTF_8);
    }

    private static HttpURLConnection connect(int port, String path) throws IOException {
        return (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }
}
