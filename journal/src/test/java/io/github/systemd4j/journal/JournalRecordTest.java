package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.systemd4j.journal.NativeProtocol.Field;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalRecordTest {

    private static final FieldName A = FieldName.of("A");

    private final JournalRecord record = JournalRecord.create();

    @Test
    void theVectorsOfTheProtocol() {
        record.priority(Priority.ERR)
                .message("two\nlines")
                .field("EMPTY", "")
                .field("X", "y=z")
                .field(A, new byte[] {0, '\n', -1})
                .field(A, -12);

        assertThat(new String(record.bytes(), ISO_8859_1))
                .isEqualTo("PRIORITY=3\n"
                        + "MESSAGE\n\11\0\0\0\0\0\0\0two\nlines\n"
                        + "EMPTY=\n"
                        + "X=y=z\n"
                        + "A\n\3\0\0\0\0\0\0\0\0\n\u00ff\n"
                        + "A=-12\n");
        assertThat(record.length()).isEqualTo(record.bytes().length);
        assertThat(record.isTruncated()).isFalse();
    }

    @Test
    void everyPriority() {
        for (int level = 0; level < 8; level++) {
            Priority priority = Priority.values()[level];
            assertThat(new String(record.clear().priority(priority).bytes(), UTF_8))
                    .isEqualTo("PRIORITY=" + level + "\n");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 9, 10, 99, 100, -1, -9, -10, Long.MAX_VALUE, Long.MIN_VALUE})
    void numbers(long number) {
        assertThat(new String(record.field(A, number).bytes(), UTF_8)).isEqualTo("A=" + number + "\n");
    }

    @Test
    void aPartOfAnArray() {
        record.field(A, new byte[] {1, 2, 3, 4}, 1, 2);

        assertThat(NativeProtocol.fields(record.bytes())).containsExactly(Field.of("A", (byte) 2, (byte) 3));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> record.field(A, new byte[4], 3, 2));
    }

    @Test
    void aRecordIsUsedAgain() {
        record.message("a long first one\n\n").priority(Priority.ALERT);
        record.clear().field(A, "1");

        assertThat(new String(record.bytes(), UTF_8)).isEqualTo("A=1\n");
        assertThat(record.level()).isEqualTo(6);
        assertThat(record.message(100)).isEmpty();
        assertThat(record.clear().length()).isZero();
    }

    @Test
    void aRecordThatBeginsAsTheOneBefore() {
        StringBuilder builder = new StringBuilder("one");
        for (int i = 0; i < 3; i++) {
            record.clear()
                    .priority(Priority.INFO)
                    .message("always")
                    .field(A, builder.append(i))
                    .field(A, i);
            assertThat(new String(record.bytes(), UTF_8))
                    .isEqualTo("PRIORITY=6\nMESSAGE=always\nA=" + builder + "\nA=" + i + "\n");
            assertThat(record.message(100)).isEqualTo("always".getBytes(UTF_8));
        }
        assertThat(builder).hasToString("one012");
        assertThat(new String(
                        record.clear().priority(Priority.ERR).message("always").bytes(), UTF_8))
                .isEqualTo("PRIORITY=3\nMESSAGE=always\n");
        assertThat(record.clear().length()).isZero();
    }

    @Test
    void theMessageIsFoundAgain() {
        assertThat(record.message("one").message(100)).isEqualTo("one".getBytes(UTF_8));
        assertThat(record.clear().field(A, "").message("ä\nb").message(100)).isEqualTo("ä\nb".getBytes(UTF_8));
        assertThat(record.clear().message("0123456789").message(4)).isEqualTo("0123".getBytes(UTF_8));
        assertThat(record.clear().message("").message(4)).isEmpty();
    }

    @Test
    void largeValuesGrowTheBufferAndArriveWhole() {
        String text = "größer 日本語 😀\n".repeat(100_000);
        byte[] binary = new byte[3_000_000];
        binary[2_999_999] = 7;

        record.message(text).field(A, binary).field(A, "after");

        assertThat(NativeProtocol.fields(record.bytes()))
                .isEqualTo(List.of(Field.text("MESSAGE", text), Field.of("A", binary), Field.text("A", "after")));
        assertThat(record.isTruncated()).isFalse();
    }

    @Test
    void aBufferThatIsTooLargeForLongIsGivenBack() {
        record.message("x".repeat(1_000_000));
        assertThat(record.buffer().bytes().capacity()).isGreaterThan(1_000_000);

        for (int i = 0; i < RecordBuffer.KEPT_RECORDS; i++) {
            record.clear().message("small");
        }
        assertThat(record.buffer().bytes().capacity()).isGreaterThan(1_000_000);
        record.clear().message("small");

        assertThat(record.buffer().bytes().capacity()).isEqualTo(RecordBuffer.INITIAL_SIZE);
        assertThat(NativeProtocol.fields(record.bytes())).containsExactly(Field.text("MESSAGE", "small"));
    }

    @Test
    void whatIsBeyondTheBoundIsCutAndTheRecordSaysSo() {
        for (String text : List.of("x".repeat(5000), "ü".repeat(5000), "😀".repeat(5000), "\n".repeat(5000))) {
            JournalRecord small = JournalRecord.ofAtMost(1024).message(text);

            List<Field> fields = NativeProtocol.fields(small.bytes());

            assertThat(small.isTruncated()).isTrue();
            assertThat(small.length()).isBetween(1020 - 9, 1024);
            assertThat(fields).hasSize(2).element(1).isEqualTo(Field.text("RECORD_TRUNCATED", "1"));
            String kept = new String(small.message(2000), UTF_8);
            assertThat(text).startsWith(kept);
            assertThat(fields.get(0)).isEqualTo(Field.text("MESSAGE", kept));
        }
    }

    @Test
    void atTheBoundBytesAreCutAndNumbersAndNamesLeftOut() {
        JournalRecord small = JournalRecord.ofAtMost(1024).field(A, new byte[5000]);
        int length = small.length();
        small.field(A, 1).field(A, "1").message("1").field("B".repeat(64), "").field(A, new byte[1]);

        List<Field> fields = NativeProtocol.fields(small.bytes());
        assertThat(length).isEqualTo(1024);
        assertThat(small.length()).isLessThanOrEqualTo(1024);
        assertThat(fields.get(0).value())
                .isEqualTo(Collections.nCopies(fields.get(0).value().size(), (byte) 0));
        assertThat(fields.get(fields.size() - 1)).isEqualTo(Field.text("RECORD_TRUNCATED", "1"));
        assertThat(fields).doesNotContain(Field.text("A", "1"));
        assertThat(small.clear().message("again").isTruncated()).isFalse();
        assertThat(NativeProtocol.fields(small.bytes())).containsExactly(Field.text("MESSAGE", "again"));
    }

    @Test
    void moreFieldsThanJournaldTakes() {
        List<Field> expected = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            record.field(A, i);
            if (i < 1007) {
                expected.add(Field.text("A", Integer.toString(i)));
            }
        }
        expected.add(Field.text("RECORD_TRUNCATED", "1"));

        assertThat(NativeProtocol.fields(record.bytes())).isEqualTo(expected);
        assertThat(expected).hasSize(RecordBuffer.MAX_FIELDS);
    }

    @Test
    void fieldsOfTheWriterComeAfterThoseOfTheRecordAndAreNotItsOwn() {
        byte[] common = "COMMON=1\n".getBytes(UTF_8);
        record.field(A, 1);

        assertThat(record.buffer().complete(common)).isEqualTo(4 + common.length);
        assertThat(bytes(record, 4 + common.length)).isEqualTo("A=1\nCOMMON=1\n");
        assertThat(record.length()).isEqualTo(4);
        assertThat(new String(record.field(A, 22).bytes(), UTF_8)).isEqualTo("A=1\nA=22\n");
    }

    @Test
    void fieldsOfTheWriterGoBeyondTheBoundOfTheRecord() {
        byte[] common = ("COMMON=" + "c".repeat(30_000) + "\n").getBytes(UTF_8);
        JournalRecord small = JournalRecord.ofAtMost(1024).message("x".repeat(5000));
        int own = small.length();
        String kept = new String(small.message(2000), UTF_8);

        int length = small.buffer().complete(common);

        assertThat(length).isEqualTo(own + common.length);
        assertThat(bytes(small, length))
                .isEqualTo("MESSAGE=" + kept + "\nCOMMON=" + "c".repeat(30_000) + "\nRECORD_TRUNCATED=1\n");
        // the buffer is larger now, the bound is not
        assertThat(small.clear().message("x".repeat(5000)).length()).isEqualTo(own);
    }

    private static String bytes(JournalRecord record, int length) {
        byte[] bytes = new byte[length];
        record.buffer().bytes().get(0, bytes);
        return new String(bytes, UTF_8);
    }

    @Test
    void aValueThatThrowsLeavesNothingBehind() {
        CharSequence liar = new CharSequence() {
            @Override
            public int length() {
                return 20;
            }

            @Override
            public char charAt(int index) {
                return "\nshort".charAt(index);
            }

            @Override
            public CharSequence subSequence(int start, int end) {
                throw new UnsupportedOperationException();
            }
        };
        record.field(A, "1");

        assertThatExceptionOfType(StringIndexOutOfBoundsException.class).isThrownBy(() -> record.field(A, liar));

        assertThat(NativeProtocol.fields(record.field(A, "2").bytes()))
                .containsExactly(Field.text("A", "1"), Field.text("A", "2"));
    }

    @Test
    void wrongBounds() {
        for (int bytes : new int[] {-1, 0, 1023, 768 * 1024 * 1024 + 1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> JournalRecord.ofAtMost(bytes))
                    .withMessageStartingWith("maxBytes: " + bytes);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> record.field("lower", "x"))
                .withMessageStartingWith("name: lower");
    }
}
