package io.github.systemd4j.samples.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Times are seconds here, counted from 100, since a clock may begin anywhere. */
class LifecycleTest {

    private static final Map<String, String> READY = Map.of("READY", "1");
    private static final Map<String, String> PING = Map.of("WATCHDOG", "1");

    private final Lifecycle life =
            new Lifecycle(Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofSeconds(5), at(0));

    @Test
    void theStartHasItsTime() {
        assertThat(life.state()).isEqualTo(Lifecycle.State.ACTIVATING);
        assertThat(life.due()).isEqualTo(at(10));
        assertThat(life.expired(at(10) - 1)).isNull();
        assertThat(life.expired(at(10))).isEqualTo(Lifecycle.Expiry.START);
    }

    @Test
    void moreTimeIsCountedFromTheRequestAndNeverShortens() {
        assertThat(life.apply(Map.of("EXTEND_TIMEOUT_USEC", "3000000"), at(4))).containsExactly("has 3 s more");
        assertThat(life.due()).isEqualTo(at(10));
        life.apply(Map.of("EXTEND_TIMEOUT_USEC", "3000000"), at(9));
        assertThat(life.due()).isEqualTo(at(12));
    }

    @Test
    void theWatchdogBeginsWithReady() {
        life.apply(PING, at(1));
        assertThat(life.due()).isEqualTo(at(10));

        assertThat(life.apply(READY, at(3))).containsExactly("-> active");

        assertThat(life.due()).isEqualTo(at(5));
        assertThat(life.apply(PING, at(4))).containsExactly("ping 2");
        assertThat(life.due()).isEqualTo(at(6));
        assertThat(life.expired(at(6))).isEqualTo(Lifecycle.Expiry.WATCHDOG);
    }

    @Test
    void moreTimeHoldsForTheWatchdogToo() {
        life.apply(READY, at(0));
        life.apply(Map.of("EXTEND_TIMEOUT_USEC", "9000000"), at(1));
        assertThat(life.due()).isEqualTo(at(10));
    }

    @Test
    void theServiceMayChangeItsWatchdog() {
        life.apply(Map.of("WATCHDOG_USEC", "4000000"), at(0));
        life.apply(READY, at(1));
        assertThat(life.due()).isEqualTo(at(5));

        life.apply(Map.of("WATCHDOG_USEC", "500000"), at(2));
        assertThat(life.expired(at(2))).isEqualTo(Lifecycle.Expiry.WATCHDOG); // it counts from the last ping

        assertThat(life.apply(Map.of("WATCHDOG_USEC", "18446744073709551615"), at(2)))
                .containsExactly("the watchdog now waits for ever");
        assertThat(life.due()).isEqualTo(Lifecycle.NEVER);
    }

    @Test
    void theServiceMayTriggerItsWatchdog() {
        life.apply(READY, at(0));
        life.apply(Map.of("WATCHDOG", "trigger"), at(1));
        assertThat(life.expired(at(1))).isEqualTo(Lifecycle.Expiry.WATCHDOG);
    }

    @Test
    void aReloadIsBetweenTwoReadies() {
        assertThat(life.apply(Map.of("RELOADING", "1"), at(0))).containsExactly("no reload before READY=1");
        life.apply(READY, at(1));
        assertThat(life.apply(Map.of("RELOADING", "1", "MONOTONIC_USEC", "1"), at(2)))
                .containsExactly("-> reloading");
        assertThat(life.expired(at(3))).isEqualTo(Lifecycle.Expiry.WATCHDOG);
        assertThat(life.apply(READY, at(3))).containsExactly("-> active");
        assertThat(life.apply(READY, at(3))).isEmpty();
    }

    @Test
    void stoppingEndsTheWatchdogAndHasItsTime() {
        life.apply(READY, at(0));
        assertThat(life.apply(Map.of("STOPPING", "1"), at(1))).containsExactly("-> stopping");
        life.stop(at(3)); // being told to as well gives it no more time
        assertThat(life.apply(READY, at(3))).isEmpty();
        assertThat(life.apply(PING, at(3))).containsExactly("too late, no watchdog any more");
        assertThat(life.due()).isEqualTo(at(6));
        assertThat(life.expired(at(6))).isEqualTo(Lifecycle.Expiry.STOP);
    }

    @Test
    void nothingCountsAfterTheKill() {
        life.apply(READY, at(0));
        life.killed();
        life.apply(PING, at(1));
        life.apply(READY, at(1));
        life.apply(Map.of("EXTEND_TIMEOUT_USEC", "1"), at(1));
        life.stop(at(1));
        assertThat(life.state()).isEqualTo(Lifecycle.State.KILLED);
        assertThat(life.due()).isEqualTo(Lifecycle.NEVER);
    }

    @Test
    void anErrorHasItsName() {
        assertThat(life.apply(Map.of("ERRNO", "2"), at(0))).containsExactly("the service failed with ENOENT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "1.5", "123456789012345678901"})
    void whatIsNoNumberChangesNothing(String value) {
        for (String field : List.of("EXTEND_TIMEOUT_USEC", "WATCHDOG_USEC")) {
            assertThat(life.apply(Map.of(field, value), at(0))).containsExactly(field + " is no number");
        }
        assertThat(life.due()).isEqualTo(at(10));
    }

    @Test
    void whatWasSavedGoesOnAndTimesBeginAnew() throws UsageException {
        life.apply(READY, at(0));
        life.apply(Map.of("WATCHDOG_USEC", "4000000"), at(1));
        Lifecycle next = Lifecycle.resumed(life.saved(), options(), at(50));
        assertThat(next.state()).isEqualTo(Lifecycle.State.ACTIVE);
        assertThat(next.due()).isEqualTo(at(54));

        next.apply(Map.of("RELOADING", "1"), at(51));
        assertThat(Lifecycle.resumed(next.saved(), options(), at(60)).state()).isEqualTo(Lifecycle.State.RELOADING);

        next.stop(at(52));
        Lifecycle stopping = Lifecycle.resumed(next.saved(), options(), at(60));
        assertThat(stopping.state()).isEqualTo(Lifecycle.State.STOPPING);
        assertThat(stopping.due()).isEqualTo(at(65));
        next.killed();
        assertThat(Lifecycle.resumed(next.saved(), options(), at(60)).due()).isEqualTo(at(65));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ACTIVE", "ACTIVE 0", "ACTIVE -1", "active 5", "DEAD 5", "ACTIVE 99999999999999999999"})
    void whatCannotBeReadIsTheBeginning(String saved) throws UsageException {
        Lifecycle next = Lifecycle.resumed(saved, options(), at(0));
        assertThat(next.state()).isEqualTo(Lifecycle.State.ACTIVATING);
        assertThat(next.due()).isEqualTo(at(10));
    }

    private static Options options() throws UsageException {
        return Options.parse(List.of("--watchdog", "2", "--start-timeout", "10", "--stop-timeout", "5", "--", "true"));
    }

    private static long at(int seconds) {
        return Duration.ofSeconds(100L + seconds).toNanos();
    }
}
