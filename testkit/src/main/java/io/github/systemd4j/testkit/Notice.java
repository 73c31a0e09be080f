package io.github.systemd4j.testkit;

import io.github.systemd4j.sdnotify.ParsedNotification;
import io.github.systemd4j.sdnotify.ReceivedNotification;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** A datagram that a service sent to the {@link ServiceManager}; see sd_notify(3). Immutable. */
public final class Notice {

    private static final int SHOWN = 500;

    private final Duration at;
    private final ParsedNotification parsed;
    private final long pid;
    private final int descriptors;
    private final String text;

    Notice(Duration at, ReceivedNotification received) {
        this.at = at;
        this.parsed = received.parsed();
        this.pid = received.pid();
        this.descriptors = received.descriptorCount();
        this.text = cut(received.toString())
                + parsed.ignoredBecause()
                        .map(why -> " (which systemd ignores: " + why + ")")
                        .orElse("");
    }

    private static String cut(String text) {
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    }

    /**
     * When it was received.
     *
     * @return the time since the {@link ServiceManager} was opened, that is before the test
     */
    public Duration at() {
        return at;
    }

    /**
     * What systemd reads in it: its fields, each also with its type.
     *
     * @return the datagram's meaning
     */
    public ParsedNotification parsed() {
        return parsed;
    }

    /**
     * What {@code systemctl status} shows.
     *
     * @return the value of {@code STATUS}
     */
    public Optional<String> status() {
        return parsed.status();
    }

    /**
     * Who sent it, by the kernel's word.
     *
     * @return the pid, 0 for one that is not visible here
     */
    public long pid() {
        return pid;
    }

    /**
     * How many descriptors came with it.
     *
     * @return the count, 1 for a barrier
     */
    public int descriptors() {
        return descriptors;
    }

    boolean is(ParsedNotification.State state) {
        return parsed.state().equals(Optional.of(state));
    }

    /** {@return its time, sender and fields, as messages of failed tests have it; long ones are cut} */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "+%.3f s from %d: %s", at.toNanos() / 1e9, pid, text);
    }
}
