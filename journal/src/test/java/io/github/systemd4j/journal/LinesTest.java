package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LinesTest {

    /** What was handed over: parts end with +, whole lines and last parts with a dot. */
    private static final class Handed implements Lines.Sink {

        private final List<byte[]> parts = new ArrayList<>();
        private final List<Boolean> firsts = new ArrayList<>();
        private final List<Boolean> lasts = new ArrayList<>();

        @Override
        public void take(byte[] bytes, int offset, int count, boolean first, boolean last) {
            byte[] part = new byte[count];
            System.arraycopy(bytes, offset, part, 0, count);
            parts.add(part);
            firsts.add(first);
            lasts.add(last);
        }

        private List<String> lines() {
            List<String> lines = new ArrayList<>();
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int i = 0; i < parts.size(); i++) {
                assertThat(firsts.get(i)).isEqualTo(i == 0 || lasts.get(i - 1));
                line.writeBytes(parts.get(i));
                if (lasts.get(i)) {
                    lines.add(line.toString(UTF_8));
                    line.reset();
                }
            }
            assertThat(line.size()).isZero();
            return lines;
        }
    }

    private final Handed handed = new Handed();
    private final Lines lines = new Lines(handed);

    private void read(String text) {
        read(lines, text.getBytes(UTF_8), Integer.MAX_VALUE);
    }

    private static void read(Lines lines, byte[] bytes, int most) {
        for (int at = 0; at < bytes.length; ) {
            int count = Math.min(most, Math.min(lines.room(), bytes.length - at));
            assertThat(count).isPositive();
            System.arraycopy(bytes, at, lines.bytes(), lines.end(), count);
            lines.added(count);
            at += count;
        }
    }

    @Test
    void linesEndWithLfOrCrLf() {
        read("one\ntwo\r\n\n\r\nth\rree\r\r\n");

        assertThat(handed.lines()).containsExactly("one", "two", "", "", "th\rree\r");
    }

    @Test
    void anEndThatComesInTwoPiecesIsOne() {
        read("one\r");
        read("\ntwo");
        assertThat(handed.lines()).containsExactly("one");
        lines.finish();
        lines.finish();

        assertThat(handed.lines()).containsExactly("one", "two");
    }

    @Test
    void afterAPauseThatWasAnEndItGoesOn() {
        read("login: ");
        lines.finish();
        read("me\npassword: ");
        lines.finish();

        assertThat(handed.lines()).containsExactly("login: ", "me", "password: ");
    }

    @Test
    void aLongLineIsCutBetweenCharacters() {
        String text = "x" + "😀".repeat(Lines.ROOM / 4);
        read(text + "\nafter\n");

        assertThat(handed.lines()).containsExactly(text, "after");
        assertThat(handed.parts).hasSize(3);
        assertThat(handed.parts.get(0)).hasSize(Lines.ROOM - 3);
        assertThat(new String(handed.parts.get(1), UTF_8)).isEqualTo("😀");
        assertThat(handed.lasts).containsExactly(false, true, true);
    }

    @Test
    void theCrOfAnEndIsNotAPartOfTheLine() {
        read("x".repeat(Lines.ROOM - 1) + "\r\n");

        assertThat(handed.parts).hasSize(2);
        assertThat(handed.parts.get(0)).hasSize(Lines.ROOM - 1);
        assertThat(handed.parts.get(1)).isEmpty();
        assertThat(handed.lasts).containsExactly(false, true);
    }

    @Test
    void bytesThatAreNoTextAreCutToo() {
        byte[] noise = new byte[3 * Lines.ROOM];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (byte) 0x80;
        }
        read(lines, noise, 1000);
        lines.finish();

        assertThat(handed.parts.stream().mapToInt(part -> part.length).sum()).isEqualTo(noise.length);
        assertThat(handed.lasts).endsWith(false, true);
    }

    @Property(tries = 300)
    void nothingIsLostHoweverItComes(@ForAll("texts") String text, @ForAll @IntRange(min = 1, max = 20_000) int most)
            throws CharacterCodingException {
        Handed taken = new Handed();
        Lines from = new Lines(taken);
        read(from, text.getBytes(UTF_8), most);
        from.finish();

        List<String> expected = new ArrayList<>(List.of(text.split("\n", -1)));
        String rest = expected.remove(expected.size() - 1);
        expected.replaceAll(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
        if (!rest.isEmpty()) {
            expected.add(rest);
        }
        assertThat(taken.lines().equals(expected)).isTrue(); // a message would have megabytes
        for (byte[] part : taken.parts) {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(part)); // throws if a character is cut
        }
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> piece = Arbitraries.of(
                "\n", "\r", "\r\n", "a", "ü", "日", "😀", "\0", "x".repeat(5000), "日".repeat(5000), "😀".repeat(4500));
        return piece.list().ofMaxSize(30).map(pieces -> String.join("", pieces));
    }
}
