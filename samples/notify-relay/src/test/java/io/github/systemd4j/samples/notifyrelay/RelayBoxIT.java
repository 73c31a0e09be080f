package io.github.systemd4j.samples.notifyrelay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
        try (RelayedUnit unit = new RelayedUnit(List.of(), "TimeoutStartSec=6")) {
            long started = System.nanoTime();
            while (System.nanoTime() - started < 8_000_000_000L) {
                unit.send("extend 5");
                assertThat(unit.show("ActiveState")).isEqualTo("activating");
                TimeUnit.MILLISECONDS.sleep(100); // each look is a process
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
                TimeUnit.MILLISECONDS.sleep(100);
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

    @Test
    void aPidOfAContainerBecomesThatOfTheHost() throws Exception {
        List<String> container = List.of("unshare", "--pid", "--fork", "--mount-proc");
        try (RelayedUnit unit = new RelayedUnit(List.of(), container)) {
            unit.send("ready");
            unit.send("my-pid"); // which is 1

            String pid = unit.show("MainPID");
            assertThat(Files.readString(Path.of("/proc", pid, "cmdline"))).contains(Client.class.getName());
            assertThat(Files.readString(Path.of("/proc", pid, "status"))).containsPattern("NSpid:\t" + pid + "\t1\n");
            unit.send("main-pid 4000000"); // there is none in the container
            assertThat(unit.show("MainPID")).isEqualTo(pid);
        }
    }

    @Test
    void aMainPidThatIsForgedIsRefusedAsSystemdRefusesIt() throws Exception {
        String ours = Long.toString(ProcessHandle.current().pid()); // of another unit, and of root
        List<String> nobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
        try (RelayedUnit unit = new RelayedUnit(List.of("--socket", "@forged"), nobody)) {
            unit.send("ready");
            String relay = unit.show("MainPID");

            unit.send("main-pid " + ours);
            assertThat(unit.show("MainPID")).isEqualTo(relay);
            unit.send("main-pid 1");
            assertThat(unit.show("MainPID")).isEqualTo(relay);

            String sleeper = unit.say("sleeper"); // one of its own is another matter
            unit.send("main-pid " + sleeper);
            assertThat(unit.show("MainPID")).isEqualTo(sleeper);
        }
    }

    @Test
    void whoIsNotHeardChangesNothing() throws Exception {
        try (RelayedUnit unit = new RelayedUnit(List.of("--allow-uid", "1", "--allow-cgroup", "/none"))) {
            assertThat(unit.say("status x")).isEqualTo("Sent[]");
            assertThat(unit.show("ActiveState")).isEqualTo("activating");
            assertThat(unit.show("StatusText")).isEmpty();
        }
        try (RelayedUnit unit = new RelayedUnit(List.of("--allow-cgroup", "/system.slice"))) {
            unit.send("ready");
            assertThat(unit.show("ActiveState")).isEqualTo("active");
        }
    }
}
