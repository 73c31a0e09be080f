package io.github.systemd4j.sdnotify;

/**
 * Says whether the service does its work. Asked from a thread of ours before each watchdog ping, so it should answer
 * well within the ping interval; one that hangs is a service that hangs, and the manager will treat it so.
 */
@FunctionalInterface
public interface HealthCheck {

    /**
     * Asks.
     *
     * @return true to send the next ping, false to let it drop
     * @throws Exception counts as false, and as a failure that {@link WatchdogPinger#lastFailure} tells
     */
    boolean isHealthy() throws Exception;
}
