package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.Errno;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether the manager wants watchdog pings, and how often: {@code WATCHDOG_USEC} and {@code WATCHDOG_PID}, read as
 * sd_watchdog_enabled(3) reads them. Asking never throws: a wrong value makes it disabled, and {@link #reason()} says
 * what is wrong. Immutable and thread safe.
 */
public final class Watchdog {

    private static final long USEC_INFINITY = -1;

    private final long usec;
    private final int errno;
    private final String reason;

    private Watchdog(long usec, int errno, String reason) {
        this.usec = usec;
        this.errno = errno;
        this.reason = reason;
    }

    /**
     * Reads this process's environment, strictly: a {@code WATCHDOG_PID} of another process means no.
     *
     * @return the answer
     */
    public static Watchdog fromEnvironment() {
        String usec = System.getenv("WATCHDOG_USEC");
        String pid = System.getenv("WATCHDOG_PID");
        return parse(usec, pid, pid == null ? 0 : ProcessHandle.current().pid());
    }

    /**
     * Reads an environment, strictly: a {@code WATCHDOG_PID} other than {@code pid} means no.
     *
     * @param environment the variables
     * @param pid the process that asks
     * @return the answer
     */
    public static Watchdog of(Map<String, String> environment, long pid) {
        return parse(environment.get("WATCHDOG_USEC"), environment.get("WATCHDOG_PID"), Fields.requirePid("pid", pid));
    }

    /**
     * Reads an environment without comparing {@code WATCHDOG_PID}: for a service behind a wrapper or in a pid namespace
     * of its own, where that number is somebody else's and the pings are wanted all the same.
     *
     * @param environment the variables
     * @return the answer
     */
    public static Watchdog ofAnyPid(Map<String, String> environment) {
        return parse(environment.get("WATCHDOG_USEC"), null, 0);
    }

    /**
     * A watchdog that was agreed on by other means: container engines do not pass {@code WATCHDOG_USEC} on.
     *
     * @param timeout what the unit's {@code WatchdogSec=} says, 1 microsecond or more
     * @return an enabled watchdog
     */
    public static Watchdog every(Duration timeout) {
        return new Watchdog(Fields.requireMicros("timeout", timeout), 0, "set by the service");
    }

    private static Watchdog parse(@Nullable String usec, @Nullable String pid, long self) {
        if (usec == null) {
            return new Watchdog(0, 0, "WATCHDOG_USEC is not set");
        }
        CNumber time = CNumber.parse(usec);
        if (time.errno() != 0) {
            return invalid("WATCHDOG_USEC", usec, time.errno());
        }
        if (time.value() == 0 || time.value() == USEC_INFINITY) {
            return invalid("WATCHDOG_USEC", usec, Errno.EINVAL);
        }
        if (pid != null) {
            CNumber number = CNumber.parse(pid);
            int wrong = number.errno();
            if (wrong == 0 && (number.value() < 1 || number.value() > Integer.MAX_VALUE)) {
                wrong = Errno.ERANGE;
            }
            if (wrong != 0) {
                return invalid("WATCHDOG_PID", pid, wrong);
            }
            if (number.value() != self) {
                return new Watchdog(
                        0,
                        0,
                        "WATCHDOG_PID is " + number.value() + ", this process is " + self
                                + ": a wrapper in between should use exec, or see Watchdog.ofAnyPid");
            }
        }
        return new Watchdog(time.value(), 0, "WATCHDOG_USEC is " + usec);
    }

    private static Watchdog invalid(String variable, String value, int errno) {
        return new Watchdog(0, errno, variable + " is \"" + value + "\": " + Errno.name(errno) + " (" + errno + ")");
    }

    /**
     * Whether pings are wanted from this process.
     *
     * @return true if so
     */
    public boolean isEnabled() {
        return usec != 0;
    }

    /**
     * The time within which each ping must come.
     *
     * @return the time in microseconds' precision, zero if not {@linkplain #isEnabled() enabled}
     */
    public Duration timeout() {
        long seconds = Long.divideUnsigned(usec, 1_000_000);
        return Duration.ofSeconds(seconds, Long.remainderUnsigned(usec, 1_000_000) * 1000);
    }

    /**
     * How often to ping: half of the timeout, as sd_watchdog_enabled(3) advises.
     *
     * @return the time, zero if not {@linkplain #isEnabled() enabled}
     */
    public Duration pingInterval() {
        return timeout().dividedBy(2);
    }

    /**
     * Why it is enabled or not.
     *
     * @return one line for a log
     */
    public String reason() {
        return reason;
    }

    /**
     * What sd_watchdog_enabled(3) would return as its error.
     *
     * @return {@link Errno#EINVAL} or {@link Errno#ERANGE} for a variable that is wrong, else 0
     */
    public int errno() {
        return errno;
    }

    /** {@return the timeout or "disabled", and the reason} */
    @Override
    public String toString() {
        return "watchdog " + (isEnabled() ? timeout().toString() : "disabled") + ": " + reason;
    }
}
