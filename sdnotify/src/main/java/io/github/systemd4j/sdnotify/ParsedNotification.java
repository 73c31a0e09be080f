package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.linux.Errno;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What systemd reads in a datagram, whoever sent it and whatever state the unit is in. This is its manager's reading,
 * not that of the man page; where they differ, it is what counts:
 *
 * <ul>
 *   <li>A line ends at a newline or a carriage return; empty lines count for nothing.
 *   <li>A backslash is dropped and the character after it, a newline too, is taken as it is. A datagram that ends in a
 *       backslash with nothing after it is void.
 *   <li>So is one of more than 4096 bytes, and one with a NUL anywhere but at its end.
 *   <li>Of a field with a value the first counts, also if its value is wrong. Flags ({@code READY=1}, {@code
 *       FDSTORE=1}) count wherever they stand, and {@code READY=0} is no flag.
 *   <li>{@code BARRIER=1} voids all that stands beside it.
 * </ul>
 *
 * <p>Immutable and thread safe.
 */
public final class ParsedNotification {

    /** What a service says of itself. */
    public enum State {
        /** Start-up, or a reload, is finished. */
        READY,
        /** The configuration is being read anew. */
        RELOADING,
        /** Shutting down. */
        STOPPING
    }

    /**
     * A line as systemd has it after splitting, and where it came from.
     *
     * @param text its bytes, one in each character
     * @param start of the raw line in the datagram, its backslashes included
     * @param end of the raw line
     */
    record Line(String text, int start, int end) {

        /** The value if the line has this key. */
        @Nullable
        String value(String key) {
            return text.startsWith(key) && text.length() > key.length() && text.charAt(key.length()) == '='
                    ? text.substring(key.length() + 1)
                    : null;
        }
    }

    private static final int MAX_ERRNO = 4095;

    private final List<Line> lines;
    private final @Nullable String ignored;
    private final Map<String, String> fields;

    private ParsedNotification(List<Line> lines, @Nullable String ignored) {
        this.lines = lines;
        this.ignored = ignored;
        this.fields = fields(lines);
    }

    /**
     * Reads a datagram. Never throws.
     *
     * @param datagram its bytes
     * @return what systemd reads in it; for one that systemd ignores, nothing, and why
     */
    public static ParsedNotification parse(byte[] datagram) {
        int length = datagram.length;
        if (length > Fields.MAX_DATAGRAM) {
            return ignored("longer than " + Fields.MAX_DATAGRAM + " bytes");
        }
        if (length > 0 && datagram[length - 1] == 0) {
            length--; // C programs that send their string with its end
        }
        for (int i = 0; i < length; i++) {
            if (datagram[i] == 0) {
                return ignored("a NUL at byte " + i);
            }
        }
        List<Line> lines = new ArrayList<>();
        return split(datagram, length, lines)
                ? new ParsedNotification(Collections.unmodifiableList(lines), null)
                : ignored("a backslash at its end");
    }

    static ParsedNotification ignored(String why) {
        return new ParsedNotification(List.of(), why);
    }

    private static boolean split(byte[] datagram, int length, List<Line> lines) {
        StringBuilder text = new StringBuilder();
        int start = -1;
        for (int i = 0; i < length; i++) {
            byte b = datagram[i];
            if (b == '\n' || b == '\r') {
                if (start >= 0) {
                    lines.add(new Line(text.toString(), start, i));
                    start = -1;
                }
                continue;
            }
            if (start < 0) {
                start = i;
                text.setLength(0);
            }
            if (b == '\\') {
                i++;
                if (i == length) {
                    return false;
                }
            }
            text.append((char) (datagram[i] & 0xFF));
        }
        if (start >= 0) {
            lines.add(new Line(text.toString(), start, length));
        }
        return true;
    }

    private static Map<String, String> fields(List<Line> lines) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (Line line : lines) {
            int equals = line.text.indexOf('=');
            if (equals > 0) {
                fields.putIfAbsent(decoded(line.text.substring(0, equals)), decoded(line.text.substring(equals + 1)));
            }
        }
        return Collections.unmodifiableMap(fields);
    }

    private static String decoded(String bytes) {
        return new String(bytes.getBytes(ISO_8859_1), UTF_8);
    }

    /**
     * Why systemd ignores the whole datagram.
     *
     * @return the reason, empty if it does not
     */
    public Optional<String> ignoredBecause() {
        return Optional.ofNullable(ignored);
    }

    /**
     * The fields in the order they came, the first of each key; also those that systemd does not know, and those whose
     * value it would refuse. Bytes that are not UTF-8 are replacement characters.
     *
     * @return an unmodifiable map, empty for a datagram that is ignored
     */
    public Map<String, String> fields() {
        return fields;
    }

    /**
     * One field.
     *
     * @param key such as {@code STATUS}
     * @return its value
     */
    public Optional<String> field(String key) {
        return Optional.ofNullable(fields.get(key));
    }

    /**
     * The new state: of several, stopping comes before ready, ready before reloading. (Systemd before 253 takes the
     * last that stands in the datagram.)
     *
     * @return the state, empty if there is none
     */
    public Optional<State> state() {
        if (has("STOPPING=1")) {
            return Optional.of(State.STOPPING);
        }
        if (has("READY=1")) {
            return Optional.of(State.READY);
        }
        return has("RELOADING=1") ? Optional.of(State.RELOADING) : Optional.empty();
    }

    /**
     * The text of {@code STATUS=}.
     *
     * @return the text; empty text if the status is to be cleared, which is also what a text does that is not UTF-8 or
     *     has one of Unicode's noncharacters; nothing if the status stays
     */
    public Optional<String> status() {
        return Optional.ofNullable(first("STATUS")).map(ParsedNotification::statusText);
    }

    /** Noncharacters are refused as systemd does, which takes them for byte order marks. */
    private static String statusText(String bytes) {
        try {
            String text = UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes(ISO_8859_1)))
                    .toString();
            boolean valid = text.codePoints().noneMatch(c -> (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE);
            return valid ? text : "";
        } catch (CharacterCodingException e) {
            return "";
        }
    }

    /**
     * {@code MAINPID=}, as the sender's pid namespace has it. Whether the sender may say so is another matter.
     *
     * @return a pid, empty if there is none or no valid one
     */
    public OptionalLong mainPid() {
        String value = first("MAINPID");
        CNumber number = CNumber.parse(value == null ? "" : value);
        return number.errno() == 0 && number.value() > 0 && number.value() <= Integer.MAX_VALUE
                ? OptionalLong.of(number.value())
                : OptionalLong.empty();
    }

    /**
     * {@code ERRNO=}, a number or a name.
     *
     * @return 0 to 4095, empty if there is none or no valid one
     */
    public OptionalInt errno() {
        String value = first("ERRNO");
        if (value == null) {
            return OptionalInt.empty();
        }
        int named = Errno.number(value);
        CNumber number = CNumber.parse(value);
        if (named > 0) {
            return OptionalInt.of(named);
        }
        return number.errno() == 0 && number.value() >= 0 && number.value() <= MAX_ERRNO
                ? OptionalInt.of((int) number.value())
                : OptionalInt.empty();
    }

    /**
     * {@code EXTEND_TIMEOUT_USEC=}: how much time is asked for, from now on.
     *
     * @return the time, empty if there is none, no valid one, or zero
     */
    public Optional<Duration> extendTimeout() {
        return micros("EXTEND_TIMEOUT_USEC").filter(time -> !time.isZero() && !time.equals(usec(-1)));
    }

    /** {@return whether it is a ping, WATCHDOG=1} */
    public boolean isWatchdogPing() {
        return "1".equals(first("WATCHDOG"));
    }

    /** {@return whether it asks to be treated as if pings had stopped, WATCHDOG=trigger} */
    public boolean isWatchdogTrigger() {
        return "trigger".equals(first("WATCHDOG"));
    }

    /**
     * {@code WATCHDOG_USEC=}: the new time within which pings must come.
     *
     * @return the time, empty if there is none or no valid one
     */
    public Optional<Duration> watchdogTimeout() {
        return micros("WATCHDOG_USEC");
    }

    /**
     * {@code FDSTORE=1}: the name under which the datagram's descriptors are to be stored, {@code stored} if the
     * sender gave none or no valid one.
     *
     * @return the name, empty if nothing is to be stored
     */
    public Optional<String> storeName() {
        if (!has("FDSTORE=1") || has("FDSTOREREMOVE=1")) {
            return Optional.empty();
        }
        return Optional.of(descriptorName().orElse("stored"));
    }

    /**
     * {@code FDSTOREREMOVE=1}: the name of the stored descriptors that are to be closed.
     *
     * @return the name, empty if there is nothing to be closed, or no valid name
     */
    public Optional<String> removeName() {
        return has("FDSTOREREMOVE=1") ? descriptorName() : Optional.empty();
    }

    private Optional<String> descriptorName() {
        return Optional.ofNullable(first("FDNAME")).filter(Fields::isFdName);
    }

    /**
     * Whether this is a barrier, sd_notify_barrier(3): the sender waits until its descriptor is closed.
     *
     * @return true for {@code BARRIER=1}, also where systemd warns of something beside it
     */
    public boolean isBarrier() {
        return lines.stream().anyMatch(line -> line.text.equals("BARRIER=1"));
    }

    List<Line> lines() {
        return lines;
    }

    private boolean has(String flag) {
        return !isBarrier() && lines.stream().anyMatch(line -> line.text.equals(flag));
    }

    private @Nullable String first(String key) {
        if (isBarrier()) {
            return null;
        }
        for (Line line : lines) {
            String value = line.value(key);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private Optional<Duration> micros(String key) {
        String value = first(key);
        CNumber number = CNumber.parse(value == null ? "" : value);
        return number.errno() == 0 ? Optional.of(usec(number.value())) : Optional.empty();
    }

    private static Duration usec(long unsigned) {
        return Duration.ofSeconds(Long.divideUnsigned(unsigned, 1_000_000))
                .plus(Long.remainderUnsigned(unsigned, 1_000_000), ChronoUnit.MICROS);
    }

    /** {@return the fields, or why there are none} */
    @Override
    public String toString() {
        return ignored == null ? fields.toString() : "ignored: " + ignored;
    }
}
