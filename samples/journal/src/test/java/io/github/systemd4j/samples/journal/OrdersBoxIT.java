package io.github.systemd4j.samples.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The unit as shipped, and what journald has of it. Writes to the box's root, which goes with it. */
@Timeout(120)
class OrdersBoxIT {

    /** The unit file names /usr/bin/java and /opt/orders. */
    @BeforeAll
    static void theServiceHasRun() throws Exception {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        Files.createDirectories(Path.of("/opt/orders"));
        Files.copy(Path.of("target", "orders.jar"), Path.of("/opt/orders/orders.jar"));
        Path java = Path.of("/usr/bin/java");
        Files.deleteIfExists(java);
        Files.createSymbolicLink(java, Path.of(System.getProperty("java.home"), "bin", "java"));
        Files.copy(Path.of("systemd", "orders.service"), Path.of("/etc/systemd/system/orders.service"));
        assertThat(run("systemctl", "daemon-reload")).isEmpty();
        assertThat(run("systemctl", "start", "orders")).isEmpty();
        assertThat(run("journalctl", "--sync")).isEmpty();
    }

    @Test
    void theMdcIsAField() throws Exception {
        assertThat(journal("cat", "MESSAGE", "ORDER_ID=o-1").lines())
                .containsExactly("order received", "order accepted");
        assertThat(journal("cat", "SYSLOG_IDENTIFIER", "ORDER_ID=o-3").lines()).containsExactly("orders", "orders");
        assertThat(journal("cat", "LOGGER", "ORDER_ID=o-3").lines())
                .containsOnly("io.github.systemd4j.samples.journal.Orders");
    }

    @Test
    void theLongFieldIsWhole() throws Exception {
        String json = journal("json", "ORDER", "ORDER_ID=o-1");

        assertThat(json).contains("\"ORDER\":\"" + Orders.order(1).replace("\n", "\\n") + "\"");
    }

    @Test
    void theStackTraceIsOneRecordAndWhole() throws Exception {
        String json = journal("json", "MESSAGE,PRIORITY,EXCEPTION_CLASS", "MESSAGE_ID=" + Orders.ORDER_REFUSED);

        assertThat(json.lines()).hasSize(1);
        assertThat(json)
                .contains("\"MESSAGE\":\"order refused\\njava.lang.IllegalStateException: no price\\n\\tat ")
                .contains("\\nCaused by: java.lang.ArithmeticException: rounding an unknown price\\n")
                .contains("\"PRIORITY\":\"3\"")
                .contains(
                        "\"EXCEPTION_CLASS\":[\"java.lang.IllegalStateException\",\"java.lang.ArithmeticException\"]");
        assertThat(json.split("Orders\\.price\\(Orders\\.java:", -1)).hasSizeGreaterThan(Orders.DEPTH);
        assertThat(json).contains("Orders.main(Orders.java:");
    }

    private static String journal(String output, String fields, String match) throws Exception {
        return run(
                "journalctl",
                "-q",
                "--all",
                "--no-pager",
                "-u",
                "orders",
                "-o",
                output,
                "--output-fields=" + fields,
                match);
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }
}
