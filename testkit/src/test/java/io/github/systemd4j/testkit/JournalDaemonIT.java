package io.github.systemd4j.testkit;

import static io.github.systemd4j.testkit.SystemdAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.systemd4j.journal.FieldName;
import io.github.systemd4j.journal.JournalRecord;
import io.github.systemd4j.journal.JournalWriter;
import io.github.systemd4j.journal.Priority;
import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.Message;
import io.github.systemd4j.linux.libc.Sockaddr;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a service writes is what a test reads. */
@Timeout(120)
class JournalDaemonIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final FieldName ORDER_ID = FieldName.of("ORDER_ID");
    private static final Libc LIBC = Objects.requireNonNull(Backend.current().libc());

    @RegisterExtension
    final JournalDaemon journal = JournalDaemon.create();

    private JournalWriter writer;

    @BeforeEach
    void open() {
        writer = JournalWriter.builder().socket(journal.socket()).build();
    }

    @AfterEach
    void close() {
        writer.close();
    }

    private void write(JournalRecord record) {
        assertThat(writer.send(record).isSent()).isTrue();
    }

    private static JournalRecord order(int id) {
        return JournalRecord.create()
                .priority(Priority.WARNING)
                .message("order refused:\nno stock")
                .field(ORDER_ID, id);
    }

    @Test
    void aRecordWithItsFields() {
        write(order(1).field(FieldName.of("TAG"), "a").field(FieldName.of("TAG"), "b"));

        assertThat(journal)
                .logsWithin("refused", SOON)
                .hasMessage("order refused:\nno stock")
                .hasPriority(Priority.WARNING)
                .hasField("ORDER_ID", "1")
                .hasField("TAG", "b")
                .hasNoField("CODE_LINE");
        JournalEntry entry = journal.entries().get(0);
        assertThat(entry.fields("TAG")).containsExactly("a", "b");
        assertThat(entry.names()).contains("MESSAGE", "PRIORITY");
        assertThat(entry.pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(entry.isFile()).isFalse();
        assertThat(journal).droppedNothing();
    }

    @Test
    void aLongRecordComesInAFile() {
        String message = "x".repeat(5 << 20);
        write(JournalRecord.create().message(message));
        write(JournalRecord.create().message("y".repeat(100_000))); // a datagram that is longer than the first room

        JournalEntry entry = journal.awaitMessage("xxx", SOON);
        assertThat(entry.message()).hasValue(message);
        assertThat(entry.isFile()).isTrue();
        assertThat(entry.toString()).contains("xxx... (5242880 bytes)").hasSizeLessThan(1000);
        assertThat(journal.awaitMessage("yyy", SOON).isFile()).isFalse();
    }

    @Test
    void inWhateverOrderAndEachOnce() {
        write(order(1));
        write(order(2));
        write(order(3));

        assertThat(journal).logsFieldWithin("ORDER_ID", "3", SOON);
        assertThat(journal).logsFieldWithin("ORDER_ID", "1", SOON);
        assertThat(journal).logsWithin("refused", SOON).hasField("ORDER_ID", "2");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(journal).as("the shop").logsWithin("refused", SHORT))
                .withMessageStartingWith("[the shop] no MESSAGE with \"refused\" in PT0.05S; this came:\n  +")
                .withMessageContaining("MESSAGE=order refused:.no stock ORDER_ID=2\n  +");
    }

    @Test
    void whatIsNotSoIsTold() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> journal.awaitMessage("refused", SHORT))
                .withMessage("no MESSAGE with \"refused\" in PT0.05S; nothing came to " + journal.socket());
        assertThat(journal).logsNothingFor(SHORT);
        write(order(1));
        JournalEntry entry = journal.awaitMessage("refused", SOON);

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(entry).hasField("ORDER_ID", "2"))
                .withMessageContaining("ORDER_ID is \"1\", not \"2\"");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(entry).hasField("TAG", "2"))
                .withMessageContaining("there is no TAG, not \"2\"");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(entry).hasPriority(Priority.ERR))
                .withMessageContaining("the priority is WARNING, not ERR");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(entry).hasNoField("ORDER_ID"))
                .withMessageContaining("there is a field ORDER_ID");
    }

    /** What no JournalWriter does. */
    private void send(String datagram, int... files) {
        Memory address = Memory.allocate(LIBC, Sockaddr.SIZE);
        int length = Sockaddr.path(address.bytes(), 0, journal.socket().getBytes(UTF_8));
        int fd = LIBC.socket(Constants.AF_UNIX, Constants.SOCK_DGRAM | Constants.SOCK_CLOEXEC, 0);
        assertThat(LIBC.connect(fd, address.address(), length)).isZero();
        address.keepAlive();
        byte[] bytes = datagram.getBytes(UTF_8);
        Message message = new Message(LIBC, 1000, 2);
        message.payload().put(message.payloadOffset(), bytes);
        assertThat(message.send(fd, bytes.length, files, new int[0], 0)).isEqualTo(bytes.length);
        LIBC.close(fd);
    }

    private static int unsealedFile() {
        Memory name = Memory.allocate(LIBC, 8);
        name.bytes().put(0, (byte) 'f');
        int file = LIBC.memfd_create(name.address(), Constants.MFD_CLOEXEC | Constants.MFD_ALLOW_SEALING);
        name.keepAlive();
        return file;
    }

    @Test
    void whatJournaldDropsIsTold() {
        send("MESSAGE=one\nlower=2\n_UID=0\n\nMESSAGE=two\nNOISE=");
        int file = unsealedFile();
        send("", file);
        send("MESSAGE=three\n", file);
        LIBC.close(file);

        assertThat(journal).logsWithin("two", SOON);
        JournalEntry one = journal.awaitMessage("one", SOON);
        assertThat(one.names()).containsExactly("MESSAGE");
        assertThat(one.dropped()).containsExactly("a field with the name \"lower\"", "a field with the name \"_UID\"");
        journal.await("a file and bytes", entry -> entry.toString().contains("both bytes and a file"), SOON);
        assertThat(journal.entries())
                .extracting(JournalEntry::toString)
                .anyMatch(
                        text -> text.contains("nothing is stored; dropped: a file with the seals 0x0, which must be"));
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(journal).droppedNothing())
                .withMessageContaining("journald drops of it");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> journal.awaitField("NOISE", "", SHORT))
                .withMessageContaining("dropped: the last line has no newline");
    }
}
