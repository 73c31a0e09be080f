package io.github.systemd4j.activation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One message of a hand-over, docs/handover.md: lines of {@code FIELD=value}, of which the first is the version.
 * Unknown fields are passed over; of one that stands twice the first counts.
 */
final class HandoverMessage {

    /** Room for the names of as many sockets as one message carries, each as long as it may be, and for the rest. */
    static final int MAX_BYTES = 66_000;

    private static final String VERSION = "SOCKET_HANDOVER";
    private static final String FIRST_LINE = VERSION + "=1";
    private static final String FDS = "LISTEN_FDS";
    private static final String NAMES = "LISTEN_FDNAMES";
    private static final String ACCEPTED = "ACCEPTED";
    private static final String REFUSED = "REFUSED";
    private static final int MAX_REASON = 200;

    private final Map<String, String> fields;

    private HandoverMessage(Map<String, String> fields) {
        this.fields = fields;
    }

    static byte[] hello() {
        return lines();
    }

    static byte[] offer(List<NamedSocket> sockets) {
        String names = sockets.stream().map(NamedSocket::name).collect(Collectors.joining(":"));
        return lines(FDS + "=" + sockets.size(), NAMES + "=" + names);
    }

    static byte[] accepted(int count) {
        return lines(ACCEPTED + "=" + count);
    }

    static byte[] refused(String reason) {
        return lines(REFUSED + "=" + printable(reason));
    }

    private static byte[] lines(String... lines) {
        StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
        for (String line : lines) {
            text.append(line).append('\n');
        }
        return text.toString().getBytes(UTF_8);
    }

    static HandoverMessage parse(byte[] bytes, String target) throws SystemCallException {
        String[] lines = new String(bytes, UTF_8).split("\n", -1);
        if (!lines[0].equals(FIRST_LINE)) {
            throw wrong(
                    target,
                    lines[0].startsWith(VERSION + "=")
                            ? "the other side speaks another version: " + printable(lines[0])
                            : "what came is not a hand-over: " + printable(lines[0]));
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                fields.putIfAbsent(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        HandoverMessage message = new HandoverMessage(fields);
        String reason = fields.get(REFUSED);
        if (reason != null) {
            throw new SystemCallException(
                    "handover", target, Errno.ECONNREFUSED, "the other side refused: " + printable(reason));
        }
        return message;
    }

    /** The names of an offer with so many descriptors. */
    List<String> names(int descriptors, String target) throws SystemCallException {
        String count = fields.get(FDS);
        if (!Integer.toString(descriptors).equals(count)) {
            throw wrong(target, descriptors + " descriptors came with " + FDS + "=" + printable(count));
        }
        List<String> names = Arrays.asList(fields.getOrDefault(NAMES, "").split(":", -1));
        if (names.size() != descriptors) {
            throw wrong(target, names.size() + " names came for " + descriptors + " descriptors");
        }
        for (String name : names) {
            if (!NamedSocket.isName(name)) {
                throw wrong(target, "a name is empty, too long or not printable ASCII: " + printable(name));
            }
        }
        return names;
    }

    void checkAccepted(int count, String target) throws SystemCallException {
        String accepted = fields.get(ACCEPTED);
        if (!Integer.toString(count).equals(accepted)) {
            throw wrong(target, "of " + count + " sockets were accepted: " + printable(accepted));
        }
    }

    static SystemCallException wrong(String target, String what) {
        return new SystemCallException("handover", target, Errno.EPROTO, what);
    }

    /** What a stranger may have written, for one line of a log. */
    private static String printable(@Nullable String text) {
        if (text == null) {
            return "nothing";
        }
        String cut = text.length() > MAX_REASON ? text.substring(0, MAX_REASON) + "..." : text;
        return cut.replaceAll("[^\\x20-\\x7E]", ".");
    }
}
