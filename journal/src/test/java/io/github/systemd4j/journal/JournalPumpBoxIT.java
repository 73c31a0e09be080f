package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.journal.NativeProtocol.Field;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the real journal has of a child's lines. Run by box/test. */
@Timeout(120)
class JournalPumpBoxIT {

    private final String run = UUID.randomUUID().toString();

    @BeforeAll
    static void inABox() {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
    }

    @Test
    void theLinesOfAProcessAreRecordsWithFields() throws Exception {
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "echo begins; head -c 20000 /dev/zero | tr '\\0' x; printf '\\nends'; printf 'b\\000d\\377\\n' >&2")
                .start();
        try (JournalWriter writer = JournalWriter.open()) {
            JournalPump.Builder pump = JournalPump.builder(writer)
                    .field(FieldName.of("TEST_RUN"), run)
                    .field(FieldName.of("SYSLOG_IDENTIFIER"), "child")
                    .field(FieldName.of("CONTAINER_NAME"), "child-1");
            try (JournalPump out = pump.start(process.getInputStream(), Priority.INFO);
                    JournalPump err = pump.start(process.getErrorStream(), Priority.ERR)) {
                assertThat(process.waitFor()).isZero();
                assertThat(out.await(Duration.ofSeconds(60))).isTrue();
                assertThat(err.await(Duration.ofSeconds(60))).isTrue();
            }
            assertThat(writer.dropped()).isZero();
        }
        List<List<Field>> out = read("PRIORITY=6");
        assertThat(out).hasSize(4);
        assertThat(out.get(0))
                .containsExactlyInAnyOrder(
                        Field.text("PRIORITY", "6"),
                        Field.text("TEST_RUN", run),
                        Field.text("SYSLOG_IDENTIFIER", "child"),
                        Field.text("CONTAINER_NAME", "child-1"),
                        Field.text("MESSAGE", "begins"));
        assertThat(out.get(1))
                .contains(
                        Field.text("MESSAGE", "x".repeat(Lines.ROOM)),
                        Field.text("CONTAINER_PARTIAL_MESSAGE", "true"),
                        Field.text("CONTAINER_PARTIAL_ORDINAL", "1"),
                        Field.text("CONTAINER_PARTIAL_LAST", "false"));
        assertThat(out.get(2))
                .contains(
                        Field.text("MESSAGE", "x".repeat(20_000 - Lines.ROOM)),
                        Field.text("CONTAINER_PARTIAL_ORDINAL", "2"),
                        Field.text("CONTAINER_PARTIAL_LAST", "true"));
        assertThat(out.get(3)).contains(Field.text("MESSAGE", "ends"));
        assertThat(read("PRIORITY=3"))
                .singleElement()
                .asInstanceOf(InstanceOfAssertFactories.list(Field.class))
                .contains(Field.of("MESSAGE", (byte) 'b', (byte) 0, (byte) 'd', (byte) 0xFF));
    }

    private List<List<Field>> read(String match) throws Exception {
        assertThat(command("journalctl", "--sync")).isEmpty();
        return command("journalctl", "--all", "--no-pager", "-q", "-o", "json", "TEST_RUN=" + run, match)
                .lines()
                .map(JournalJson::fields)
                .toList();
    }

    /** Output and errors of a command, without the last newline. */
    private static String command(String... words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }
}
