package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.journal.NativeProtocol.Field;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** No value can forge a field or a second record: what goes in is read back, as journald reads it, as just that. */
class JournalRecordPropertiesTest {

    /** A value of one of the kinds that a record takes. */
    record Entry(String name, Object value) {}

    @Provide
    Arbitrary<String> text() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(50),
                Arbitraries.strings()
                        .withChars("\nPRIORITY=0\r\0 .#\uD83D\uDE00ü")
                        .ofMaxLength(30),
                Arbitraries.of("\n\nPRIORITY=0\nMESSAGE=forged\n", "\n", "", "=", "\n\5\0\0\0\0\0\0\0"),
                Arbitraries.strings().ofMinLength(1500).ofMaxLength(3000));
    }

    @Provide
    Arbitrary<List<Entry>> entries() {
        Arbitrary<Object> value = Arbitraries.oneOf(
                text().map(Object.class::cast),
                Arbitraries.longs().map(Object.class::cast),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(100).map(Object.class::cast));
        return Combinators.combine(text(), value).as(Entry::new).list().ofMaxSize(20);
    }

    @Property
    void whatGoesInIsReadBack(@ForAll("entries") List<Entry> entries) {
        JournalRecord record = JournalRecord.create();
        List<Field> expected = new ArrayList<>();
        for (Entry entry : entries) {
            FieldName name = FieldName.escaped(entry.name);
            add(record, name, entry.value);
            byte[] bytes = entry.value instanceof byte[] binary
                    ? binary
                    : entry.value.toString().getBytes(UTF_8);
            expected.add(Field.of(name.toString(), bytes));
        }
        assertThat(NativeProtocol.fields(record.bytes())).isEqualTo(expected);
        assertThat(record.isTruncated()).isFalse();
    }

    @Property
    void alsoAtTheBoundNothingIsForged(@ForAll("entries") List<Entry> entries, @ForAll @IntRange(max = 1200) int used) {
        JournalRecord record = JournalRecord.ofAtMost(1024).field(FieldName.of("FILL"), new byte[used]);
        for (Entry entry : entries) {
            add(record, FieldName.escaped(entry.name), entry.value);
        }

        List<Field> fields = NativeProtocol.fields(record.bytes());

        assertThat(record.length()).isLessThanOrEqualTo(1024);
        int remark = record.isTruncated() ? 1 : 0;
        assertThat(fields).hasSizeLessThanOrEqualTo(1 + entries.size() + remark);
        assertThat(record.isTruncated() || fields.size() == 1 + entries.size()).isTrue();
        assertThat(fields.get(fields.size() - 1).name().equals("RECORD_TRUNCATED"))
                .isEqualTo(remark == 1);
    }

    /** ASCII for the most part, as long as the pieces in which it is encoded, and with what must not be torn between them. */
    @Provide
    Arbitrary<String> longText() {
        Arbitrary<String> ascii =
                Arbitraries.strings().withCharRange(' ', '~').ofMinLength(1).ofMaxLength(300);
        Arbitrary<String> rest =
                Arbitraries.of("\n", "ü", "\u00ff", "\u0100", "日本語", "😀", "\uD83D", "\uDE00", "\0", "\u017fa");
        return Arbitraries.oneOf(ascii, rest).list().ofMaxSize(12).map(parts -> String.join("", parts));
    }

    @Property
    void textOfAnyKindIsTheSame(@ForAll("longText") String text) {
        Field expected = Field.of("A", text.getBytes(UTF_8));
        for (CharSequence kind : List.of(text, new StringBuilder(text), CharBuffer.wrap(text))) {
            JournalRecord record = JournalRecord.create().field(FieldName.of("A"), kind);

            assertThat(NativeProtocol.fields(record.bytes())).containsExactly(expected);
            assertThat(record.bytes()[1]).isEqualTo((byte) (text.indexOf('\n') < 0 ? '=' : '\n'));
        }
    }

    private static final List<FieldName> NAMES =
            List.of(FieldName.of("A"), FieldName.of("LOGGER"), FieldName.of("LONGER_THAN_EIGHT"));
    private static final List<Object> VALUES = List.of(
            "", "x", "y", "two\nlines", "größer", "a".repeat(47), "b".repeat(48), "c".repeat(300), 1L, 2L, new byte[3]);

    /** A field, and whether the record is sent then. */
    record Step(FieldName name, Object value, boolean sent) {}

    @Provide
    Arbitrary<List<List<Step>>> records() {
        Arbitrary<Step> step = Combinators.combine(
                        Arbitraries.of(NAMES), Arbitraries.of(VALUES), Arbitraries.of(false, false, false, true))
                .as(Step::new);
        Arbitrary<List<Step>> steps = step.list().ofMaxSize(20);
        return Combinators.combine(
                        steps,
                        Arbitraries.integers().between(0, 20).list().ofSize(6),
                        step.list().ofSize(6))
                .as((first, kept, other) -> {
                    List<List<Step>> all = new ArrayList<>();
                    for (int i = 0; i < kept.size(); i++) {
                        List<Step> changed = new ArrayList<>(first.subList(0, Math.min(kept.get(i), first.size())));
                        changed.add(other.get(i));
                        changed.addAll(first.subList(Math.min(changed.size(), first.size()), first.size()));
                        all.add(first);
                        all.add(changed);
                    }
                    return all;
                });
    }

    @Property
    void aRecordThatIsUsedAgainIsAsANewOne(@ForAll("records") List<List<Step>> records, @ForAll boolean bounded) {
        byte[] common = "COMMON=of the writer\n".getBytes(UTF_8);
        JournalRecord used = bounded ? JournalRecord.ofAtMost(1024) : JournalRecord.create();
        for (List<Step> steps : records) {
            JournalRecord fresh = bounded ? JournalRecord.ofAtMost(1024) : JournalRecord.create();
            used.clear();
            for (Step step : steps) {
                add(used, step.name, step.value);
                add(fresh, step.name, step.value);
                if (step.sent) {
                    used.buffer().complete(common);
                }
            }
            assertThat(used.bytes()).isEqualTo(fresh.bytes());
            assertThat(used.isTruncated()).isEqualTo(fresh.isTruncated());
        }
    }

    private static void add(JournalRecord record, FieldName name, Object value) {
        if (value instanceof byte[] binary) {
            record.field(name, binary);
        } else if (value instanceof Long number) {
            record.field(name, number);
        } else {
            record.field(name, (String) value);
        }
    }

    @Property
    void anyForeignNameBecomesOneThatJournaldTakes(@ForAll("text") String foreign) {
        FieldName name = FieldName.escaped(foreign);

        assertThat(FieldName.of(name.toString())).isEqualTo(name).isEqualTo(FieldName.escaped(foreign));
    }

    @Property
    void linesOfTheStandardErrorKeepTheirPriority(@ForAll("text") String message) {
        byte[] lines = StandardError.lines(6, message.getBytes(UTF_8));

        assertThat(lines.length).isLessThanOrEqualTo(StandardError.MAX_BYTES);
        String text = new String(lines, UTF_8);
        assertThat(text.isEmpty() || text.endsWith("\n")).isTrue();
        assertThat(text.lines()).allMatch(line -> line.startsWith("<6>"));
        assertThat(text).doesNotContain("\0");
    }
}
