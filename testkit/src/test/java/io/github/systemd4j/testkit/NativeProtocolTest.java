package io.github.systemd4j.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeProtocolTest {

    private static List<JournalEntry> parse(String datagram) {
        return NativeProtocol.parse(datagram.getBytes(ISO_8859_1)).stream()
                .map(draft -> draft.entry(Duration.ZERO, 0, false))
                .toList();
    }

    private static JournalEntry one(String datagram) {
        List<JournalEntry> entries = parse(datagram);
        assertThat(entries).hasSize(1);
        return entries.get(0);
    }

    private static String framed(String name, String value, int length) {
        return name + "\n" + (char) length + "\0\0\0\0\0\0\0" + value + "\n";
    }

    @Test
    void textAndFramedFields() {
        JournalEntry entry = one("PRIORITY=3\n" + framed("MESSAGE", "a\nb=\0", 5) + "A=\nA=x=y\n");

        assertThat(entry.names()).containsExactly("PRIORITY", "MESSAGE", "A", "A");
        assertThat(entry.message()).hasValue("a\nb=\0");
        assertThat(entry.fields("A")).containsExactly("", "x=y");
        assertThat(entry.dropped()).isEmpty();
    }

    @Test
    void anEmptyLineBeginsAnotherEntry() {
        assertThat(parse("A=1\n\nA=2\n\n"))
                .extracting(entry -> entry.field("A").orElse(""))
                .containsExactly("1", "2");
        // An entry without fields ends it, as in journald.
        assertThat(parse("A=1\n\n\nA=2\n")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"a", "1A", "_A", "A-B", "''"})
    void aFieldWithSuchANameIsDropped(String name) {
        JournalEntry entry = one(name + "=x\nMESSAGE=m\n");

        assertThat(entry.names()).containsExactly("MESSAGE");
        assertThat(entry.dropped()).containsExactly("a field with the name \"" + name + "\"");
    }

    @Test
    void namesHave64BytesAtMost() {
        assertThat(one("N".repeat(64) + "=x\n").dropped()).isEmpty();
        assertThat(one("N".repeat(65) + "=x\n").dropped()).hasSize(1);
    }

    @Test
    void commentsAreDropped() {
        assertThat(one("#A=1\n.B=2\nC=3\n").names()).containsExactly("C");
    }

    @Test
    void aWrongLengthEndsIt() {
        JournalEntry entry = one("A=1\n" + framed("B", "x", 2) + "C=3\n");

        assertThat(entry.names()).containsExactly("A");
        assertThat(entry.dropped()).containsExactly("at byte 4 a value of 2 bytes with no newline behind it");
        assertThat(one("A=1\nB\nx\n").dropped())
                .containsExactly("a line without = at byte 4 with no room for a length behind it");
        assertThat(one("A=1\nB\n" + "\u00ff".repeat(8) + "xxxx\n").names()).isEmpty();
    }

    @Test
    void noiseAtTheEnd() {
        assertThat(one("A=1\nB=2").names()).containsExactly("A");
        assertThat(one("").dropped()).containsExactly("nothing is in it");
    }

    @Test
    void tooManyFields() {
        assertThat(one("A=\n".repeat(1025)).names()).hasSize(1025);
        assertThat(one("A=\n".repeat(1026)).names()).isEmpty();
    }
}
