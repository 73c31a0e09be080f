package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.github.systemd4j.journal.FakeStream.Line;
import io.github.systemd4j.journal.NativeProtocol.Field;
import io.github.systemd4j.linux.Diagnostics;
import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Memory;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What arrives, on every back-end; and what becomes of records when the journal is full, gone, or replaced. */
@Timeout(120)
class JournalWriterIT {

    private static final FieldName VALUE = FieldName.of("VALUE");

    @TempDir
    private Path directory;

    private Path path;
    private final JournalRecord record = JournalRecord.create();

    @BeforeEach
    void name() {
        path = directory.resolve("socket");
    }

    private JournalWriter.Builder builder() {
        return JournalWriter.builder().socket(path.toString());
    }

    @Test
    void runsOnTheBackEndThatThisRunIsAbout() {
        assertThat(Diagnostics.current().backend()).isEqualTo(System.getProperty("systemd4j.expected.backend"));
    }

    @Test
    void everyKindOfField() throws Exception {
        String name = "N".repeat(64);
        byte[] binary = {0, '\n', '\n', -1, '='};
        try (FakeJournal journal = FakeJournal.at(path);
                JournalWriter writer = builder().build()) {
            record.priority(Priority.NOTICE)
                    .message("läuft 日本語 😀\n\nPRIORITY=0")
                    .field(VALUE, binary)
                    .field("NUL", "a\0b")
                    .field("EMPTY", "")
                    .field(name, "long")
                    .field(VALUE, 42)
                    .field(VALUE, "again");

            writer.send(record).orThrow();

            assertThat(journal.fields())
                    .containsExactly(
                            Field.text("PRIORITY", "5"),
                            Field.text("MESSAGE", "läuft 日本語 😀\n\nPRIORITY=0"),
                            Field.of("VALUE", binary),
                            Field.text("NUL", "a\0b"),
                            Field.text("EMPTY", ""),
                            Field.text(name, "long"),
                            Field.text("VALUE", "42"),
                            Field.text("VALUE", "again"));
            assertThat(journal.lastSeals()).isEqualTo(-1);
            assertThat(writer.dropped()).isZero();
            assertThat(writer.lastFailure()).isEmpty();
            assertThat(journal.drain()).isZero();
        }
    }

    @Test
    void aLongRecordIsADatagramWhereTheBufferIsLargeEnough() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path);
                JournalWriter writer = builder().build()) {
            writer.send(record.message("x".repeat(300_000))).orThrow();

            assertThat(journal.fields()).containsExactly(Field.text("MESSAGE", "x".repeat(300_000)));
            assertThat(journal.lastSeals()).isEqualTo(-1);
        }
    }

    @Test
    void aRecordThatIsTooLongForADatagramComesInAFileWithTheSealsThatJournaldDemands() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path);
                JournalWriter small = builder().sendBuffer(8192).build();
                JournalWriter writer = builder().build()) {
            small.send(record.message("y\n".repeat(150_000))).orThrow(); // EMSGSIZE
            assertThat(journal.fields()).containsExactly(Field.text("MESSAGE", "y\n".repeat(150_000)));
            assertThat(journal.lastSeals()).isEqualTo(0xf);
            Set<String> before = FakeJournal.open();

            writer.send(record.clear().message("z".repeat(5_000_000))).orThrow(); // ENOBUFS, or EMSGSIZE as nobody

            assertThat(journal.fields()).containsExactly(Field.text("MESSAGE", "z".repeat(5_000_000)));
            assertThat(journal.lastSeals()).isEqualTo(0xf);
            // the writer's own socket is all that is open now
            assertThat(FakeJournal.openedSince(before)).hasSize(1);
            small.send(record.clear().message("short")).orThrow();
            assertThat(journal.fields()).containsExactly(Field.text("MESSAGE", "short"));
        }
    }

    @Test
    void noJournaldIsAnAnswerUntilThereIsOne() throws Exception {
        try (JournalWriter writer = builder().build()) {
            assertThat(writer.send(record.message("1"))).isInstanceOf(JournalResult.NotUnderJournald.class);
            writer.send(record).orThrow();
            assertThat(writer.dropped()).isEqualTo(2);
            assertThat(writer.lastFailure()).isEmpty();
            try (FakeJournal journal = FakeJournal.at(path)) {
                writer.send(record).orThrow();

                assertThat(journal.fields()).containsExactly(Field.text("MESSAGE", "1"));
                assertReport(journal, 2);
            }
            // connected before, gone with its file
            assertThat(writer.send(record)).isInstanceOf(JournalResult.NotUnderJournald.class);
            assertThat(writer.dropped()).isEqualTo(3);
        }
    }

    private static void assertReport(FakeJournal journal, long dropped) {
        assertThat(journal.fields())
                .contains(
                        Field.text("PRIORITY", "4"),
                        Field.text("MESSAGE_ID", JournalWriter.DROPPED_MESSAGE_ID),
                        Field.text("N_DROPPED", Long.toString(dropped)));
    }

    @Test
    void failuresCarryErrnoCallAndTarget() throws Exception {
        Path notASocket = Files.createFile(path);
        try (JournalWriter writer = builder().build()) {
            assertFailed(writer.send(record.message("1")), "connect", Errno.ECONNREFUSED);
            assertThat(writer.lastFailure().orElseThrow())
                    .hasMessageStartingWith("connect(" + notASocket + "): ECONNREFUSED (111): nobody receives there");
            assertThatThrownBy(() -> writer.send(record).orThrow()).isInstanceOf(SystemCallException.class);
            assertThat(writer.dropped()).isEqualTo(2);
        }
    }

    private static void assertFailed(JournalResult result, String call, int errno) {
        assertThat(result).isInstanceOf(JournalResult.Failed.class);
        SystemCallException cause = (SystemCallException) ((JournalResult.Failed) result).cause();
        assertThat(cause.call()).isEqualTo(call);
        assertThat(cause.errno()).isEqualTo(errno);
    }

    @Test
    void aSocketThatIsMadeAnewIsFoundAgain() throws Exception {
        try (JournalWriter writer = builder().build()) {
            FakeJournal first = FakeJournal.at(path);
            writer.send(record.message("1")).orThrow();
            assertThat(first.fields()).hasSize(1);
            first.die();

            assertFailed(writer.send(record), "connect", Errno.ECONNREFUSED);
            assertFailed(writer.send(record), "connect", Errno.ECONNREFUSED);
            Files.delete(path);
            try (FakeJournal second = FakeJournal.at(path)) {
                writer.send(record.clear().message("2")).orThrow();
                assertThat(second.fields()).containsExactly(Field.text("MESSAGE", "2"));
                assertReport(second, 2);
            }
            try (FakeJournal third = FakeJournal.at(path)) {
                writer.send(record.clear().message("3")).orThrow(); // refused once, and connected within the call
                assertThat(third.fields()).containsExactly(Field.text("MESSAGE", "3"));
            }
            assertThat(writer.dropped()).isEqualTo(2);
        }
    }

    /** Fills the queue with a writer that does not wait; how many records it took. */
    private int fill(JournalWriter filling) {
        int sent = 0;
        record.clear().message("filling");
        while (filling.send(record).isSent()) {
            sent++;
            assertThat(sent).isLessThan(100_000);
        }
        return sent;
    }

    @Test
    void aFullQueueIsWaitedForOnceAndWithinTheBound() throws Exception {
        Duration bound = Duration.ofMillis(200);
        try (FakeJournal journal = FakeJournal.at(path);
                JournalWriter filling = builder().timeout(Duration.ZERO).build();
                JournalWriter writer = builder().timeout(bound).build()) {
            int queued = fill(filling);
            assertThat(filling.dropped()).isEqualTo(1);

            long start = System.nanoTime();
            assertFailed(writer.send(record), "send", Errno.EAGAIN);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(bound, bound.plusSeconds(10));

            start = System.nanoTime();
            for (int i = 0; i < 1000; i++) {
                assertFailed(writer.send(record), "send", Errno.EAGAIN);
            }
            // Had each one waited, it would be 200 s.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
            assertThat(writer.dropped()).isEqualTo(1001);
            assertThat(writer.lastFailure().orElseThrow()).hasMessageContaining("queue stayed full");

            assertThat(journal.drain()).isEqualTo(queued);
            writer.send(record.clear().message("room")).orThrow();
            assertThat(journal.fields()).containsExactly(Field.text("MESSAGE", "room"));
            assertReport(journal, 1001);
            assertThat(journal.drain()).isZero();
        }
    }

    @Test
    void aQueueThatEmptiesInTimeIsWaitedFor() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path);
                JournalWriter filling = builder().timeout(Duration.ZERO).build();
                JournalWriter writer = builder().timeout(Duration.ofSeconds(60)).build()) {
            int queued = fill(filling);

            CompletableFuture<JournalResult> waiting = CompletableFuture.supplyAsync(
                    () -> writer.send(JournalRecord.create().message("waited")));
            for (int i = 0; i < queued; i++) {
                assertThat(journal.fields()).containsExactly(Field.text("MESSAGE", "filling"));
            }

            assertThat(journal.fields()).containsExactly(Field.text("MESSAGE", "waited"));
            assertThat(waiting.get().isSent()).isTrue();
            assertThat(writer.dropped()).isZero();
        }
    }

    @Test
    void aJournalThatHangsIsLeftForTheOneAtItsPathNow() throws Exception {
        FakeJournal hanging = FakeJournal.at(path);
        try (JournalWriter writer = builder().timeout(Duration.ofMillis(20)).build()) {
            writer.send(record.message("1")).orThrow();
            Files.delete(path);
            try (FakeJournal successor = FakeJournal.at(path)) {
                // The one that finds the queue full connects anew, within its call.
                for (int i = 0; i < 100_000 && successor.drain() == 0; i++) {
                    writer.send(record).orThrow();
                }
                writer.send(record.clear().message("2")).orThrow();
                assertThat(successor.fields()).containsExactly(Field.text("MESSAGE", "2"));
                assertThat(writer.dropped()).isZero();
            }
        } finally {
            hanging.die();
        }
    }

    @Test
    void whatIsDroppedAtTheEndIsSaidWhenTheWriterCloses() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            JournalWriter writer = builder().timeout(Duration.ZERO).build();
            int queued = fill(writer);
            assertThat(journal.drain()).isEqualTo(queued);

            writer.close();

            assertReport(journal, 1);
        }
    }

    @Test
    void aReportThatFindsNoRoomIsNotWaitedFor() throws Exception {
        JournalWriter writer = builder().timeout(Duration.ofSeconds(60)).build();
        writer.send(record.message("nobody is there yet"));
        assertThat(writer.dropped()).isEqualTo(1);
        try (FakeJournal journal = FakeJournal.at(path);
                JournalWriter filling = builder().timeout(Duration.ZERO).build()) {
            int queued = fill(filling);
            assertThat(journal.next()).isNotEmpty(); // room for one, and none for the report

            long start = System.nanoTime();
            writer.send(record.clear().message("goes")).orThrow();

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
            assertThat(journal.drain()).isEqualTo(queued);
            writer.close();
            assertReport(journal, 1);
        }
    }

    @Test
    void theStandardErrorIsWrittenWhileItHasRoom() throws Exception {
        Memory ends = Memory.allocate(FakeJournal.LIBC, 8);
        FakeJournal.check(FakeJournal.LIBC.pipe2(ends.address(), Constants.O_CLOEXEC));
        ends.keepAlive();
        int readEnd = ends.bytes().getInt(0);
        int writeEnd = ends.bytes().getInt(4);
        try (JournalWriter writer =
                builder().fallback(Fallback.STDERR).standardError(writeEnd).build()) {
            assertThat(writer.send(record.priority(Priority.ERR).message("one\n\n<0>two\0three")))
                    .isInstanceOf(JournalResult.NotUnderJournald.class);

            assertThat(read(readEnd)).isEqualTo("<3>one\n<3><0>two\n<3>three\n");
            assertThat(writer.diverted()).isEqualTo(1);
            assertThat(writer.dropped()).isZero();

            writer.send(record.clear().field(VALUE, "no message"));
            assertThat(writer.dropped()).isEqualTo(1);
            record.clear().message("ü".repeat(5000)); // as much of it as a pipe takes as a whole
            int sent = 0;
            while (writer.dropped() == 1) { // until the pipe is full, which nobody reads
                writer.send(record);
                sent++;
            }
            assertThat(writer.diverted()).isEqualTo(sent);
            assertThat(read(readEnd)).startsWith("<6>üü").hasSize(3 + 2046 + 1).endsWith("ü\n");
        } finally {
            FakeJournal.check(FakeJournal.LIBC.close(readEnd));
            FakeJournal.check(FakeJournal.LIBC.close(writeEnd));
        }
    }

    @Test
    void theTextGoesByTheStreamWithIdentifierAndPriority() throws Exception {
        try (FakeStream journal = FakeStream.at(directory.resolve("stdout"))) {
            try (JournalWriter writer = builder()
                    .fallback(Fallback.STREAM)
                    .identifier("orders")
                    .field(VALUE, "not in the text")
                    .build()) {
                assertThat(writer.send(record.priority(Priority.ERR).message("one\n<0>two")))
                        .isInstanceOf(JournalResult.NotUnderJournald.class);
                writer.send(record.clear().message("three").field(VALUE, 1));
                writer.send(record.clear().field(VALUE, "no message"));
                assertThat(writer.diverted()).isEqualTo(2);
                assertThat(writer.dropped()).isEqualTo(1);
                try (FakeJournal records = FakeJournal.at(path)) { // which is what counts once it is there
                    writer.send(record.clear().message("four")).orThrow();
                    assertThat(records.fields())
                            .containsExactly(
                                    Field.text("MESSAGE", "four"),
                                    Field.text("SYSLOG_IDENTIFIER", "orders"),
                                    Field.text("VALUE", "not in the text"));
                    assertReport(records, 1);
                }
            }
            try (FakeStream.Stream sender = journal.accept()) {
                assertThat(sender.header()).isEqualTo("orders\n\n6\n1\n0\n0\n0\n");
                assertThat(sender.rest()).containsExactly(Line.of(3, "one"), Line.of(3, "<0>two"), Line.of(6, "three"));
            }
        }
    }

    @Test
    void ofAFullQueueAndAFullStreamEveryRecordIsCountedOnce() throws Exception {
        String text = "z".repeat(20_000);
        try (FakeJournal records = FakeJournal.at(path);
                FakeStream journal = FakeStream.at(directory.resolve("stdout"))) {
            JournalWriter writer = builder()
                    .fallback(Fallback.STREAM)
                    .timeout(Duration.ofMillis(20))
                    .build();
            int sent = 0;
            int written = 0;
            while (writer.dropped() < 500) {
                written++;
                sent += writer.send(record.clear().message(text)).isSent() ? 1 : 0;
            }
            long diverted = writer.diverted();
            assertThat(sent).isPositive();
            assertThat(diverted).isPositive();
            assertThat(sent + diverted + 500).isEqualTo(written);
            assertThat(records.drain()).isEqualTo(sent);
            try (FakeStream.Stream sender = journal.accept()) {
                sender.header();
                List<Line> lines = new ArrayList<>(sender.now());
                writer.close();
                assertThat(records.drain()).isEqualTo(1); // that 500 were dropped
                lines.addAll(sender.rest());
                assertThat(lines).containsOnly(Line.of(6, text)).hasSize((int) diverted);
            }
        }
    }

    /** Where the stream is all there is. */
    @Test
    void theStreamHearsHowManyWereDropped() throws Exception {
        try (FakeStream journal = FakeStream.at(directory.resolve("stdout"))) {
            JournalWriter writer = builder()
                    .fallback(Fallback.STREAM)
                    .timeout(Duration.ofMillis(20))
                    .build();
            while (writer.dropped() < 500) {
                writer.send(record.clear().message("z".repeat(20_000)));
            }
            try (FakeStream.Stream sender = journal.accept()) {
                sender.header();
                assertThat(sender.now()).isNotEmpty();

                writer.close();

                List<Line> lines = sender.rest();
                assertThat(lines.get(lines.size() - 1))
                        .isEqualTo(
                                Line.of(4, "500 records of this process were dropped: the journal did not take them"));
            }
        }
    }

    @Test
    void whatTheStreamDoesNotTakeGoesToTheStandardError() throws Exception {
        Memory ends = Memory.allocate(FakeJournal.LIBC, 8);
        FakeJournal.check(FakeJournal.LIBC.pipe2(ends.address(), Constants.O_CLOEXEC));
        ends.keepAlive();
        int readEnd = ends.bytes().getInt(0);
        int writeEnd = ends.bytes().getInt(4);
        try (JournalWriter writer = builder()
                .fallback(Fallback.STREAM_THEN_STDERR)
                .standardError(writeEnd)
                .build()) {
            writer.send(record.message("no stream"));
            assertThat(read(readEnd)).isEqualTo("<6>no stream\n");
            try (FakeStream journal = FakeStream.at(directory.resolve("stdout"))) {
                writer.send(record.clear().message("stream"));
                try (FakeStream.Stream sender = journal.accept()) {
                    sender.header();
                    assertThat(sender.next()).isEqualTo(Line.of(6, "stream"));
                }
            }
            assertThat(writer.diverted()).isEqualTo(2);
            assertThat(writer.dropped()).isZero();
        } finally {
            FakeJournal.check(FakeJournal.LIBC.close(readEnd));
            FakeJournal.check(FakeJournal.LIBC.close(writeEnd));
        }
    }

    @Test
    void fieldsOfAWriterAreInEveryRecordAndInTheReportOfDrops() throws Exception {
        ContainerFields container = ContainerFields.none().withName("web");
        try (JournalWriter writer = builder()
                .identifier("orders")
                .container(container)
                .field(VALUE, "two\nlines")
                .build()) {
            writer.send(record.message("lost"));
            try (FakeJournal journal = FakeJournal.at(path)) {
                writer.send(record.clear().message("1")).orThrow();

                assertThat(journal.fields())
                        .containsExactly(
                                Field.text("MESSAGE", "1"),
                                Field.text("SYSLOG_IDENTIFIER", "orders"),
                                Field.text("CONTAINER_NAME", "web"),
                                Field.text("VALUE", "two\nlines"));
                assertThat(journal.fields())
                        .contains(Field.text("N_DROPPED", "1"), Field.text("SYSLOG_IDENTIFIER", "orders"));
            }
        }
        JournalWriter.Builder many = builder().identifier("orders");
        for (int i = 0; i < RecordBuffer.MAX_COMMON_FIELDS; i++) {
            many.field(VALUE, "1");
        }
        assertThatIllegalArgumentException().isThrownBy(many::build).withMessageContaining("there are 17");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().field(VALUE, "x".repeat(32 * 1024)).build())
                .withMessageContaining("32768 bytes");
    }

    private static String read(int fd) {
        Memory memory = Memory.allocate(FakeJournal.LIBC, 4096);
        byte[] bytes = new byte[FakeJournal.check((int) FakeJournal.LIBC.read(fd, memory.address(), 4096))];
        memory.keepAlive();
        memory.bytes().get(0, bytes);
        return new String(bytes, UTF_8);
    }

    @Test
    void aDescriptorThatSomebodyClosedIsReplaced() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path);
                JournalWriter writer = builder().build()) {
            Set<String> before = FakeJournal.open();
            writer.send(record.message("1")).orThrow();
            String socket = FakeJournal.openedSince(before).iterator().next();
            FakeJournal.check(FakeJournal.LIBC.close(Integer.parseInt(socket.split(" ", 2)[0])));

            writer.send(record).orThrow();

            assertThat(journal.drain()).isEqualTo(2);
        }
    }

    @Test
    void afterCloseNothingIsOpenAndCallsFail() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            Set<String> before = FakeJournal.open();
            JournalWriter writer = builder().build();
            JournalWriter unused = builder().build();
            writer.send(record.message("1")).orThrow();
            assertThat(FakeJournal.openedSince(before)).hasSize(1);

            writer.close();
            writer.close();
            unused.close();

            assertThat(FakeJournal.openedSince(before)).isEmpty();
            assertFailed(writer.send(record), "send", Errno.EBADF);
            assertFailed(unused.send(record), "send", Errno.EBADF);
            assertThat(writer.lastFailure().orElseThrow()).hasMessageContaining("closed");
            assertThat(writer.dropped()).isEqualTo(1);
            assertThat(FakeJournal.openedSince(before)).isEmpty();
            assertThat(journal.drain()).isEqualTo(1);
        }
    }

    @Test
    void theCallersMistakes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().build().send(record.clear()))
                .withMessageStartingWith("record: ");
        for (String wrong : List.of("relative", "", "/" + "x".repeat(107), "/a\0b")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder().socket(wrong))
                    .withMessageStartingWith("path: ");
        }
        for (String wrong : List.of("", "a/b", "ä", "a b")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder().namespace(wrong))
                    .withMessageStartingWith("namespace: ");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().timeout(Duration.ofMillis(-1)))
                .withMessageStartingWith("timeout: ");
        assertThat(builder().timeout(Duration.ofSeconds(Long.MAX_VALUE)).build().dropped())
                .isZero();
    }

    @Test
    void manyThreadsSendWholeRecordsAndEachIsAccountedFor() throws Exception {
        int threadCount = 4;
        int each = 5000;
        ExecutorService threads = Executors.newFixedThreadPool(threadCount + 1);
        try (FakeJournal journal = FakeJournal.at(path)) {
            JournalWriter writer = builder().timeout(Duration.ofSeconds(60)).build();
            Future<Integer> reader = threads.submit(() -> {
                int received = 0;
                while (received < threadCount * each) {
                    List<Field> fields = journal.fields();
                    assertThat(fields).hasSize(2);
                    assertThat(fields.get(0).value()).isEqualTo(fields.get(1).value());
                    received++;
                }
                return received;
            });
            List<Future<?>> senders = new ArrayList<>();
            for (int t = 0; t < threadCount; t++) {
                String text = Integer.toString(t).repeat(100 + t);
                senders.add(threads.submit(() -> {
                    JournalRecord own = JournalRecord.create();
                    for (int i = 0; i < each; i++) {
                        writer.send(own.clear().message(text).field(VALUE, text))
                                .orThrow();
                    }
                    return null;
                }));
            }
            for (Future<?> sender : senders) {
                sender.get();
            }
            assertThat(reader.get()).isEqualTo(threadCount * each);
            assertThat(writer.dropped()).isZero();
            writer.close();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void manyThreadsOnAFullQueueAreNotHeldUpAndEachRecordIsAccountedFor() throws Exception {
        int threadCount = 4;
        int each = 2000;
        ExecutorService threads = Executors.newFixedThreadPool(threadCount);
        try (FakeJournal journal = FakeJournal.at(path)) {
            JournalWriter writer = builder().timeout(Duration.ofMillis(50)).build();
            AtomicLong sent = new AtomicLong();
            List<Future<?>> senders = new ArrayList<>();
            long start = System.nanoTime();
            for (int t = 0; t < threadCount; t++) {
                senders.add(threads.submit(() -> {
                    JournalRecord own = JournalRecord.create().message("1");
                    for (int i = 0; i < each; i++) {
                        sent.addAndGet(writer.send(own).isSent() ? 1 : 0);
                    }
                }));
            }
            for (Future<?> sender : senders) {
                sender.get();
            }
            // Had each one waited, it would be minutes.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
            assertThat(writer.dropped()).isPositive();
            assertThat(sent.get() + writer.dropped()).isEqualTo(threadCount * each);
            assertThat(journal.drain()).isEqualTo((int) sent.get());

            writer.close();

            assertReport(journal, writer.dropped());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aRecordThatFindsNoMemoryIsCut() throws Exception {
        String backend = System.getProperty("io.github.systemd4j.linux.backend", "");
        try (FakeJournal journal = FakeJournal.at(path)) {
            Process process = new ProcessBuilder(
                            System.getProperty("java.home") + "/bin/java",
                            "-XX:MaxDirectMemorySize=300k",
                            "-Dio.github.systemd4j.linux.backend=" + backend,
                            "-cp",
                            System.getProperty("java.class.path"),
                            MemoryProbe.class.getName(),
                            path.toString())
                    .inheritIO()
                    .start();
            process.onExit().orTimeout(60, TimeUnit.SECONDS).whenComplete((ended, late) -> process.destroyForcibly());

            assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            List<Field> fields = journal.fields();
            assertThat(fields).hasSize(2).element(1).isEqualTo(Field.text("RECORD_TRUNCATED", "1"));
            assertThat(fields.get(0).name()).isEqualTo("MESSAGE");
            int length = fields.get(0).value().size();
            assertThat(length).isBetween(4000, RecordBuffer.INITIAL_SIZE);
            assertThat(fields.get(0)).isEqualTo(Field.text("MESSAGE", "ü".repeat(length / 2)));
            assertThat(journal.fields()).containsExactly(Field.text("MESSAGE", "short"));
        }
    }

    @Test
    void aCloseWhileOthersSendLeavesNothingOpenAndSendsIntoNothingElse() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try (FakeJournal journal = FakeJournal.at(path)) {
            Set<String> before = FakeJournal.open();
            for (int round = 0; round < 200; round++) {
                JournalWriter writer = builder().timeout(Duration.ofMillis(5)).build();
                writer.send(record.clear().message("1"));
                List<Future<?>> senders = new ArrayList<>();
                for (int t = 0; t < 3; t++) {
                    senders.add(threads.submit(() -> {
                        JournalRecord own = JournalRecord.create().message("1");
                        boolean closed = false;
                        while (!closed) {
                            closed = writer.send(own) instanceof JournalResult.Failed failed
                                    && ((SystemCallException) failed.cause()).errno() == Errno.EBADF;
                        }
                    }));
                }
                writer.close();
                for (Future<?> sender : senders) {
                    sender.get(30, TimeUnit.SECONDS);
                }
                journal.drain();
            }
            assertThat(FakeJournal.openedSince(before)).isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aRecordAllocatesNothing() throws Exception {
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        byte[] binary = {1, 2, 3};
        String text = "grüße 日本語 😀 ".repeat(10);
        try (FakeJournal journal = FakeJournal.at(path);
                JournalWriter writer = builder()
                        .identifier("orders")
                        .container(ContainerFields.none().withName("web"))
                        .build()) {
            long allocated = Long.MAX_VALUE;
            // Until the compiler has seen enough of it; in the interpreter java.lang.foreign makes short-lived objects.
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (allocated > 0 && deadline - System.nanoTime() > 0) {
                allocated = 0;
                for (int batch = 0; batch < 100; batch++) {
                    long before = bean.getThreadAllocatedBytes(self);
                    for (int i = 0; i < 8; i++) {
                        record.clear().priority(Priority.INFO).message("an ASCII message");
                        record.field(VALUE, text).field(VALUE, "two\nlines").field(VALUE, i);
                        writer.send(record.field(VALUE, binary));
                    }
                    allocated += bean.getThreadAllocatedBytes(self) - before;
                    journal.drain();
                }
            }
            assertThat(allocated).isZero();
            assertThat(writer.dropped()).isZero();
        }
    }
}
