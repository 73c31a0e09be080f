package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.journal.FakeStream.Line;
import io.github.systemd4j.journal.NativeProtocol.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What journald itself makes of a stream, as journalctl reads it back. Run by box/test. */
@Timeout(240)
class JournalStreamBoxIT {

    private final String identifier = "stream-" + UUID.randomUUID();

    @BeforeAll
    static void inABox() {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "nobody"})
    void everyLineWithItsPriority(String user) throws Exception {
        Path said = program("exec ", "-p", "User=" + user, "-E", "LC_ALL=C", "-E", "LANG=C");

        assertThat(said.resolve("dropped")).hasContent("dropped 0");
        assertProgram(lines());
    }

    private static void assertProgram(List<Line> found) {
        assertThat(found.subList(0, 4))
                .containsExactly(
                        Line.of(3, "läuft 日本語 😀"), Line.of(7, "<0>one"), Line.of(7, "\ttwo"), Line.of(7, "three"));
        int end = found.size() - 2;
        assertThat(found.subList(4, end))
                .allSatisfy(
                        line -> assertThat(line.priority() + line.lineBreak()).isEqualTo("6"));
        assertThat(found.subList(4, end).stream().map(Line::text).collect(Collectors.joining()))
                .isEqualTo(StreamProgram.LONG);
        assertThat(found.subList(end, end + 2)).containsExactly(Line.of(5, "printed"), Line.of(4, "to the end"));
    }

    @Test
    void aNamespaceFromWithinAndFromOutside() throws Exception {
        String namespace = "stream-test";
        Path said = program("exec ", "-p", "LogNamespace=" + namespace);
        assertThat(said.resolve("dropped")).hasContent("dropped 0");
        assertProgram(lines(identifier, "--namespace=" + namespace));
        assertThat(lines()).isEmpty();

        // keeps its journald running
        assertThat(command(
                        "systemd-run", "-q", "--unit=holds-stream", "-p", "LogNamespace=" + namespace, "sleep", "1000"))
                .isEmpty();
        try (JournalStream stream =
                JournalStream.builder(identifier + "-out").namespace(namespace).build()) {
            stream.write(Priority.ERR, "from outside").orThrow();
        }
        assertThat(lines(identifier + "-out", "--namespace=" + namespace)).containsExactly(Line.of(3, "from outside"));
        assertThat(command("systemctl", "stop", "holds-stream")).isEmpty();
    }

    /** A shell in between redirects, and the variable says still what it said. */
    @ParameterizedTest
    @CsvSource({
        "journal, journal, 'exec ', 'output true, error true'",
        "null, journal, 'exec ', 'output false, error true'",
        "journal, null, 'exec ', 'output true, error false'",
        "null, null, 'exec ', 'output false, error false'",
        "journal, journal, 'exec 2>/dev/null; exec ', 'output true, error false'",
        "journal, journal, 'exec >/dev/null; exec ', 'output false, error true'"
    })
    void whetherAStandardStreamIsTheJournal(String output, String error, String start, String expected)
            throws Exception {
        assertThat(program(start, "-p", "StandardOutput=" + output, "-p", "StandardError=" + error)
                        .resolve("streams"))
                .hasContent(expected);
    }

    @Test
    void aRestartOfJournaldLosesNothing() throws Exception {
        List<Line> written = new ArrayList<>();
        try (JournalStream stream = JournalStream.builder(identifier)
                .timeout(Duration.ofSeconds(30))
                .build()) {
            for (int i = 0; i < 2000; i++) {
                if (i == 1000) {
                    assertThat(command("systemctl", "restart", "systemd-journald"))
                            .isEmpty();
                }
                stream.write(Priority.INFO, "line " + i).orThrow();
                written.add(Line.of(6, "line " + i));
            }
        }
        assertThat(lines()).isEqualTo(written);
    }

    /** The socket is gone for a while, and with it the stream, which a restart would have kept. */
    @Test
    void aSocketThatIsMadeAnewIsFoundAgain() throws Exception {
        try (JournalStream stream = JournalStream.open(identifier)) {
            stream.write(Priority.INFO, "before").orThrow();
            assertThat(lines()).hasSize(1);
            try {
                assertThat(journald("stop")).isEmpty();
                assertThat(stream.write(Priority.INFO, "meanwhile").isSent()).isFalse();
            } finally {
                assertThat(journald("start")).isEmpty();
            }
            stream.write(Priority.INFO, "after").orThrow();

            assertThat(lines()).containsExactly(Line.of(6, "before"), Line.of(6, "after"));
            assertThat(stream.dropped()).isEqualTo(1);
        }
    }

    private static String journald(String verb) throws Exception {
        return command(
                "systemctl",
                verb,
                "systemd-journald.socket",
                "systemd-journald-dev-log.socket",
                "systemd-journald-audit.socket",
                "systemd-journald.service");
    }

    @Test
    void aFrozenJournaldHoldsNobodyUpAndGetsNoTornLine() throws Exception {
        String pid = command("systemctl", "show", "-P", "MainPID", "systemd-journald");
        List<Line> sent = new ArrayList<>();
        long worst = 0;
        try (JournalStream stream = JournalStream.builder(identifier)
                .timeout(Duration.ofMillis(100))
                .build()) {
            stream.write(Priority.INFO, "first").orThrow();
            sent.add(Line.of(6, "first"));
            assertThat(lines()).hasSize(1);
            assertThat(command("kill", "-STOP", pid)).isEmpty();
            try {
                while (stream.dropped() < 2000) {
                    String text = sent.size() + "x".repeat(30_000 + sent.size());
                    long start = System.nanoTime();
                    if (stream.write(Priority.INFO, text).isSent()) {
                        sent.add(Line.of(6, text));
                    }
                    worst = Math.max(worst, System.nanoTime() - start);
                }
            } finally {
                assertThat(command("kill", "-CONT", pid)).isEmpty();
            }
            assertThat(Duration.ofNanos(worst)).isBetween(Duration.ofMillis(100), Duration.ofSeconds(10));
            assertThat(sent).hasSizeGreaterThan(2);
        }
        assertThat(lines().equals(sent)).isTrue();
    }

    private List<Line> lines() throws Exception {
        return lines(identifier, "--quiet");
    }

    /** What the journal has of an identifier, in its order. */
    private static List<Line> lines(String identifier, String option) throws Exception {
        assertThat(command("journalctl", option, "--sync")).isEmpty();
        return command(
                        "journalctl",
                        option,
                        "-q",
                        "--all",
                        "--no-pager",
                        "-o",
                        "json",
                        "SYSLOG_IDENTIFIER=" + identifier)
                .lines()
                .map(JournalStreamBoxIT::line)
                .toList();
    }

    private static Line line(String json) {
        Map<String, String> fields =
                JournalJson.fields(json).stream().collect(Collectors.toMap(Field::name, JournalStreamBoxIT::text));
        assertThat(json).contains("\"_TRANSPORT\":\"stdout\"");
        return new Line(
                Integer.parseInt(fields.getOrDefault("PRIORITY", "-1")),
                fields.getOrDefault("MESSAGE", "no message"),
                json.contains("\"_LINE_BREAK\"") ? "cut by journald" : "");
    }

    private static String text(Field field) {
        byte[] bytes = new byte[field.value().size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = field.value().get(i);
        }
        return new String(bytes, UTF_8);
    }

    /** Runs {@link StreamProgram} by a shell in a unit with these properties; the directory in which it writes files. */
    private Path program(String start, String... properties) throws Exception {
        Path home = Files.createTempDirectory(
                "stream", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxrwxrwx")));
        List<String> path = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(":", -1)) {
            String name = Path.of(entry).getFileName().toString();
            if (name.matches("systemd4j-.*\\.jar|test-classes")) { // where they are, nobody may not look
                assertThat(command("cp", "-r", entry, home + "/" + path.size())).isEmpty();
                path.add(home + "/" + path.size());
            }
        }
        assertThat(command("chmod", "-R", "a+rwX", home.toString())).isEmpty();
        String java = System.getProperty("java.home") + "/bin/java -cp " + String.join(":", path) + " "
                + StreamProgram.class.getName() + " " + home + " " + identifier;
        List<String> words = new ArrayList<>(List.of("systemd-run", "--quiet", "--wait"));
        words.addAll(List.of(properties));
        words.addAll(List.of("/bin/sh", "-c", start + java));
        assertThat(command(words.toArray(String[]::new))).isEmpty();
        return home;
    }

    /** Output and errors of a command, without the last newline. */
    private static String command(String... words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }
}
