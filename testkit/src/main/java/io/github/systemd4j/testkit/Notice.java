package io.github.systemd4j.testkit;

import io.github.systemd4j.sdnotify.ReceivedNotification;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A datagram that a service sent to the {@link ServiceManager}, read as systemd reads it; see sd_notify(3). Immutable.
 */
public final class Notice {

    private static final int NANOS_PER_MICRO = 1000;

    private final Duration at;
    private final Map<String, String> fields;
    private final long pid;
    private final int descriptors;
    private final String text;

    private Notice(Duration at, ReceivedNotification received) {
        this.at = at;
        this.fields = received.fields();
        this.pid = received.pid();
        this.descriptors = received.descriptorCount();
        this.text = fields.isEmpty()
                ? received + " (a datagram of " + received.bytes().length
                        + (received.isTruncated() ? " bytes or more" : " bytes") + " that systemd drops)"
                : received.toString();
    }

    static Notice of(Duration at, ReceivedNotification received) {
        return new Notice(at, received);
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
     * All fields in the order they came; of a key that stands twice the first.
     *
     * @return an unmodifiable map, empty for a datagram that systemd drops
     */
    public Map<String, String> fields() {
        return fields;
    }

    /**
     * One field.
     *
     * @param key such as {@code ERRNO}
     * @return its value
     */
    public Optional<String> field(String key) {
        return Optional.ofNullable(fields.get(key));
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

    private boolean is(String key, String value) {
        return value.equals(fields.get(key));
    }

    /** {@return whether it has {@code READY=1}, which also ends a reload} */
    public boolean isReady() {
        return is("READY", "1");
    }

    /** {@return whether it has {@code RELOADING=1}} */
    public boolean isReloading() {
        return is("RELOADING", "1");
    }

    /** {@return whether it has {@code STOPPING=1}} */
    public boolean isStopping() {
        return is("STOPPING", "1");
    }

    /** {@return whether it has {@code WATCHDOG=1}} */
    public boolean isPing() {
        return is("WATCHDOG", "1");
    }

    /** {@return whether it is a barrier: {@code BARRIER=1} alone, with one descriptor} */
    public boolean isBarrier() {
        return is("BARRIER", "1") && fields.size() == 1 && descriptors == 1;
    }

    /**
     * What {@code systemctl status} shows.
     *
     * @return the value of {@code STATUS}
     */
    public Optional<String> status() {
        return field("STATUS");
    }

    /**
     * How much more time it asks for.
     *
     * @return the value of {@code EXTEND_TIMEOUT_USEC}, empty also if that is no number
     */
    public Optional<Duration> extension() {
        return field("EXTEND_TIMEOUT_USEC")
                .filter(usec -> usec.matches("[0-9]{1,15}"))
                .map(usec -> Duration.ofNanos(Long.parseLong(usec) * NANOS_PER_MICRO));
    }

    /** {@return its time, sender and fields, as messages of failed tests have it} */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "+%.3f s from %d: %s", at.toNanos() / 1e9, pid, text);
    }
}
