package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Applies a policy to one datagram after the other. What is not changed goes on as it came, byte for byte. Values are
 * bytes here, one in each character. Used by one thread.
 */
final class Rewriter {

    /** Fields that a later one makes up for. */
    private static final Set<String> LIGHT = Set.of("STATUS", "WATCHDOG", "EXTEND_TIMEOUT_USEC");

    private final RelayPolicy policy;
    private boolean readySent;
    private boolean pinged;
    private long lastPing;

    Rewriter(RelayPolicy policy) {
        this.policy = policy;
    }

    /**
     * What is to be sent on of a datagram that is not ignored. Takes the descriptors that go with it.
     *
     * @return null if nothing is
     */
    @Nullable
    Relayed apply(ReceivedNotification received) {
        ParsedNotification parsed = received.parsed();
        if (parsed.isBarrier()) {
            boolean whole = parsed.lines().size() == 1 && received.descriptorCount() == 1;
            return whole ? new Relayed("BARRIER=1".getBytes(UTF_8), received.takeDescriptors(), true, false) : null;
        }
        byte[] original = received.bytes();
        List<byte[]> kept = new ArrayList<>();
        boolean ready = false;
        Set<String> seen = new HashSet<>();
        boolean light = true;
        boolean wantsDescriptors = false;
        int status = -1;
        for (ParsedNotification.Line line : parsed.lines()) {
            String key = line.key();
            String value = line.text().substring(Math.min(line.text().length(), key.length() + 1));
            String changed = line.isField() ? change(key, value, received, seen.add(key)) : value;
            if (changed == null) {
                continue;
            }
            note(key, changed);
            ready |= key.equals("READY") && changed.equals("1");
            light &= LIGHT.contains(key) && !changed.equals("trigger");
            wantsDescriptors |= (key.equals("FDSTORE") || key.equals("MAINPIDFD")) && changed.equals("1");
            boolean same = changed.equals(value);
            status = key.equals("STATUS") && !same ? kept.size() : status;
            kept.add(
                    same
                            ? Arrays.copyOfRange(original, line.start(), line.end())
                            : (key + "=" + Escapes.doubled(changed)).getBytes(ISO_8859_1));
        }
        byte[] datagram = ready && !policy.readyFields().isEmpty() ? withReadyFields(kept) : joined(kept, status);
        return datagram.length == 0
                ? null
                : new Relayed(
                        datagram,
                        wantsDescriptors ? received.takeDescriptors() : Notification.NO_DESCRIPTORS,
                        false,
                        light && !wantsDescriptors);
    }

    /** The value to send; null to leave the line out. */
    private @Nullable String change(String key, String value, ReceivedNotification received, boolean first) {
        String own = switch (key) {
            case "READY" -> value.equals("1") && readySent && policy.isReadyOnce() ? null : value;
            case "WATCHDOG" -> first && (isPingDue() || !value.equals("1")) ? value : null;
            case "MAINPID" -> first ? mainPid(received) : null;
            case "MAINPIDFD" -> mayPassPidfd(received) ? value : null;
            case "MAINPIDFDID" -> received.parsed().mainPid().isPresent() && mainPid(received) != null ? value : null;
            default -> value;
        };
        Function<String, Optional<String>> rule = policy.rule(key);
        if (own == null || rule == null) {
            return own;
        }
        if (!first) {
            return null; // without the first it would count, which it did not
        }
        String text = new String(own.getBytes(ISO_8859_1), UTF_8);
        return apply(rule, key.equals("STATUS") ? received.parsed().status().orElse("") : text);
    }

    private static @Nullable String apply(Function<String, Optional<String>> rule, String text) {
        try {
            Optional<String> value = rule.apply(text);
            if (value.isEmpty()) {
                return null;
            }
            Fields.requireLine("value", value.get()); // a line end would forge a field
            return new String(value.get().getBytes(UTF_8), ISO_8859_1);
        } catch (RuntimeException | Error e) { // whatever their function throws must not end the relay
            return null;
        }
    }

    private boolean isPingDue() {
        return policy.pingNanos() == 0 || !pinged || System.nanoTime() - lastPing >= policy.pingNanos();
    }

    private static @Nullable String mainPid(ReceivedNotification received) {
        long named = received.parsed().mainPid().orElse(0);
        int pid = named == 0 ? 0 : Pids.mainPid(sender(received), named);
        return pid == 0 ? null : Integer.toString(pid);
    }

    private static boolean mayPassPidfd(ReceivedNotification received) {
        int[] fds = received.peekDescriptors();
        int pid = fds.length == 1 ? Pids.ofPidfd(fds[0]) : 0;
        return pid != 0 && Pids.mayName(sender(received), pid);
    }

    static RelayPolicy.Sender sender(ReceivedNotification received) {
        return new RelayPolicy.Sender(received.pid(), received.uid(), received.gid());
    }

    private void note(String key, String value) {
        switch (key + "=" + value) {
            case "READY=1" -> readySent = true;
            case "RELOADING=1", "STOPPING=1" -> readySent = false;
            case "WATCHDOG=1" -> {
                pinged = true;
                lastPing = System.nanoTime();
            }
            default -> {}
        }
    }

    /** With what the policy adds, behind what there is: some relays further up know READY at the very beginning alone. */
    private byte[] withReadyFields(List<byte[]> lines) {
        List<byte[]> more = new ArrayList<>();
        policy.readyFields().forEach((key, value) -> {
            String added = apply(nothing -> value.get(), "");
            if (added != null) {
                lines.removeIf(line -> startsWith(line, key + "="));
                more.add((key + "=" + Escapes.doubled(added)).getBytes(ISO_8859_1));
            }
        });
        List<byte[]> all = new ArrayList<>(lines);
        all.addAll(more);
        byte[] datagram = joined(all, status(all));
        return datagram.length == 0 ? joined(lines, status(lines)) : datagram;
    }

    private static int status(List<byte[]> lines) {
        for (int i = 0; i < lines.size(); i++) {
            if (startsWith(lines.get(i), "STATUS=")) {
                return i;
            }
        }
        return -1;
    }

    private static boolean startsWith(byte[] line, String start) {
        return new String(line, ISO_8859_1).startsWith(start);
    }

    /** The lines as one datagram; a status that was changed is cut if it does not fit. Empty if the others do not. */
    private static byte[] joined(List<byte[]> lines, int status) {
        int length = lines.size() - 1;
        for (byte[] line : lines) {
            length += line.length;
        }
        int excess = length - Fields.MAX_DATAGRAM;
        if (excess > 0) {
            if (status < 0 || lines.get(status).length - excess < "STATUS=".length()) {
                return new byte[0];
            }
            lines.set(status, cut(lines.get(status), excess));
        }
        StringBuilder datagram = new StringBuilder();
        for (byte[] line : lines) {
            datagram.append(datagram.length() == 0 ? "" : "\n").append(new String(line, ISO_8859_1));
        }
        return datagram.toString().getBytes(ISO_8859_1);
    }

    /** Not within a character, nor between a backslash and what it protects. */
    private static byte[] cut(byte[] line, int excess) {
        int end = line.length - excess;
        while ((line[end] & 0xC0) == 0x80) {
            end--;
        }
        return Escapes.whole(Arrays.copyOf(line, end));
    }
}
