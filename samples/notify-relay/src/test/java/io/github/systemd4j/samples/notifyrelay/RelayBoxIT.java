package io.github.systemd4j.samples.notifyrelay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What systemd makes of what a service says to the relay: the same as if there were none. */
@Timeout(120)
class RelayBoxIT {

    @Test
    void everyFieldArrives() throws Exception {
        try (RelayedUnit unit = new RelayedUnit(List.of(), "FileDescriptorStoreMax=8")) {
            assertThat(unit.show("ActiveState")).isEqualTo("activating");

            unit.send("ready");
            unit.send("status läuft, 日本語 😀");
            unit.send("errno 13");
            assertThat(unit.show("ActiveState")).isEqualTo("active");
            assertThat(unit.show("StatusText")).isEqualTo("läuft, 日本語 😀");
            assertThat(unit.show("StatusErrno")).isEqualTo("13");

            unit.send("store one");
            assertThat(unit.show("NFileDescriptorStore")).isEqualTo("1");
            unit.send("unstore one");
            assertThat(unit.show("NFileDescriptorStore")).isEqualTo("0");

            unit.send("reloading");
            assertThat(unit.show("ActiveState")).isEqualTo("reloading");
            unit.send("ready");
            assertThat(unit.show("ActiveState")).isEqualTo("active");

            String sleeper = unit.say("sleeper");
            unit.send("main-pid " + sleeper);
            assertThat(unit.show("MainPID")).isEqualTo(sleeper);
        }
    }

    @Test
    void stoppingAndTheStatusOfTheCommandArrive() throws Exception {
        try (RelayedUnit unit = new RelayedUnit(List.of())) {
            unit.send("ready");
            unit.send("stopping");
            assertThat(unit.show("ActiveState")).isEqualTo("deactivating");
            unit.tell("exit 7");

            unit.await("ActiveState", "failed");
            assertThat(unit.show("ExecMainStatus")).isEqualTo("7");
            // The relay was the last to know, and still told it before it ended.
            assertThat(unit.show("StatusText")).isEqualTo("last words");
        }
    }

    @Test
    void aLongStartIsExtended() throws Exception {
        try (RelayedUnit unit = new RelayedUnit(List.of(), "TimeoutStartSec=4")) {
            long started = System.nanoTime();
            while (System.nanoTime() - started < 6_000_000_000L) {
                unit.send("extend 3");
                assertThat(unit.show("ActiveState")).isEqualTo("activating");
            }
            unit.send("ready");

            assertThat(unit.show("ActiveState")).isEqualTo("active");
        }
    }

    @Test
    void pingsKeepItAliveAndTheWatchdogCanBeTriggered() throws Exception {
        try (RelayedUnit unit = new RelayedUnit(List.of(), "WatchdogSec=3")) {
            unit.send("ready");
            unit.send("pings");
            long started = System.nanoTime();
            while (System.nanoTime() - started < 7_000_000_000L) {
                assertThat(unit.show("ActiveState")).isEqualTo("active");
            }
            unit.tell("trigger");

            unit.await("ActiveState", "failed");
            assertThat(unit.show("Result")).isEqualTo("watchdog");
        }
    }

    @Test
    void signalsReachTheCommand() throws Exception {
        try (RelayedUnit unit = new RelayedUnit(List.of(), "KillMode=mixed")) {
            unit.send("ready");
            assertThat(RelayedUnit.run("systemctl", "stop", unit.name())).isEmpty();

            assertThat(unit.show("ExecMainStatus")).isEqualTo("143");
        }
    }
}
