package io.github.systemd4j.activation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guide's program under the guide's units, word for word. Writes to the box's root, which goes with the box. */
@Timeout(120)
class GuideBoxIT {

    private static final Path UNITS = Path.of("/etc/systemd/system");

    @Test
    void theProgramAndTheUnitsWorkAsShown() throws Exception {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        String guide = Files.readString(Path.of("../docs/guides/activation.md"));
        install(block(guide, "java", 0));
        Files.writeString(UNITS.resolve("web.socket"), block(guide, "ini", 0));
        Files.writeString(UNITS.resolve("web.service"), block(guide, "ini", 1));
        assertThat(run("systemctl", "daemon-reload")).isEmpty();

        assertThat(run("systemctl", "start", "web.socket")).isEmpty();
        assertThat(answer()).isEqualTo("Hello\n");

        assertThat(run("systemctl", "is-active", "web.service")).isEqualTo("active");
        // Not as root, on a port below 1024, by the name of its unit.
        while (!run("journalctl", "-u", "web.service", "-o", "cat")
                .contains("PASSED: 1 descriptor [descriptor 3 (http), TCP6 listener [::]:80]")) {
            Thread.onSpinWait();
        }
        assertThat(run("systemctl", "restart", "web.service")).isEmpty();
        assertThat(answer()).isEqualTo("Hello\n");
        assertThat(run("systemctl", "stop", "web.socket", "web.service")).isEmpty();
        assertThat(run("systemctl", "is-failed", "web.service")).isEqualTo("inactive");
    }

    private static String block(String page, String language, int index) {
        String[] blocks = page.split("```" + language + "\n", -1);
        return blocks[index + 1].substring(0, blocks[index + 1].indexOf("```"));
    }

    /** Web.java, compiled, in a jar; our jars beside it; and the JDK of this run as /usr/bin/java. */
    private static void install(String program) throws Exception {
        Path web = Files.createDirectories(Path.of("/opt/web"));
        Path source = Files.writeString(Files.createTempDirectory("web").resolve("Web.java"), program);
        for (String entry : System.getProperty("java.class.path").split(":", -1)) {
            String name = Path.of(entry).getFileName().toString();
            if (name.matches("(systemd4j|jna)-.*\\.jar")) {
                Files.copy(Path.of(entry), web.resolve(name));
            }
        }
        Path classes = Files.createTempDirectory("classes");
        tool("javac", "-cp", System.getProperty("java.class.path"), "-d", classes.toString(), source.toString());
        tool("jar", "--create", "--file", web + "/web.jar", "-C", classes.toString(), ".");
        Path java = Path.of("/usr/bin/java");
        Files.deleteIfExists(java);
        Files.createSymbolicLink(java, Path.of(System.getProperty("java.home"), "bin", "java"));
    }

    private static void tool(String name, String... arguments) {
        int status = ToolProvider.findFirst(name).orElseThrow().run(System.out, System.err, arguments);
        assertThat(status).as(name).isZero();
    }

    private static String answer() throws Exception {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create("http://127.0.0.1/").toURL().openConnection();
        return new String(connection.getInputStream().readAllBytes(), UTF_8);
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }
}
