package io.github.systemd4j.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions on what a service says to its {@link ServiceManager}. Those that wait follow the order in which things come, as
 * described there; a message of one that fails lists all that came. Not thread safe.
 */
public final class ServiceManagerAssert extends AbstractAssert<ServiceManagerAssert, ServiceManager> {

    ServiceManagerAssert(ServiceManager actual) {
        super(actual, ServiceManagerAssert.class);
    }

    /**
     * Waits for {@code READY=1}.
     *
     * @param timeout how long at most
     * @return this
     */
    public ServiceManagerAssert isReadyWithin(Duration timeout) {
        return after(() -> actual.awaitReady(timeout));
    }

    /**
     * Waits for {@code RELOADING=1}.
     *
     * @param timeout how long at most
     * @return this
     */
    public ServiceManagerAssert isReloadingWithin(Duration timeout) {
        return after(() -> actual.awaitReloading(timeout));
    }

    /**
     * Waits for {@code STOPPING=1}.
     *
     * @param timeout how long at most
     * @return this
     */
    public ServiceManagerAssert isStoppingWithin(Duration timeout) {
        return after(() -> actual.awaitStopping(timeout));
    }

    /**
     * Waits for a status.
     *
     * @param part a text that it contains
     * @param timeout how long at most
     * @return this
     */
    public ServiceManagerAssert saysWithin(String part, Duration timeout) {
        return after(() -> actual.awaitStatus(part, timeout));
    }

    /**
     * Waits for {@code EXTEND_TIMEOUT_USEC}.
     *
     * @param timeout how long at most
     * @return this
     */
    public ServiceManagerAssert asksForTimeWithin(Duration timeout) {
        return after(() -> actual.awaitExtension(timeout));
    }

    /**
     * Waits for a descriptor to be stored.
     *
     * @param name its name
     * @param timeout how long at most
     * @return this
     */
    public ServiceManagerAssert storesWithin(String name, Duration timeout) {
        return after(() -> actual.awaitStored(name, timeout));
    }

    /**
     * The last status that came so far.
     *
     * @param expected the whole of it
     * @return this
     */
    public ServiceManagerAssert hasStatus(String expected) {
        isNotNull();
        Optional<String> status = actual.status();
        if (!status.equals(Optional.of(expected))) {
            throw failure(
                    "the status is %s, not \"%s\"%n%s",
                    status.map(text -> "\"" + text + "\"").orElse("empty"), expected, actual);
        }
        return this;
    }

    /**
     * Watches the pings of the watchdog. Takes as long as it watches.
     *
     * @param gap the longest time that may pass without a ping
     * @param time how long to watch from now on
     * @return this
     */
    public ServiceManagerAssert pingsAtLeastEvery(Duration gap, Duration time) {
        isNotNull();
        Duration greatest = actual.greatestPingGap(time);
        if (greatest.compareTo(gap) > 0) {
            throw failure("no WATCHDOG=1 for %s, more than %s%n%s", greatest, gap, actual);
        }
        return this;
    }

    /**
     * Watches for pings of the watchdog that must not come. Takes as long as it watches.
     *
     * @param time how long to watch from now on
     * @return this
     */
    public ServiceManagerAssert doesNotPingFor(Duration time) {
        isNotNull();
        List<Notice> pings = actual.during(time).stream()
                .filter(notice -> notice.parsed().isWatchdogPing())
                .toList();
        if (!pings.isEmpty()) {
            throw failure("%s times WATCHDOG=1 in %s%n%s", pings.size(), time, actual);
        }
        return this;
    }

    private ServiceManagerAssert after(Runnable wait) {
        isNotNull();
        try {
            wait.run();
        } catch (AssertionError e) {
            throw Failures.because(failure("%s", e.getMessage()), e);
        }
        return this;
    }
}
