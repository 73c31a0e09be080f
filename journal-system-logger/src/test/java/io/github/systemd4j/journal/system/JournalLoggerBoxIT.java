package io.github.systemd4j.journal.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.journal.programs.SystemLoggerProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What journald has of a unit that logs through System.Logger. Run by box/test. */
@Timeout(120)
class JournalLoggerBoxIT {

    private static final String PREFIX = "-Dio.github.systemd4j.journal.system.";

    @Test
    void journaldHasTheFields() throws Exception {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();

        assertThat(run(unit("shop", PREFIX + "location=true"))).isEqualTo("null");

        assertThat(fields("shop", "PRIORITY=4", "PRIORITY", "LOGGER", "THREAD_NAME", "ERRNO", "SYSLOG_IDENTIFIER"))
                .containsExactlyInAnyOrder("4", "org.example.Shop", "main", "111", "shop");
        assertThat(fields("shop", "PRIORITY=4", "CODE_FILE", "CODE_FUNC"))
                .containsExactlyInAnyOrder("SystemLoggerProgram.java", SystemLoggerProgram.class.getName() + ".main");
        assertThat(fields("shop", "PRIORITY=4", "TID"))
                .singleElement()
                .asString()
                .matches("[1-9][0-9]*");
        assertThat(fields("shop", "PRIORITY=4", "MESSAGE"))
                .startsWith("läuft nicht", "java.io.UncheckedIOException: no database")
                .anyMatch(line -> line.startsWith("Caused by: io.github.systemd4j.linux.SystemCallException: "));
        assertThat(fields("shop", "PRIORITY=6", "MESSAGE")).contains("order 4,711 of Söhne", "a brace {x}");
        assertThat(fields("shop", "PRIORITY=7", "MESSAGE")).isEmpty();
    }

    @Test
    void theDropInOfTheGuide() throws Exception {
        String guide = Files.readString(Path.of("../docs/guides/journal-front-ends.md"));
        String rest = guide.substring(guide.indexOf("shop.service.d/log.conf`:"));
        String block = rest.split("```ini\n", -1)[1];
        Path dropIn = Files.createDirectories(Path.of("/etc/systemd/system/quiet.service.d"));
        Files.writeString(dropIn.resolve("log.conf"), block.substring(0, block.indexOf("```")));
        assertThat(run(List.of("systemctl", "daemon-reload"))).isEmpty();

        assertThat(run(unit("quiet"))).endsWith("null");
        assertThat(run(unit("loud"))).isEqualTo("null");

        assertThat(fields("quiet", "PRIORITY=3", "MESSAGE")).containsExactly("key {0}", "Wert value");
        assertThat(fields("loud", "PRIORITY=3", "MESSAGE")).containsExactly("key {0}", "Wert value", "not to be heard");
    }

    @Test
    void aUnitThatIsDebuggedTellsMore() throws Exception {
        List<String> command = unit("debugged");
        command.add(1, "--setenv=DEBUG_INVOCATION=1");

        assertThat(run(command)).isEqualTo("null");

        assertThat(fields("debugged", "PRIORITY=7", "MESSAGE")).contains("details");
    }

    private static List<String> unit(String name, String... options) {
        List<String> command = new ArrayList<>(List.of(
                "systemd-run",
                "--quiet",
                "--wait",
                "--pipe",
                "--unit=" + name,
                System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of(options));
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of(
                "-Duser.language=en",
                "-Duser.country=US",
                "-cp",
                String.join(
                        ":",
                        Arrays.stream(System.getProperty("java.class.path").split(":", -1))
                                .filter(entry -> Path.of(entry)
                                        .getFileName()
                                        .toString()
                                        .matches("(systemd4j|jna)-.*\\.jar|test-classes"))
                                .toList()),
                SystemLoggerProgram.class.getName()));
        return command;
    }

    private static List<String> fields(String unit, String match, String... fields) throws Exception {
        assertThat(run(List.of("journalctl", "--sync"))).isEmpty();
        return run(List.of(
                        "journalctl",
                        "-q",
                        "--all",
                        "--no-pager",
                        "-o",
                        "cat",
                        "--output-fields=" + String.join(",", fields),
                        "_SYSTEMD_UNIT=" + unit + ".service",
                        match))
                .lines()
                .toList();
    }

    private static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }
}
