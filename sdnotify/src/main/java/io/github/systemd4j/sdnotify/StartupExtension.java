package io.github.systemd4j.sdnotify;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks the manager for more time to start, again and again, until {@code READY=1} was sent through the same {@link
 * Notifier}, the progress check says no, or it is closed. No request can follow READY.
 *
 * <p>Made by {@link Notifier#extendStartup}. One daemon thread, {@code systemd4j-extend-timeout}. Thread safe.
 */
public final class StartupExtension implements AutoCloseable {

    private final Notifier notifier;
    private final HealthCheck progress;
    private final Notification request;
    private final Ticker ticker;
    private volatile @Nullable Throwable lastFailure;

    StartupExtension(Notifier notifier, Duration extension, HealthCheck progress) {
        this.notifier = notifier;
        this.progress = progress;
        this.request = Notification.builder().extendTimeout(extension).build();
        this.ticker = new Ticker("systemd4j-extend-timeout", Fields.nanos(extension) / 2, this::turn);
        if (notifier.isEnabled()) {
            lastFailure = ticker.start();
        } else {
            ticker.stop();
        }
    }

    private boolean turn() {
        try {
            if (!progress.isHealthy()) {
                return false;
            }
        } catch (Throwable e) { // a check that throws has no progress to tell of
            lastFailure = e;
            return false;
        }
        if (notifier.sendWhileStarting(request) instanceof NotifyResult.Failed failed) {
            lastFailure = failed.cause();
        }
        return !notifier.hasSentReady() && !notifier.isClosed();
    }

    /**
     * Whether time is still being asked for.
     *
     * @return false after READY, after a progress check that said no, after {@link #close} of this or of the notifier,
     *     without a manager, or if no thread was to be had
     */
    public boolean isRunning() {
        return ticker.isRunning() && !notifier.hasSentReady() && !notifier.isClosed();
    }

    /**
     * What the progress check threw, or why sending failed last.
     *
     * @return the throwable, empty if there was none
     */
    public Optional<Throwable> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** Ends it; the last request still holds. */
    @Override
    public void close() {
        ticker.stop();
    }
}
