package io.github.systemd4j.sdnotify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What systemd itself makes of what we send. Run by box/test. */
@Timeout(120)
class NotifyBoxIT {

    @Test
    void readyMakesTheUnitActiveAndStatusShows() throws Exception {
        try (BoxUnit unit = new BoxUnit()) {
            assertThat(unit.show("ActiveState")).isEqualTo("activating");

            unit.send("ready");
            unit.send("status läuft, 日本語 😀");

            assertThat(unit.show("ActiveState")).isEqualTo("active");
            assertThat(unit.show("StatusText")).isEqualTo("läuft, 日本語 😀");
        }
    }

    @Test
    void aDatagramOfSeveralFields() throws Exception {
        try (BoxUnit unit = new BoxUnit()) {
            unit.send("ready-with-everything-else up");

            assertThat(unit.show("ActiveState")).isEqualTo("active");
            assertThat(unit.show("StatusText")).isEqualTo("up");
            assertThat(unit.show("StatusErrno")).isEqualTo("5");
        }
    }

    @Test
    void aStatusThatIsTooLongIsCutAndShown() throws Exception {
        try (BoxUnit unit = new BoxUnit()) {
            unit.send("ready");
            unit.send("status " + "ü".repeat(3000));

            assertThat(unit.show("StatusText")).isEqualTo("ü".repeat((4096 - 7) / 2));

            unit.send("status ");
            assertThat(unit.show("StatusText")).isEmpty();
        }
    }

    @Test
    void withoutReadyTheStartTimesOut() throws Exception {
        try (BoxUnit unit = new BoxUnit("TimeoutStartSec=5")) { // in which it must have come up, on a busy machine too
            unit.send("status starting");

            unit.await("ActiveState", "failed");
            assertThat(unit.show("Result")).isEqualTo("timeout");
        }
    }

    @Test
    void extensionsKeepALongStartAlive() throws Exception {
        try (BoxUnit unit = new BoxUnit("TimeoutStartSec=5")) {
            long started = System.nanoTime();
            assertThat(unit.say("extend 3")).contains("StartupExtension");
            // The same start was ended after 5 seconds without them: this one goes on for longer than that.
            while (System.nanoTime() - started < 8_000_000_000L) {
                assertThat(unit.show("ActiveState")).isEqualTo("activating");
                TimeUnit.MILLISECONDS.sleep(100); // each look is a process
            }
            unit.send("ready");

            assertThat(unit.show("ActiveState")).isEqualTo("active");
        }
    }

    @Test
    void pingsKeepAServiceAliveAndTheirAbsenceKillsIt() throws Exception {
        try (BoxUnit unit = new BoxUnit("WatchdogSec=4")) {
            unit.send("ready");
            assertThat(unit.say("ping")).startsWith("watchdog PT4S");
            // Five pings at half the time: twice as long as it would live without.
            while (Long.parseLong(unit.say("pings")) < 5) {
                assertThat(unit.show("ActiveState")).isEqualTo("active");
                TimeUnit.MILLISECONDS.sleep(100);
            }
            assertThat(unit.show("Result")).isEqualTo("success");

            unit.say("fall-ill");

            unit.await("ActiveState", "failed");
            assertThat(unit.show("Result")).isEqualTo("watchdog");
        }
    }

    @Test
    void theWatchdogCanBeTriggeredAndItsTimeChanged() throws Exception {
        try (BoxUnit unit = new BoxUnit("WatchdogSec=100")) {
            unit.send("ready");
            unit.send("watchdog-timeout 200");
            assertThat(unit.show("WatchdogUSec")).isEqualTo("3min 20s");

            unit.tell("watchdog-trigger"); // it may not live to answer

            unit.await("ActiveState", "failed");
            assertThat(unit.show("Result")).isEqualTo("watchdog");
        }
    }

    @Test
    void aReloadIsAStateUntilReady() throws Exception {
        try (BoxUnit unit = new BoxUnit()) {
            unit.send("ready");
            unit.send("reloading");
            assertThat(unit.show("ActiveState")).isEqualTo("reloading");

            unit.send("ready");
            assertThat(unit.show("ActiveState")).isEqualTo("active");
        }
    }

    @Test
    void stoppingIsAState() throws Exception {
        try (BoxUnit unit = new BoxUnit()) {
            unit.send("ready");
            unit.send("stopping");

            assertThat(unit.show("ActiveState")).isEqualTo("deactivating");
        }
    }

    @Test
    void errnoShows() throws Exception {
        try (BoxUnit unit = new BoxUnit()) {
            unit.send("errno 13");

            assertThat(unit.show("StatusErrno")).isEqualTo("13");
        }
    }

    @Test
    void storedDescriptorsAreCountedReturnedAndRemoved() throws Exception {
        try (BoxUnit unit = new BoxUnit("FileDescriptorStoreMax=8")) {
            unit.send("ready");
            unit.send("store first");
            unit.send("store second");
            unit.send("store third");
            assertThat(unit.show("NFileDescriptorStore")).isEqualTo("3");
            unit.send("unstore third");
            assertThat(unit.show("NFileDescriptorStore")).isEqualTo("2");

            unit.restart();

            assertThat(unit.say("stored")).isEqualTo("[first=first, second=second]");
            unit.send("ready");
            assertThat(unit.show("ActiveState")).isEqualTo("active");
        }
    }

    @Test
    void withoutAStoreNothingIsCounted() throws Exception {
        try (BoxUnit unit = new BoxUnit()) {
            unit.send("ready");
            unit.send("store first");

            assertThat(unit.show("NFileDescriptorStore")).isEqualTo("0");
        }
    }

    @Test
    void aBarrierMeansThatSystemdHasRead() throws Exception {
        try (BoxUnit unit = new BoxUnit()) {
            unit.send("ready");
            for (int i = 0; i < 50; i++) {
                unit.send("status " + i);
                assertThat(unit.show("StatusText")).isEqualTo(Integer.toString(i));
            }
        }
    }

    @Test
    void aChildIsHeardOnlyWhereAllMayNotify() throws Exception {
        try (BoxUnit unit = new BoxUnit("NotifyAccess=main")) {
            unit.send("ready");
            unit.send("status mine");
            unit.say("child the child's");
            assertThat(unit.show("StatusText")).isEqualTo("mine");
        }
        try (BoxUnit unit = new BoxUnit("NotifyAccess=all")) {
            unit.send("ready");
            unit.send("status mine");
            assertThat(unit.say("child the child's")).isEqualTo("0");
            assertThat(unit.show("StatusText")).isEqualTo("the child's");
        }
    }

    @Test
    void anotherProcessBecomesTheMainOne() throws Exception {
        try (BoxUnit unit = new BoxUnit("NotifyAccess=all")) {
            unit.send("ready");
            String pid = unit.say("sleeper");
            unit.send("main-pid " + pid);

            assertThat(unit.show("MainPID")).isEqualTo(pid);
        }
    }
}
