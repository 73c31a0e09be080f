package io.github.systemd4j.samples.systemddocker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimedLinesTest {

    private static final String FIRST = "2026-11-22T11:14:14.721429717Z ";
    private static final String SECOND = "2026-11-22T11:14:14.721682407Z ";
    private static final String THIRD = "2026-11-22T11:14:15.000000001Z ";

    private final LogPosition position = new LogPosition(Instant.MIN);

    private String read(String timed) throws IOException {
        return new String(
                new TimedLines(new ByteArrayInputStream(timed.getBytes(UTF_8)), position).readAllBytes(), UTF_8);
    }

    @Test
    void timesAreTakenOff() throws IOException {
        assertThat(read(FIRST + "one\n" + SECOND + "\n" + THIRD + "  three 2026-11-22T11:14:15Z\n"))
                .isEqualTo("one\n\n  three 2026-11-22T11:14:15Z\n");
        assertThat(position.mark().time()).isEqualTo(Instant.parse(THIRD.strip()));
        assertThat(position.count()).isEqualTo(3);
    }

    @Test
    void whatWasReadIsSkipped() throws IOException {
        read(FIRST + "one\n" + SECOND + "two\n");

        assertThat(read(FIRST + "one\n" + SECOND + "two\n" + THIRD + "three")).isEqualTo("three");
        assertThat(read(FIRST + "one\n" + SECOND + "two")).isEmpty();
    }

    /** As docker writes a line of 40000 bytes: three parts, each with the time. */
    @Test
    void timesWithinALongLineAreTakenOff() throws IOException {
        String part = "x".repeat(16 * 1024);
        String rest = "x".repeat(40_000 - 2 * part.length());

        assertThat(read(FIRST + part + FIRST + part + FIRST + rest + "\n" + SECOND + "end\n"))
                .isEqualTo("x".repeat(40_000) + "\nend\n");
        assertThat(read(SECOND + part + SECOND + "\n" + THIRD + "end\n"))
                .as("skipped as a whole")
                .isEqualTo("end\n");
    }

    @Test
    void aLineOfExactlyOnePart() throws IOException {
        String part = "y".repeat(16 * 1024);

        assertThat(read(FIRST + part + FIRST + "\n" + SECOND + "end\n")).isEqualTo(part + "\nend\n");
    }

    @Test
    void timesOfPodman() throws IOException {
        assertThat(read("2026-11-22T12:14:14.721429717+01:00 one\n")).isEqualTo("one\n");
    }

    /** What a container writes at once, podman's helper gives one time. */
    @Test
    void linesOfTheSameTimeAreAllRead() throws IOException {
        assertThat(read(FIRST + "a\n" + FIRST + "b\n" + SECOND + "c\n" + SECOND + "d\n"))
                .isEqualTo("a\nb\nc\nd\n");
        assertThat(read(SECOND + "c\n" + SECOND + "d\n" + SECOND + "e\n" + SECOND + "f\n"))
                .isEqualTo("e\nf\n");
        assertThat(read(FIRST + "b\n" + SECOND + "c\n" + SECOND + "d\n" + SECOND + "e\n" + SECOND + "f\n"))
                .isEmpty();
    }

    @Test
    void aTimeIsComparedInItsZone() throws IOException {
        String early = "2026-11-22T06:14:14.721429716-05:00 early\n";
        String late = "2026-11-22T06:14:14.8-05:00 late\n";
        read(FIRST + "one\n");

        assertThat(read(early + late)).isEqualTo("late\n");
        assertThat(position.mark().time()).isEqualTo(Instant.parse("2026-11-22T11:14:14.8Z"));
    }

    @Test
    void aClockThatIsSetBackLosesNothing() throws IOException {
        read(FIRST + "one\n");

        assertThat(read(SECOND + "two\n" + "2026-11-22T10:00:00Z three\n")).isEqualTo("two\nthree\n");
    }

    @Test
    void aLogMayBeginInBetween() throws IOException {
        LogPosition since = new LogPosition(Instant.parse(SECOND.strip()));
        String log = FIRST + "one\n" + SECOND + "two\n" + THIRD + "three\n";

        assertThat(new TimedLines(new ByteArrayInputStream(log.getBytes(UTF_8)), since).readAllBytes())
                .asString(UTF_8)
                .isEqualTo("two\nthree\n");
    }

    @Test
    void whatHasNoTimeIsText() throws IOException {
        assertThat(read("Error: no such thing\n\n2026 \nx")).isEqualTo("Error: no such thing\n\n2026 \nx");
        assertThat(read("2026-99-99T11:14:14Z x\n")).isEqualTo("2026-99-99T11:14:14Z x\n");
    }

    @Test
    void anEmptyLog() throws IOException {
        assertThat(read("")).isEmpty();
    }
}
