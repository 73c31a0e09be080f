package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.systemd4j.journal.NativeProtocol.Field;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the lines of streams and of real processes, on every back-end. */
@Timeout(120)
class JournalPumpIT {

    private static final FieldName IDENTIFIER = FieldName.of("SYSLOG_IDENTIFIER");
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private FakeJournal journal;
    private JournalWriter writer;

    @BeforeEach
    void open() {
        Path path = directory.resolve("socket");
        journal = FakeJournal.at(path);
        writer = JournalWriter.builder().socket(path.toString()).timeout(LONG).build();
    }

    @AfterEach
    void close() throws IOException {
        writer.close();
        journal.close();
    }

    private JournalPump.Builder pump() {
        return JournalPump.builder(writer).field(IDENTIFIER, "child");
    }

    private static List<Field> line(int priority, String message) {
        return List.of(
                Field.text("PRIORITY", Integer.toString(priority)),
                Field.text("SYSLOG_IDENTIFIER", "child"),
                Field.text("MESSAGE", message));
    }

    @Test
    void theLinesOfAProcess() throws Exception {
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "echo one; printf 'two\\r\\n\\n<3>three\\0\\n'; printf 'Gr\\303\\274\\303\\237e'; printf 'bad\\377' >&2")
                .start();
        try (JournalPump out = pump().start(process.getInputStream(), Priority.INFO)) {
            assertThat(out.await(LONG)).isTrue();
            assertThat(out.failure()).isEmpty();
        }
        assertThat(journal.fields()).isEqualTo(line(6, "one"));
        assertThat(journal.fields()).isEqualTo(line(6, "two"));
        assertThat(journal.fields()).isEqualTo(line(6, ""));
        assertThat(journal.fields()).isEqualTo(line(6, "<3>three\0"));
        assertThat(journal.fields()).isEqualTo(line(6, "Grüße"));

        try (JournalPump err = pump().start(process.getErrorStream(), Priority.ERR)) {
            assertThat(err.await(LONG)).isTrue();
        }
        assertThat(journal.fields())
                .containsExactly(
                        Field.text("PRIORITY", "3"),
                        Field.text("SYSLOG_IDENTIFIER", "child"),
                        Field.of("MESSAGE", (byte) 'b', (byte) 'a', (byte) 'd', (byte) 0xFF));
        assertThat(journal.drain()).isZero();
    }

    private void pumped(JournalPump.Builder pump, String text) throws Exception {
        try (JournalPump lines = pump.start(new ByteArrayInputStream(text.getBytes(UTF_8)), Priority.INFO)) {
            assertThat(lines.await(LONG)).isTrue();
            assertThat(lines.failure()).isEmpty();
        }
    }

    @Test
    void aLongLineHasTheFieldsThatDockerGivesIt() throws Exception {
        pumped(pump().levelPrefixes(true), "<4>" + "x".repeat(40_000) + "\nafter\n");

        List<Field> first = journal.fields();
        Field id = first.get(2);
        assertThat(id.name()).isEqualTo("CONTAINER_PARTIAL_ID");
        assertThat(id.value()).hasSizeGreaterThanOrEqualTo(32);
        assertThat(first).isEqualTo(part(id, 1, "false", "x".repeat(Lines.ROOM - 3)));
        assertThat(journal.fields()).isEqualTo(part(id, 2, "false", "x".repeat(Lines.ROOM)));
        assertThat(journal.fields()).isEqualTo(part(id, 3, "true", "x".repeat(40_003 - 2 * Lines.ROOM)));
        assertThat(journal.fields()).isEqualTo(line(6, "after"));

        pumped(pump(), "y".repeat(20_000) + "\n" + "z".repeat(Lines.ROOM));
        Field other = journal.fields().get(2);
        assertThat(other).isNotEqualTo(id);
        assertThat(journal.fields()).contains(other, Field.text("CONTAINER_PARTIAL_LAST", "true"));
        assertThat(journal.fields()).contains(Field.text("CONTAINER_PARTIAL_LAST", "false"));
        // The stream ends in a long line: it has a last part all the same.
        assertThat(journal.fields()).contains(Field.text("CONTAINER_PARTIAL_LAST", "true"), Field.text("MESSAGE", ""));
        assertThat(journal.drain()).isZero();
    }

    private static List<Field> part(Field id, int ordinal, String last, String message) {
        List<Field> fields = new ArrayList<>(line(4, message));
        fields.addAll(
                2,
                List.of(
                        id,
                        Field.text("CONTAINER_PARTIAL_ORDINAL", Integer.toString(ordinal)),
                        Field.text("CONTAINER_PARTIAL_LAST", last)));
        if (last.equals("false")) {
            fields.add(5, Field.text("CONTAINER_PARTIAL_MESSAGE", "true"));
        }
        return fields;
    }

    @Test
    void aLineMayBeginWithItsPriority() throws Exception {
        pumped(pump().levelPrefixes(true), "<0>worst\n<7>\n<8>eight\n<3\nplain\n<30>many\n");

        assertThat(journal.fields()).isEqualTo(line(0, "worst"));
        assertThat(journal.fields()).isEqualTo(line(7, ""));
        assertThat(journal.fields()).isEqualTo(line(6, "<8>eight"));
        assertThat(journal.fields()).isEqualTo(line(6, "<3"));
        assertThat(journal.fields()).isEqualTo(line(6, "plain"));
        assertThat(journal.fields()).isEqualTo(line(6, "<30>many"));
    }

    @Test
    void aStreamThatFailsSaysSo() throws Exception {
        for (Exception cause : List.of(new IOException("gone"), new IllegalStateException("gone"))) {
            InputStream broken = new InputStream() {
                @Override
                public int read() throws IOException {
                    if (cause instanceof IOException known) {
                        throw known;
                    }
                    throw (RuntimeException) cause;
                }
            };
            InputStream stream = new SequenceInputStream(new ByteArrayInputStream("one\ntw".getBytes(UTF_8)), broken);
            try (JournalPump lines = pump().start(stream, Priority.INFO)) {
                assertThat(lines.await(LONG)).isTrue();
                assertThat(lines.failure().orElseThrow()).hasMessageContaining("gone");
            }
            assertThat(journal.fields()).isEqualTo(line(6, "one"));
            assertThat(journal.fields()).isEqualTo(line(6, "tw"));
            assertThat(journal.fields())
                    .isEqualTo(line(
                            4,
                            "lines may be missing here, their stream could not be read: "
                                    + (cause instanceof IOException ? cause : new IOException("read: " + cause))));
        }
    }

    @Test
    void whatHasNoEndYetIsSentWhenThePumpIsClosedAndNobodyIsLeftWaiting() throws Exception {
        Path asked = directory.resolve("asked");
        String script = "printf 'name? '; : > " + asked + "; read name; echo no one reads this";
        Process process = new ProcessBuilder("sh", "-c", script).start();
        try {
            while (Files.notExists(asked)) {
                Thread.onSpinWait(); // the pump waits a second for what is there, not for the shell's start
            }
            JournalPump out = pump().start(process.getInputStream(), Priority.INFO);
            assertThat(out.await(Duration.ZERO)).isFalse();

            long start = System.nanoTime();
            out.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(JournalPump.CLOSE_TIMEOUT, JournalPump.CLOSE_TIMEOUT.plusSeconds(20));
            out.close();

            assertThat(journal.fields()).isEqualTo(line(6, "name? "));
            assertThat(out.failure()).isEmpty();
            process.outputWriter().close(); // read ends, echo finds nobody, and the process comes to its end
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void anInterruptedThreadClosesWithoutWaiting() throws Exception {
        try (PipedInputStream stream = new PipedInputStream();
                PipedOutputStream open = new PipedOutputStream(stream)) {
            open.write('x');
            open.flush();
            JournalPump lines = pump().start(stream, Priority.INFO);
            Thread.currentThread().interrupt();

            lines.close();

            assertThat(Thread.interrupted()).isTrue();
            assertThat(lines.failure()).isEmpty();
        }
    }

    /** More than the pipe and both queues have room for: who writes it has been read, or would never end. */
    @Test
    void aJournalThatHangsDoesNotHoldTheProcessUp() throws Exception {
        int count = 20_000;
        try (JournalWriter hasty = JournalWriter.builder()
                .socket(directory.resolve("socket").toString())
                .timeout(Duration.ofMillis(20))
                .build()) {
            Process process = new ProcessBuilder("seq", "-f", "line %.0f", Integer.toString(count)).start();
            JournalPump out = JournalPump.builder(hasty).start(process.getInputStream(), Priority.INFO);

            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(out.await(LONG)).isTrue();

            int queued = journal.drain();
            assertThat(queued).isPositive();
            assertThat(queued + hasty.dropped()).isEqualTo(count);
        }
    }

    @Test
    void theFallbackHasTheLines() throws Exception {
        JournalWriter absent = JournalWriter.builder()
                .socket(directory.resolve("none").toString())
                .fallback(Fallback.STDERR)
                .build();
        try (JournalPump lines = JournalPump.builder(absent)
                .start(new ByteArrayInputStream("to the standard error\n".getBytes(UTF_8)), Priority.INFO)) {
            assertThat(lines.await(LONG)).isTrue();
        }
        assertThat(absent.diverted()).isEqualTo(1);
        absent.close();
    }

    @Test
    void theThreadsAreDaemonsWithAName() throws Exception {
        PipedInputStream stream = new PipedInputStream();
        PipedOutputStream open = new PipedOutputStream(stream);
        JournalPump lines = pump().start(stream, Priority.INFO);
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().equals("systemd4j-journal-pump"))
                .isNotEmpty()
                .allMatch(Thread::isDaemon);

        open.close();
        assertThat(lines.await(LONG)).isTrue();
        lines.close();
    }

    @Test
    void theCallersMistakes() {
        for (String name : List.of("MESSAGE", "PRIORITY", "CONTAINER_PARTIAL_ID")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pump().field(FieldName.of(name), "x"))
                    .withMessageStartingWith("name: ");
        }
    }
}
