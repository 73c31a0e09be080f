package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.systemd4j.journal.FakeStream.Line;
import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What arrives; and what becomes of lines when the stream is full, gone, or replaced. */
@Timeout(120)
class JournalStreamIT {

    private static final String HEADER = "orders\n\n6\n1\n0\n0\n0\n";

    private static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir
    private Path directory;

    private Path path;

    @BeforeEach
    void name() {
        path = directory.resolve("stdout");
    }

    private JournalStream.Builder builder() {
        return JournalStream.builder("orders").socket(path.toString());
    }

    @Test
    void eachLineIsARecordAndNoneCanPretendToBeAnother() throws Exception {
        try (FakeStream journal = FakeStream.at(path)) {
            try (JournalStream stream = builder().build()) {
                stream.write(Priority.WARNING, "läuft 日本語 😀 ").orThrow();
                stream.write(Priority.ERR, "\n\n<0>one\n\n\ttwo\r\0three\n\n").orThrow();
                stream.write(Priority.ERR, "\n").orThrow();
                stream.write(Priority.DEBUG, "a\ud800b").orThrow();
                assertThat(stream.dropped()).isZero();
                assertThat(stream.lastFailure()).isEmpty();
            }
            assertArrived(
                    journal,
                    Line.of(4, "läuft 日本語 😀 "),
                    Line.of(3, "<0>one"),
                    Line.of(3, "\ttwo\r"),
                    Line.of(3, "three"),
                    Line.of(7, "a?b"));
        }
    }

    /** Of a stream that was closed. */
    private static void assertArrived(FakeStream journal, Line... lines) throws IOException {
        try (FakeStream.Stream sender = journal.accept()) {
            assertThat(sender.header()).isEqualTo(HEADER);
            assertThat(sender.rest()).containsExactly(lines);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "ü", "日", "😀", "x😀"})
    void aLongLineIsCutBetweenCharactersBeforeJournaldDoes(String character) throws Exception {
        String text = character.repeat(150_000 / character.getBytes(UTF_8).length);
        try (FakeStream journal = FakeStream.at(path)) {
            Future<JournalResult> writing = CompletableFuture.supplyAsync(() -> {
                try (JournalStream stream = builder().timeout(MINUTE).build()) {
                    return stream.write(Priority.NOTICE, text);
                }
            });

            try (FakeStream.Stream sender = journal.accept()) {
                assertThat(sender.header()).isEqualTo(HEADER);
                List<Line> lines = sender.rest();
                assertThat(writing.get().isSent()).isTrue();
                assertThat(lines.stream()
                                .map(Line::text)
                                .collect(Collectors.joining())
                                .equals(text))
                        .isTrue();
                assertThat(lines)
                        .hasSize(4)
                        .allSatisfy(line ->
                                assertThat(line.priority() + line.lineBreak()).isEqualTo("5"));
                assertThat(lines.get(0).text().getBytes(UTF_8).length)
                        .isBetween(JournalStream.MAX_LINE - 4 - 3, JournalStream.MAX_LINE - 4);
            }
        }
    }

    @Test
    void moreThanTheSocketHoldsWaitsForTheReader() throws Exception {
        String text = IntStream.range(0, 100_000).mapToObj(i -> "line " + i).collect(Collectors.joining("\n"));
        try (FakeStream journal = FakeStream.at(path);
                JournalStream stream = builder().timeout(MINUTE).build()) {
            Future<JournalResult> writing = CompletableFuture.supplyAsync(() -> stream.write(Priority.INFO, text));

            try (FakeStream.Stream sender = journal.accept()) {
                sender.header();
                for (int i = 0; i < 100_000; i++) {
                    assertThat(sender.next()).isEqualTo(Line.of(6, "line " + i));
                }
            }
            assertThat(writing.get().isSent()).isTrue();
        }
    }

    /** Long lines, of which the kernel takes a part: what it took is completed before anything else is written. */
    @Test
    void aFullSocketIsWaitedForOnceAndNoLineIsTorn() throws Exception {
        Duration bound = Duration.ofMillis(200);
        List<Line> written = new ArrayList<>();
        try (FakeStream journal = FakeStream.at(path)) {
            JournalStream stream = builder().timeout(bound).build();
            stream.write(Priority.INFO, "first").orThrow();
            written.add(Line.of(6, "first"));
            try (FakeStream.Stream sender = journal.accept()) {
                sender.header();
                List<Line> found = new ArrayList<>();
                for (int round = 0; round < 5; round++) {
                    fill(stream, written, "x".repeat(40_000 + 100 * round), bound);
                    found.addAll(sender.now());
                }
                stream.close();
                found.addAll(sender.rest());
                assertThat(found.equals(written)).isTrue();
            }
        }
    }

    /** And a close waits for the rest of one. */
    @Test
    void aTornLineIsCompletedBeforeTheStreamCloses() throws Exception {
        List<Line> written = new ArrayList<>();
        try (FakeStream journal = FakeStream.at(path)) {
            JournalStream stream = builder().timeout(Duration.ofSeconds(2)).build();
            fill(stream, written, "x".repeat(45_000), Duration.ofSeconds(2));
            try (FakeStream.Stream sender = journal.accept()) {
                CompletableFuture<Void> closing = CompletableFuture.runAsync(stream::close);
                assertThatThrownBy(() -> closing.get(100, TimeUnit.MILLISECONDS))
                        .isInstanceOf(TimeoutException.class);

                sender.header();
                assertThat(sender.rest().equals(written)).isTrue();
            }
        }
    }

    /** Until 100 were dropped, of which the first alone waited. */
    private static void fill(JournalStream stream, List<Line> written, String text, Duration bound) {
        long before = stream.dropped();
        long start = System.nanoTime();
        int count = 0;
        while (stream.dropped() < before + 100) {
            JournalResult result = stream.write(Priority.INFO, written.size() + text);
            count++;
            if (result.isSent()) {
                written.add(Line.of(6, written.size() + text));
            } else {
                assertFailed(result, "write", Errno.EAGAIN);
            }
        }
        // Had each one waited, it would be 20 s.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(bound, bound.plusSeconds(19));
        assertThat(count).isGreaterThan(100);
    }

    private static void assertFailed(JournalResult result, String call, int errno) {
        assertThat(result).isInstanceOf(JournalResult.Failed.class);
        SystemCallException cause = (SystemCallException) ((JournalResult.Failed) result).cause();
        assertThat(cause.call()).isEqualTo(call);
        assertThat(cause.errno()).isEqualTo(errno);
    }

    @Test
    void noJournaldIsAnAnswerUntilThereIsOneAndAStreamThatBreaksIsConnectedAgain() throws Exception {
        try (JournalStream stream = builder().build()) {
            assertThat(stream.write(Priority.INFO, "0")).isInstanceOf(JournalResult.NotUnderJournald.class);
            for (String text : List.of("1", "2", "3")) {
                try (FakeStream journal = FakeStream.at(path)) {
                    stream.write(Priority.INFO, text).orThrow(); // by a new connection, as the old one is closed
                    stream.write(Priority.INFO, "again").orThrow();

                    try (FakeStream.Stream sender = journal.accept()) {
                        assertThat(sender.header()).isEqualTo(HEADER);
                        assertThat(sender.next()).isEqualTo(Line.of(6, text));
                        assertThat(sender.next()).isEqualTo(Line.of(6, "again"));
                    }
                }
            }
            assertThat(stream.write(Priority.INFO, "4")).isInstanceOf(JournalResult.NotUnderJournald.class);
            assertThat(stream.dropped()).isEqualTo(2);
            assertThat(stream.lastFailure()).isEmpty();
        }
    }

    /** Of which the old reader has what came of it. */
    @Test
    void theRestOfATornLineIsNotWrittenToAnotherStream() throws Exception {
        try (JournalStream stream = builder().timeout(Duration.ofMillis(10)).build()) {
            try (FakeStream journal = FakeStream.at(path)) {
                while (stream.dropped() == 0) {
                    stream.write(Priority.INFO, "y".repeat(45_000));
                }
                try (FakeStream.Stream sender = journal.accept()) {
                    sender.header();
                }
            }
            try (FakeStream journal = FakeStream.at(path)) {
                stream.write(Priority.INFO, "after").orThrow();

                try (FakeStream.Stream sender = journal.accept()) {
                    assertThat(sender.header()).isEqualTo(HEADER);
                    assertThat(sender.next()).isEqualTo(Line.of(6, "after"));
                }
            }
        }
    }

    @Test
    void failuresSayCallAndTarget() throws Exception {
        Files.createFile(path);
        try (JournalStream stream = builder().build()) {
            JournalResult result = stream.write(Priority.INFO, "1");

            assertThat(result).isInstanceOf(JournalResult.Failed.class);
            assertThat(stream.lastFailure().orElseThrow())
                    .hasMessageStartingWith("connect(" + path + "): ")
                    .hasCauseInstanceOf(IOException.class);
            assertThat(stream.dropped()).isEqualTo(1);
        }
    }

    @Test
    void anInterruptLosesNothingAndIsStillThere() throws Exception {
        try (FakeStream journal = FakeStream.at(path);
                JournalStream stream = builder().timeout(MINUTE).build()) {
            CompletableFuture<Thread> writer = new CompletableFuture<>();
            Future<Boolean> writing = CompletableFuture.supplyAsync(() -> {
                Thread.currentThread().interrupt();
                writer.complete(Thread.currentThread());
                boolean sent = true;
                for (int i = 0; i < 100; i++) { // more than there is room for
                    sent &= stream.write(Priority.INFO, i + "z".repeat(30_000)).isSent();
                }
                return sent && Thread.interrupted();
            });

            writer.get().interrupt();
            try (FakeStream.Stream sender = journal.accept()) {
                sender.header();
                for (int i = 0; i < 100; i++) {
                    writer.get().interrupt();
                    assertThat(sender.next()).isEqualTo(Line.of(6, i + "z".repeat(30_000)));
                }
            }
            assertThat(writing.get()).isTrue();
        }
    }

    @Test
    void theLinesOfATextStayTogether() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (FakeStream journal = FakeStream.at(path);
                JournalStream stream = builder().timeout(MINUTE).build()) {
            for (int t = 0; t < 4; t++) {
                String text = (t + "\n").repeat(50);
                threads.execute(() -> {
                    for (int i = 0; i < 200; i++) {
                        stream.write(Priority.INFO, text);
                    }
                });
            }
            try (FakeStream.Stream sender = journal.accept()) {
                sender.header();
                for (int text = 0; text < 800; text++) {
                    Line first = sender.next();
                    for (int line = 1; line < 50; line++) {
                        assertThat(sender.next()).isEqualTo(first);
                    }
                }
            }
            assertThat(stream.dropped()).isZero();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void threadsThatFindItFullWaitNotForEachOther() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        AtomicInteger sent = new AtomicInteger();
        try (FakeStream journal = FakeStream.at(path)) {
            JournalStream stream = builder().timeout(Duration.ofMillis(100)).build();
            long start = System.nanoTime();
            List<Future<?>> writers = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                String text = t + "z".repeat(10_000);
                writers.add(threads.submit(() -> {
                    for (int i = 0; i < 500; i++) {
                        sent.addAndGet(stream.write(Priority.INFO, text).isSent() ? 1 : 0);
                    }
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            // Had each one waited, it would be minutes.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
            assertThat(sent.get() + stream.dropped()).isEqualTo(2000);
            try (FakeStream.Stream sender = journal.accept()) {
                sender.header();
                int now = sender.now().size();
                stream.close();
                assertThat(now + sender.rest().size()).isEqualTo(sent.get());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void theBytesOfAProgram() throws Exception {
        try (FakeStream journal = FakeStream.at(path)) {
            try (JournalStream stream = builder().build()) {
                try (PrintStream out = new PrintStream(stream.outputStream(Priority.INFO, false), true, UTF_8)) {
                    out.print("one, ");
                    out.flush();
                    out.println("grün");
                    out.print("<3>two\n\nthree\0fo");
                    out.print("ur");
                }
                try (OutputStream out = stream.outputStream(Priority.ERR, true)) {
                    out.write("plain\n<7>debug\n<8>none\n<>\n<4>\n<5".getBytes(UTF_8));
                    out.write('>');
                    out.write("end".getBytes(UTF_8));
                }
                try (OutputStream out = stream.outputStream(Priority.INFO, false)) {
                    out.write("ü".repeat(30_000).getBytes(UTF_8));
                }
            }
            assertArrived(
                    journal,
                    Line.of(6, "one, grün"),
                    Line.of(6, "<3>two"),
                    Line.of(6, "three"),
                    Line.of(6, "four"),
                    Line.of(3, "plain"),
                    Line.of(7, "debug"),
                    Line.of(3, "<8>none"),
                    Line.of(3, "<>"),
                    Line.of(5, "end"),
                    Line.of(6, "ü".repeat(24_574)),
                    Line.of(6, "ü".repeat(30_000 - 24_574)));
        }
    }

    @Test
    void afterACloseNothingIsWritten() throws Exception {
        JournalStream stream = builder().build();
        stream.close();
        stream.close();

        assertFailed(stream.write(Priority.INFO, "late"), "write", Errno.EBADF);
        assertThat(stream.dropped()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " a", "a ", "a\nb", "a\0"})
    void wrongIdentifiers(String identifier) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JournalStream.open(identifier))
                .withMessageStartingWith("identifier: ");
    }

    @Test
    void wrongSettings() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JournalStream.open("ü".repeat(126)))
                .withMessageStartingWith("identifier: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().namespace("a/b"))
                .withMessageStartingWith("namespace: a/b");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().socket("relative"))
                .withMessageStartingWith("path: relative");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().timeout(Duration.ofMillis(-1)))
                .withMessageStartingWith("timeout: ");
    }
}
