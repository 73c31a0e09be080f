package io.github.systemd4j.sdnotify;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Pings the watchdog at half its timeout while the service is healthy. A health check that says no, throws or hangs
 * lets the pings drop, and the manager acts as {@code WatchdogSec=} says; one that recovers is pinged for again. Neither
 * an exception nor an error ends the pinger; closing it does, or the notifier.
 *
 * <p>Made by {@link Notifier#pingWatchdog}. One daemon thread, {@code systemd4j-watchdog}. Thread safe.
 */
public final class WatchdogPinger implements AutoCloseable {

    private final Notifier notifier;
    private final HealthCheck health;
    private final @Nullable Ticker ticker;
    private final AtomicLong pings = new AtomicLong();
    private final AtomicLong missed = new AtomicLong();
    private volatile @Nullable Throwable lastFailure;

    WatchdogPinger(Notifier notifier, Watchdog watchdog, HealthCheck health) {
        this.notifier = notifier;
        this.health = health;
        this.ticker = watchdog.isEnabled() && notifier.isEnabled()
                ? new Ticker("systemd4j-watchdog", Fields.nanos(watchdog.pingInterval()), this::turn)
                : null;
        if (ticker != null) {
            lastFailure = ticker.start();
        }
    }

    private boolean turn() {
        if (notifier.isClosed()) {
            return false;
        }
        try {
            if (!health.isHealthy()) {
                missed.incrementAndGet();
                return true;
            }
            NotifyResult result = notifier.watchdog();
            if (result instanceof NotifyResult.Failed failed) {
                missed.incrementAndGet();
                lastFailure = failed.cause();
            } else {
                pings.incrementAndGet();
            }
        } catch (Throwable e) { // whatever the check throws: the next one may be well again
            missed.incrementAndGet();
            lastFailure = e;
        }
        return true;
    }

    /**
     * Whether pings are being sent, or would be if the service were healthy.
     *
     * @return false if the watchdog is disabled, after {@link #close} of this or of the notifier, or if no thread was to
     *     be had, which {@link #lastFailure} tells
     */
    public boolean isRunning() {
        return ticker != null && ticker.isRunning() && !notifier.isClosed();
    }

    /**
     * The pings sent so far.
     *
     * @return the count
     */
    public long pings() {
        return pings.get();
    }

    /**
     * The pings that were due and not sent: the check said no or threw, or sending failed.
     *
     * @return the count
     */
    public long missed() {
        return missed.get();
    }

    /**
     * What the check threw last, or why sending failed last.
     *
     * @return the throwable, empty if there was none
     */
    public Optional<Throwable> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** Ends the pings. One that is under way may still be sent. The manager will miss them: see {@code WatchdogSec=}. */
    @Override
    public void close() {
        if (ticker != null) {
            ticker.stop();
        }
    }
}
