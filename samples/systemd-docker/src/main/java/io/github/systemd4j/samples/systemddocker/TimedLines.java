package io.github.systemd4j.samples.systemddocker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A stream of {@code docker logs --timestamps}, without the times and without lines that were read before. Docker keeps a
 * long line in parts of 16 KiB, and puts a time before each of them: within the line, where nobody wants it.
 */
final class TimedLines extends FilterInputStream {

    private static final int PART = 16 * 1024;
    private static final int LONGEST_TIME = 36; // 2006-01-02T15:04:05.000000000+00:00 and a space

    private static final Pattern TIME =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)");

    private final LogPosition position;
    private final LogPosition.Mark start;
    private boolean catchingUp = true;
    private int sameTime;
    private boolean lineStarts = true;
    private int sinceTime;

    TimedLines(InputStream timed, LogPosition position) {
        super(new BufferedInputStream(timed));
        this.position = position;
        this.start = position.mark();
    }

    @Override
    public int read() throws IOException {
        boolean skipping = false;
        while (true) {
            if (lineStarts || sinceTime == PART) {
                Instant time = time();
                if (lineStarts) {
                    skipping = time != null && isOld(time);
                    if (time != null && !skipping) {
                        position.advance(time);
                    }
                }
                sinceTime = 0;
                lineStarts = false;
            }
            int c = in.read();
            sinceTime++;
            lineStarts = c == '\n';
            if (!skipping || c < 0) {
                return c;
            }
        }
    }

    /** What is there, but a line at most: who follows a log wants it at once. */
    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = 0;
        while (count < length) {
            int c = read();
            if (c < 0) {
                return count == 0 ? -1 : count;
            }
            bytes[offset + count] = (byte) c;
            count++;
            if (c == '\n') {
                break;
            }
        }
        return count;
    }

    /** Whether a line was read before. Behind the first that was not, none is: a clock that is set back loses nothing. */
    private boolean isOld(Instant time) {
        if (catchingUp && time.isBefore(start.time())) {
            return true;
        }
        if (catchingUp && time.equals(start.time()) && sameTime < start.lines()) {
            sameTime++;
            return true;
        }
        catchingUp = false;
        return false;
    }

    /** Takes the time that stands here off the stream; nothing, and null, if none does. */
    private @Nullable Instant time() throws IOException {
        in.mark(LONGEST_TIME + 1);
        byte[] text = new byte[LONGEST_TIME];
        int length = 0;
        for (int c = in.read(); c > ' ' && length < LONGEST_TIME; c = in.read()) {
            text[length] = (byte) c;
            length++;
        }
        String word = new String(text, 0, length, ISO_8859_1);
        if (TIME.matcher(word).matches()) {
            try {
                return OffsetDateTime.parse(word).toInstant(); // podman's have the zone of the machine
            } catch (DateTimeParseException e) {
                in.reset(); // a text that looks like one
                return null;
            }
        }
        in.reset();
        return null;
    }
}
