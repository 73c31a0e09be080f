package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.journal.NativeProtocol.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guide's program under the guide's unit, word for word. Writes to the box's root, which goes with the box. */
@Timeout(120)
class GuideBoxIT {

    @Test
    void theProgramAndTheUnitWorkAsShown() throws Exception {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        String guide = Files.readString(Path.of("../docs/guides/journal.md"));
        install(block(guide, "java"));
        Files.writeString(Path.of("/etc/systemd/system/orders.service"), block(guide, "ini"));
        assertThat(run("systemctl", "daemon-reload")).isEmpty();

        assertThat(run("systemctl", "start", "orders.service")).isEmpty();

        assertThat(run("journalctl", "--sync")).isEmpty();
        String json = run("journalctl", "-q", "--no-pager", "-o", "json", "-u", "orders.service", "ORDER_ID=4711");
        assertThat(JournalJson.fields(json))
                .containsExactlyInAnyOrder(
                        Field.text("PRIORITY", "4"),
                        Field.text("MESSAGE", "order refused:\nno stock"),
                        Field.text("SYSLOG_IDENTIFIER", "orders"),
                        Field.text("ORDER_ID", "4711"),
                        Field.text("CUSTOMER_NAME", "Grüße & Söhne"));
        assertThat(json.lines()).hasSize(1);
    }

    private static String block(String page, String language) {
        String block = page.split("```" + language + "\n", -1)[1];
        return block.substring(0, block.indexOf("```"));
    }

    /** Orders.java, compiled, in a jar; our jars beside it; and the JDK of this run as /usr/bin/java. */
    private static void install(String program) throws Exception {
        Path orders = Files.createDirectories(Path.of("/opt/orders"));
        Path source = Files.writeString(Files.createTempDirectory("orders").resolve("Orders.java"), program);
        for (String entry : System.getProperty("java.class.path").split(":", -1)) {
            String name = Path.of(entry).getFileName().toString();
            if (name.matches("(systemd4j|jna)-.*\\.jar")) {
                Files.copy(Path.of(entry), orders.resolve(name));
            }
        }
        Path classes = Files.createTempDirectory("classes");
        String path = System.getProperty("java.class.path");
        tool("javac", "-encoding", "UTF-8", "-cp", path, "-d", classes.toString(), source.toString());
        tool("jar", "--create", "--file", orders + "/orders.jar", "-C", classes.toString(), ".");
        Path java = Path.of("/usr/bin/java");
        Files.deleteIfExists(java);
        Files.createSymbolicLink(java, Path.of(System.getProperty("java.home"), "bin", "java"));
    }

    private static void tool(String name, String... arguments) {
        int status = ToolProvider.findFirst(name).orElseThrow().run(System.out, System.err, arguments);
        assertThat(status).as(name).isZero();
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }
}
