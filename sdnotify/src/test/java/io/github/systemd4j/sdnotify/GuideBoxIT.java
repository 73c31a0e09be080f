package io.github.systemd4j.sdnotify;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guides' programs under the guides' units, word for word. Writes to the box's root, which goes with the box. */
@Timeout(120)
class GuideBoxIT {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @Test
    void theProgramAndTheUnitWorkAsShown() throws Exception {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        String guide = Files.readString(ROOT.resolve("docs/guides/sdnotify.md"));
        install("hello", "Hello", guide);

        assertThat(BoxUnit.run("systemctl", "start", "hello")).isEmpty();

        assertThat(answer()).isEqualTo(204);
        assertThat(show("hello", "ActiveState")).isEqualTo("active");
        assertThat(show("hello", "StatusText")).startsWith("serving on ").contains("8080");
        assertThat(BoxUnit.run("systemctl", "stop", "hello")).isEmpty();
        // Not "failed", which it would be without SuccessExitStatus=143.
        assertThat(show("hello", "ActiveState")).isEqualTo("inactive");
    }

    @Test
    void theRelayWorksAsShown() throws Exception {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        install("wrap", "Wrap", Files.readString(ROOT.resolve("docs/guides/sdnotify-relay.md")));

        assertThat(BoxUnit.run("systemctl", "start", "wrap")).isEmpty();

        assertThat(show("wrap", "ActiveState")).isEqualTo("active");
        assertThat(show("wrap", "StatusText")).isEqualTo("wrapped: up");
        assertThat(BoxUnit.run("systemctl", "stop", "wrap")).isEmpty();
        assertThat(show("wrap", "ActiveState")).isEqualTo("inactive");
    }

    @Test
    void theReadmeShowsAPartOfTheSameProgram() throws Exception {
        String guide = Files.readString(ROOT.resolve("docs/guides/sdnotify.md"));
        String readme = block(Files.readString(ROOT.resolve("README.md")), "java");

        String main = block(guide, "java").lines().map(String::strip).collect(Collectors.joining("\n"));
        assertThat(main).contains(readme.lines().map(String::strip).collect(Collectors.joining("\n")));
    }

    private static String block(String page, String language) {
        int start = page.indexOf("```" + language + "\n");
        assertThat(start).isPositive();
        start += language.length() + 4;
        return page.substring(start, page.indexOf("```", start));
    }

    /** The program, compiled, in a jar; our jars beside it; its unit; and the JDK of this run as /usr/bin/java. */
    private static void install(String name, String type, String guide) throws Exception {
        Path directory = Files.createDirectories(Path.of("/opt", name));
        Path source = Files.writeString(Files.createTempDirectory(name).resolve(type + ".java"), block(guide, "java"));
        for (String entry : System.getProperty("java.class.path").split(":", -1)) {
            String jar = Path.of(entry).getFileName().toString();
            if (jar.matches("(systemd4j|jna)-.*\\.jar")) {
                Files.copy(Path.of(entry), directory.resolve(jar));
            }
        }
        Path classes = Files.createTempDirectory("classes");
        tool("javac", "-cp", System.getProperty("java.class.path"), "-d", classes.toString(), source.toString());
        tool("jar", "--create", "--file", directory + "/" + name + ".jar", "-C", classes.toString(), ".");
        Files.writeString(Path.of("/etc/systemd/system", name + ".service"), block(guide, "ini"));
        assertThat(BoxUnit.run("systemctl", "daemon-reload")).isEmpty();
        Path java = Path.of("/usr/bin/java");
        Files.deleteIfExists(java);
        Files.createSymbolicLink(java, Path.of(System.getProperty("java.home"), "bin", "java"));
    }

    private static void tool(String name, String... arguments) {
        int status = ToolProvider.findFirst(name).orElseThrow().run(System.out, System.err, arguments);
        assertThat(status).as(name).isZero();
    }

    private static int answer() throws Exception {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create("http://127.0.0.1:8080/").toURL().openConnection();
        return connection.getResponseCode();
    }

    private static String show(String unit, String property) throws Exception {
        return BoxUnit.run("systemctl", "show", "--value", "-p", property, unit);
    }
}
