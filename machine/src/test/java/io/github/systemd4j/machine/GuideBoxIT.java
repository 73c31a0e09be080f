package io.github.systemd4j.machine;

import static io.github.systemd4j.machine.Command.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guide's program under the guide's unit, word for word. Writes to the box's root, which goes with the box. */
@Timeout(120)
class GuideBoxIT {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @Test
    void theProgramAndTheUnitWorkAsShown() throws Exception {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        String guide = Files.readString(ROOT.resolve("docs/guides/machine.md"));
        install(block(guide, "java"));
        Files.writeString(Path.of("/etc/systemd/system/web-machine.service"), block(guide, "ini"));
        assertThat(run("systemctl", "daemon-reload")).isEmpty();

        assertThat(run("systemctl", "start", "web-machine")).isEmpty();
        Command.await("active", "systemctl", "is-active", "machine-web.scope");
        Command.await("running", "machinectl", "show", "web", "--value", "-p", "State");

        assertThat(Command.show("machine-web.scope", "MemoryMax")).isEqualTo(Long.toString(512L << 20));
        assertThat(run("machinectl", "list", "--no-legend")).startsWith("web container launcher");
        assertThat(run("systemctl", "stop", "web-machine")).isEmpty();
        Command.await("inactive", "systemctl", "is-active", "machine-web.scope");
        Command.await("", "machinectl", "list", "--no-legend");
        // Not "failed", which it would be without SuccessExitStatus=143.
        assertThat(Command.show("web-machine", "ActiveState")).isEqualTo("inactive");
    }

    private static String block(String page, String language) {
        int start = page.indexOf("```" + language + "\n");
        assertThat(start).isPositive();
        start += language.length() + 4;
        return page.substring(start, page.indexOf("```", start));
    }

    /** Launcher.java, compiled, in a jar; our jar beside it; and the JDK of this run as /usr/bin/java. */
    private static void install(String program) throws Exception {
        Path launcher = Files.createDirectories(Path.of("/opt/launcher"));
        Path source = Files.writeString(Files.createTempDirectory("launcher").resolve("Launcher.java"), program);
        for (String entry : System.getProperty("java.class.path").split(":", -1)) {
            String name = Path.of(entry).getFileName().toString();
            if (name.matches("systemd4j-machine-.*\\.jar")) {
                Files.copy(Path.of(entry), launcher.resolve(name));
            }
        }
        Path classes = Files.createTempDirectory("classes");
        tool("javac", "-cp", System.getProperty("java.class.path"), "-d", classes.toString(), source.toString());
        tool("jar", "--create", "--file", launcher + "/launcher.jar", "-C", classes.toString(), ".");
        Path java = Path.of("/usr/bin/java");
        Files.deleteIfExists(java);
        Files.createSymbolicLink(java, Path.of(System.getProperty("java.home"), "bin", "java"));
    }

    private static void tool(String name, String... arguments) {
        int status = ToolProvider.findFirst(name).orElseThrow().run(System.out, System.err, arguments);
        assertThat(status).as(name).isZero();
    }
}
