package io.github.systemd4j.samples.supervisor;

import io.github.systemd4j.linux.Errno;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The state of one run of the service, and when its time is up. Knows no process and no clock: times are handed in, in
 * nanoseconds from any beginning.
 */
final class Lifecycle {

    enum State {
        ACTIVATING,
        ACTIVE,
        RELOADING,
        STOPPING,
        KILLED;

        String text() {
            return switch (this) {
                case ACTIVATING -> "activating";
                case ACTIVE -> "active";
                case RELOADING -> "reloading";
                case STOPPING -> "stopping";
                case KILLED -> "killed";
            };
        }
    }

    enum Expiry {
        START,
        WATCHDOG,
        STOP
    }

    static final long NEVER = Long.MAX_VALUE;

    private static final Pattern SAVED =
            Pattern.compile("(ACTIVATING|ACTIVE|RELOADING|STOPPING|KILLED) ([1-9][0-9]{0,17}|" + NEVER + ")");

    private final long stopTimeout;
    private State state = State.ACTIVATING;
    private long timer; // of the start or the stop
    private long watchdog; // how long a ping lasts
    private long watchdogDue = NEVER;
    private long lastPing;
    private long pings;

    Lifecycle(@Nullable Duration watchdog, Duration startTimeout, Duration stopTimeout, long now) {
        this.watchdog = watchdog == null ? NEVER : watchdog.toNanos();
        this.stopTimeout = stopTimeout.toNanos();
        this.timer = sum(now, startTimeout.toNanos());
    }

    /**
     * Goes on where {@link #saved} was. Times begin anew: nobody could count while there was nobody.
     *
     * @param saved what it answered; what cannot be read is the beginning
     */
    static Lifecycle resumed(String saved, Options options, long now) {
        Lifecycle life = new Lifecycle(options.watchdog(), options.startTimeout(), options.stopTimeout(), now);
        Matcher matcher = SAVED.matcher(saved);
        if (matcher.matches()) {
            State state = State.valueOf(matcher.group(1));
            life.watchdog = Long.parseLong(matcher.group(2));
            switch (state) {
                case ACTIVATING -> {
                    // as it begins
                }
                case ACTIVE, RELOADING -> life.ready(now);
                case STOPPING, KILLED -> life.stop(now);
            }
            life.state = state == State.KILLED ? State.STOPPING : state;
        }
        return life;
    }

    /** What outlives this process. */
    String saved() {
        return state + " " + watchdog;
    }

    State state() {
        return state;
    }

    /** Takes the fields of a datagram and tells what they brought about, in a few words each. */
    List<String> apply(Map<String, String> fields, long now) {
        List<String> remarks = new ArrayList<>();
        State before = state;
        if ("1".equals(fields.get("STOPPING"))) {
            stop(now);
        } else if ("1".equals(fields.get("READY"))) {
            ready(now);
        } else if ("1".equals(fields.get("RELOADING"))) {
            reloading(remarks);
        }
        if (state != before) {
            remarks.add("-> " + state.text());
        }
        error(fields.get("ERRNO"), remarks);
        extend(fields.get("EXTEND_TIMEOUT_USEC"), now, remarks);
        retime(fields.get("WATCHDOG_USEC"), remarks);
        ping(fields.get("WATCHDOG"), now, remarks);
        return remarks;
    }

    /** The service stops, or was told to; from now on the stop time-out runs, and no watchdog. */
    void stop(long now) {
        if (state != State.KILLED && state != State.STOPPING) {
            state = State.STOPPING;
            timer = sum(now, stopTimeout);
            watchdogDue = NEVER;
        }
    }

    /** It was killed; nothing that it has said before counts any more. */
    void killed() {
        state = State.KILLED;
        timer = NEVER;
        watchdogDue = NEVER;
    }

    /** When to look again. */
    long due() {
        return Math.min(timer, watchdogDue);
    }

    /** What has run out, null if nothing has. */
    @Nullable
    Expiry expired(long now) {
        if (now >= timer) {
            return state == State.STOPPING ? Expiry.STOP : Expiry.START;
        }
        return now >= watchdogDue ? Expiry.WATCHDOG : null;
    }

    private void ready(long now) {
        if (state == State.ACTIVATING) {
            timer = NEVER;
            lastPing = now;
            watchdogDue = sum(now, watchdog);
        }
        if (state == State.ACTIVATING || state == State.RELOADING) {
            state = State.ACTIVE;
        }
    }

    private void reloading(List<String> remarks) {
        if (state == State.ACTIVE) {
            state = State.RELOADING;
        } else if (state == State.ACTIVATING) {
            remarks.add("no reload before READY=1");
        }
    }

    private static void error(@Nullable String value, List<String> remarks) {
        if (value == null) {
            return;
        }
        try {
            remarks.add("the service failed with " + Errno.name(Integer.parseInt(value)));
        } catch (NumberFormatException e) {
            remarks.add("ERRNO is no number");
        }
    }

    private void extend(@Nullable String value, long now, List<String> remarks) {
        long nanos = value == null ? 0 : nanos("EXTEND_TIMEOUT_USEC", value, remarks);
        if (nanos > 0) {
            // As systemd does: a request never shortens what is left.
            long until = sum(now, nanos);
            timer = timer == NEVER ? NEVER : Math.max(timer, until);
            watchdogDue = watchdogDue == NEVER ? NEVER : Math.max(watchdogDue, until);
            remarks.add("has " + Timeline.seconds(nanos) + " more");
        }
    }

    private void retime(@Nullable String value, List<String> remarks) {
        long nanos = value == null ? 0 : nanos("WATCHDOG_USEC", value, remarks);
        if (nanos > 0) {
            watchdog = nanos;
            if (state == State.ACTIVE || state == State.RELOADING) {
                watchdogDue = sum(lastPing, watchdog);
            }
            remarks.add("the watchdog now waits " + (nanos == NEVER ? "for ever" : Timeline.seconds(nanos)));
        }
    }

    private void ping(@Nullable String value, long now, List<String> remarks) {
        if (value == null) {
            return;
        }
        if (state == State.STOPPING || state == State.KILLED) {
            remarks.add("too late, no watchdog any more");
        } else if (value.equals("trigger")) {
            watchdogDue = now;
            remarks.add("the service says itself that it is broken");
        } else if (value.equals("1")) {
            pings++;
            lastPing = now;
            if (state != State.ACTIVATING) {
                watchdogDue = sum(now, watchdog);
            }
            remarks.add("ping " + pings);
        }
    }

    /** Microseconds as nanoseconds; 0 if there is nothing to go by. */
    private static long nanos(String field, String value, List<String> remarks) {
        if (!value.matches("[0-9]{1,20}")) {
            remarks.add(field + " is no number");
            return 0;
        }
        BigInteger nanos = new BigInteger(value).multiply(BigInteger.valueOf(1000));
        return nanos.bitLength() > 62 ? NEVER : nanos.longValue();
    }

    private static long sum(long time, long duration) {
        return duration > NEVER - time ? NEVER : time + duration;
    }
}
