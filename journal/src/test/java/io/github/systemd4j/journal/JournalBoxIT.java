package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.journal.NativeProtocol.Field;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What journald itself makes of what we send, as journalctl reads it back. Run by box/test. */
@Timeout(240)
class JournalBoxIT {

    private static final FieldName NUMBER = FieldName.of("NUMBER");
    private static final FieldName TEST_RUN = FieldName.of("TEST_RUN");

    private final String run = UUID.randomUUID().toString();

    @BeforeAll
    static void inABox() {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
    }

    @Test
    void everyFieldByteForByteAsRoot() throws Exception {
        assertThat(program("-p", "User=root", "-E", "LC_ALL=C", "-E", "LANG=C")).startsWith("dropped 0 by ");

        assertEveryCase(read());
    }

    @Test
    void everyFieldByteForByteAsNobody() throws Exception {
        assertThat(program("-p", "User=nobody", "-E", "LC_ALL=C", "-E", "LANG=C"))
                .startsWith("dropped 0 by ");

        assertEveryCase(read());
    }

    @Test
    void aNamespaceFromWithinAndFromOutside() throws Exception {
        String namespace = "journal-test";
        assertThat(program("-p", "LogNamespace=" + namespace)).startsWith("dropped 0 by ");
        assertEveryCase(read("--namespace=" + namespace));
        assertThat(read()).isEmpty();

        // keeps its journald running
        assertThat(command("systemd-run", "-q", "--unit=holds", "-p", "LogNamespace=" + namespace, "sleep", "1000"))
                .isEmpty();
        try (JournalWriter writer = JournalWriter.builder().namespace(namespace).build()) {
            BoxProgram.write(writer, run, "outside", List.of(Field.text("MESSAGE", "from outside")));
        }
        assertThat(read("--namespace=" + namespace).get("outside")).contains(Field.text("MESSAGE", "from outside"));
        assertThat(command("systemctl", "stop", "holds")).isEmpty();
    }

    private void assertEveryCase(Map<String, List<Field>> found) {
        Map<String, List<Field>> expected = BoxProgram.cases();
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, fields) -> {
            List<Field> all = new ArrayList<>(fields);
            all.add(Field.text("TEST_RUN", run));
            all.add(Field.text("TEST_CASE", name));
            if (name.equals("many")) {
                all.add(Field.text("RECORD_TRUNCATED", "1"));
            }
            // Not assertThat on the lists: its message would have megabytes.
            assertThat(found.getOrDefault(name, List.of()).size()).as(name).isEqualTo(all.size());
            assertThat(new HashSet<>(found.getOrDefault(name, List.of())).equals(new HashSet<>(all)))
                    .as(name)
                    .isTrue();
        });
    }

    @Test
    void noValueForgesAnythingInTheRealJournal() throws Exception {
        Random random = new Random(2);
        String[] parts = {
            "\n", "\n\n", "\0", "=", "PRIORITY=0", "MESSAGE=forged", ".", "#", "\5\0\0\0\0\0\0\0", "ü", "x"
        };
        Map<String, String> sent = new HashMap<>();
        try (JournalWriter writer = JournalWriter.open()) {
            for (int i = 0; i < 500; i++) {
                StringBuilder value = new StringBuilder();
                for (int n = random.nextInt(12); n > 0; n--) {
                    value.append(parts[random.nextInt(parts.length)]);
                }
                sent.put("case-" + i, value.toString());
                BoxProgram.write(writer, run, "case-" + i, List.of(Field.text("VALUE", value.toString())));
            }
        }
        Map<String, List<Field>> found = read();

        assertThat(found.keySet()).isEqualTo(sent.keySet());
        sent.forEach((name, value) -> assertThat(found.get(name))
                .containsExactlyInAnyOrder(
                        Field.text("TEST_RUN", run), Field.text("TEST_CASE", name), Field.text("VALUE", value)));
        assertThat(command("journalctl", "-o", "json", "--no-pager", "-b", "MESSAGE=forged", "+", "PRIORITY=0"))
                .doesNotContain("forged");
    }

    @Test
    void aRestartOfJournaldLosesNothing() throws Exception {
        assertThat(writtenWhile("systemctl", "restart", "systemd-journald")).isEqualTo(2000);
    }

    /** All but the one that it has taken from the queue and not stored yet. */
    @Test
    void aKillOfJournaldLosesNothingThatIsInTheQueue() throws Exception {
        assertThat(writtenWhile("systemctl", "kill", "-s", "KILL", "systemd-journald"))
                .isBetween(1999, 2000);
    }

    /** Sends 2000 records, with a command in between; how many of them are in the journal. */
    private int writtenWhile(String... command) throws Exception {
        try (JournalWriter writer =
                JournalWriter.builder().timeout(Duration.ofSeconds(30)).build()) {
            JournalRecord record = JournalRecord.create();
            for (int i = 0; i < 2000; i++) {
                if (i == 1000) {
                    assertThat(command(command)).isEmpty();
                }
                writer.send(record.clear().field(TEST_RUN, run).field(NUMBER, i))
                        .orThrow();
            }
            assertThat(writer.dropped()).isZero();
        }
        return numbers().size();
    }

    @Test
    void aFrozenJournaldHoldsNobodyUpAndHearsHowManyWereDropped() throws Exception {
        String pid = command("systemctl", "show", "-P", "MainPID", "systemd-journald");
        int sent = 0;
        long worst = 0;
        try (JournalWriter writer =
                JournalWriter.builder().timeout(Duration.ofMillis(100)).build()) {
            JournalRecord record = JournalRecord.create();
            assertThat(command("kill", "-STOP", pid)).isEmpty();
            int written = 0;
            try {
                while (writer.dropped() < 2000) {
                    record.clear().field(TEST_RUN, run).field(NUMBER, written++);
                    long start = System.nanoTime();
                    sent += writer.send(record).isSent() ? 1 : 0;
                    worst = Math.max(worst, System.nanoTime() - start);
                }
            } finally {
                assertThat(command("kill", "-CONT", pid)).isEmpty();
            }
            assertThat(sent + writer.dropped()).isEqualTo(written);
            assertThat(Duration.ofNanos(worst)).isBetween(Duration.ofMillis(100), Duration.ofSeconds(10));
            assertThat(command("journalctl", "--sync")).isEmpty(); // there is room again
            writer.send(record.clear().field(TEST_RUN, run).field(NUMBER, written))
                    .orThrow();
            sent++;

            assertThat(numbers().size()).isEqualTo(sent);
            assertThat(command(
                            "journalctl", "-o", "json", "--no-pager", "MESSAGE_ID=" + JournalWriter.DROPPED_MESSAGE_ID))
                    .contains("\"N_DROPPED\":\"" + writer.dropped() + "\"");
        }
    }

    /** The numbers of this run that are in the journal, each once. */
    private Set<String> numbers() throws Exception {
        assertThat(command("journalctl", "--sync")).isEmpty();
        List<String> lines = command(
                        "journalctl", "-o", "cat", "--no-pager", "--output-fields=NUMBER", "TEST_RUN=" + run)
                .lines()
                .toList();
        Set<String> numbers = new HashSet<>(lines);
        assertThat(numbers).hasSameSizeAs(lines);
        return numbers;
    }

    /** The records of this run by their cases. */
    private Map<String, List<Field>> read(String... options) throws Exception {
        List<String> sync = new ArrayList<>(List.of("journalctl", "--sync"));
        sync.addAll(List.of(options));
        assertThat(command(sync.toArray(String[]::new))).isEmpty();
        List<String> words = new ArrayList<>(List.of("journalctl", "--all", "--no-pager", "-q", "-o", "json"));
        words.addAll(List.of(options));
        words.add("TEST_RUN=" + run);
        Map<String, List<Field>> records = new HashMap<>();
        command(words.toArray(String[]::new)).lines().forEach(line -> {
            List<Field> fields = JournalJson.fields(line);
            String name = fields.stream()
                    .filter(field -> field.name().equals("TEST_CASE"))
                    .map(field -> {
                        byte[] bytes = new byte[field.value().size()];
                        for (int i = 0; i < bytes.length; i++) {
                            bytes[i] = field.value().get(i);
                        }
                        return new String(bytes, UTF_8);
                    })
                    .findAny()
                    .orElse("no case");
            assertThat(records.put(name, fields)).as(name + ", twice").isNull();
        });
        return records;
    }

    /** Runs {@link BoxProgram} as a unit with these properties; its output. */
    private String program(String... properties) throws Exception {
        Path classes = Files.createTempDirectory(
                "classes", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        List<String> path = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(":", -1)) {
            String name = Path.of(entry).getFileName().toString();
            if (name.matches("(systemd4j|jna)-.*\\.jar|test-classes")) { // where they are, nobody may not look
                assertThat(command("cp", "-r", entry, classes + "/" + path.size()))
                        .isEmpty();
                path.add(classes + "/" + path.size());
            }
        }
        assertThat(command("chmod", "-R", "a+rX", classes.toString())).isEmpty();
        List<String> words = new ArrayList<>(List.of("systemd-run", "--quiet", "--wait", "--pipe"));
        words.addAll(List.of(properties));
        words.addAll(List.of(System.getProperty("java.home") + "/bin/java", "-cp", String.join(":", path)));
        words.addAll(List.of(BoxProgram.class.getName(), run));
        ProcessBuilder builder = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT);
        return output(builder.start());
    }

    /** Output and errors of a command, without the last newline. */
    private static String command(String... words) throws Exception {
        return output(new ProcessBuilder(words).redirectErrorStream(true).start());
    }

    private static String output(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }
}
