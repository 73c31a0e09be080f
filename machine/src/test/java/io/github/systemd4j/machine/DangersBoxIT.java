package io.github.systemd4j.machine;

import static io.github.systemd4j.machine.Command.run;
import static io.github.systemd4j.machine.Command.show;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.machine.MachineException.Reason;
import io.github.systemd4j.machine.dbus.BusException;
import io.github.systemd4j.machine.dbus.SocketBus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls to machined that stop a service, each as it would be made by mistake: the service goes on. */
@Timeout(120)
class DangersBoxIT {

    private static final String BUS = "unix:path=/run/dbus/system_bus_socket";

    private final Systemd systemd = Systemd.system();
    private final Machines machines = systemd.machines();
    private final BoxServices services = new BoxServices();

    @AfterEach
    void close() throws Exception {
        for (Machine machine : machines.list()) {
            if (machine.machineClass() != MachineClass.HOST) {
                machines.unregister(machine.name());
            }
        }
        systemd.close();
        services.end();
    }

    @Test
    void aLeaderThatIsRegisteredUnderAnotherName() throws Exception {
        long pid = services.sleeper("victim.service");
        try (Registration first = machines.register(MachineSpec.named("first").withLeader(pid))) {
            assertThat(Reasons.of(
                            () -> machines.register(MachineSpec.named("second").withLeader(pid))))
                    .isEqualTo(Reason.LEADER_REGISTERED);
            assertThat(Reasons.of(
                            () -> machines.create(MachineSpec.named("second").withLeader(pid), UnitProperties.none())))
                    .isEqualTo(Reason.LEADER_REGISTERED);
            assertThat(Reasons.of(
                            () -> machines.register(MachineSpec.named("first").withLeader(pid))))
                    .isEqualTo(Reason.MACHINE_EXISTS);
            assertRuns("victim.service", pid);
            assertThat(first.machine().leader()).isEqualTo(pid);
        }
        assertThat(machines.find("second")).isEmpty();
    }

    @Test
    void aServiceThatRegistersItselfTwice() throws Exception {
        try (Registration first = machines.register(MachineSpec.named("first"))) {
            assertThat(Reasons.of(() -> machines.register(MachineSpec.named("second"))))
                    .isEqualTo(Reason.LEADER_REGISTERED);
            assertThat(first.machine().unit()).isEqualTo("box-command.service");
        }
        assertRuns("box-command.service", ProcessHandle.current().pid());
    }

    @Test
    void manyThreadsThatRegisterTheSameLeaderAtOnce() throws Exception {
        long pid = services.sleeper("victim.service");
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String name = "race-" + i;
            Thread thread = new Thread(() -> {
                try (Systemd own = Systemd.system()) {
                    own.machines().register(MachineSpec.named(name).withLeader(pid));
                } catch (MachineException e) {
                    // all but one of them
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertRuns("victim.service", pid);
        assertThat(machines.list()).hasSize(2); // the host is one
    }

    @Test
    void anotherProcessOfAUnitThatHasAMachineIsAnotherLeader() throws Exception {
        long shell = services.start("two.service", List.of(), List.of("sh", "-c", "sleep 1000 & sleep 1000"));
        Command.await("2", "sh", "-c", "pgrep -c -P " + shell);
        List<String> pids = run("pgrep", "-P", Long.toString(shell)).lines().toList();

        machines.register(MachineSpec.named("one").withLeader(Long.parseLong(pids.get(0))));
        machines.register(MachineSpec.named("two").withLeader(Long.parseLong(pids.get(1))));
        machines.unregister("one");

        assertThat(machines.get("two").unit()).isEqualTo("two.service");
        assertRuns("two.service", shell);
    }

    @Test
    void ourOwnUnitIsNotTerminatedByAccident() throws Exception {
        long self = ProcessHandle.current().pid();
        long sibling = new ProcessBuilder("sleep", "1000").start().pid();
        machines.register(MachineSpec.named("sibling").withLeader(sibling)); // it is in our unit too

        assertThat(Reasons.of(() -> machines.terminate("sibling"))).isEqualTo(Reason.OWN_UNIT);
        assertThat(Reasons.of(() -> machines.kill("sibling", Whom.ALL, 15))).isEqualTo(Reason.OWN_UNIT);
        assertThat(Reasons.of(() -> systemd.units().stop("box-command.service")))
                .isEqualTo(Reason.OWN_UNIT);
        assertThat(Reasons.of(() -> systemd.units().stop("system.slice"))).isEqualTo(Reason.OWN_UNIT);
        assertThat(Reasons.of(() -> systemd.units().stop("-.slice"))).isEqualTo(Reason.OWN_UNIT);

        assertRuns("box-command.service", self);
        assertThat(machines.kill("sibling", Whom.LEADER, 9)).isTrue();
    }

    @Test
    void whoIsToldToEndsItsOwnUnitOrThatOfOthers() throws Exception {
        long pid = services.sleeper("other.service");
        machines.register(MachineSpec.named("other").withLeader(pid));

        assertThat(machines.terminate("other")).isTrue();

        Command.await("inactive", "systemctl", "is-active", "other.service");
        assertThat(machines.terminateEvenOurs("other")).isFalse();
    }

    @Test
    void aLeaderThatHasEndedLeavesAMachineThatClosingTakesAway() throws Exception {
        long shell = services.start("lives.service", List.of(), List.of("sh", "-c", "sleep 1000 & sleep 2000"));
        Command.await("2", "sh", "-c", "pgrep -c -P " + shell);
        String leader = run("pgrep", "-P", Long.toString(shell), "-f", "^sleep 1000$");

        try (Registration registration =
                machines.register(MachineSpec.named("lives").withLeader(Long.parseLong(leader)))) {
            assertThat(run("sh", "-c", "kill -9 " + leader)).isEmpty();
            Command.await("1", "sh", "-c", "pgrep -c -P " + shell + " -r S");
            assertThat(registration.machine().state()).isEqualTo("running"); // so it says
        }
        assertThat(machines.find("lives")).isEmpty();
        assertRuns("lives.service", shell);
    }

    @Test
    void inAPidNamespaceOnlyWhatIsRightThereIsRegistered() throws Exception {
        List<String> unshared = new ArrayList<>(List.of("unshare", "--pid", "--fork", "--mount-proc"));
        List<String> stranger = new ArrayList<>(unshared);
        long outside = services.sleeper("stranger.service");
        stranger.addAll(BoxTool.command("register-pid", "stranger", Long.toString(outside)));
        assertThat(BoxServices.answer(List.of(), stranger)).isEqualTo("PID_NAMESPACE");
        assertThat(machines.find("stranger")).isEmpty();
        assertRuns("stranger.service", outside);

        unshared.addAll(BoxTool.command("register", "inside"));
        assertThat(BoxServices.answer(List.of("ExecStartPre=true"), unshared))
                .startsWith("run-")
                .endsWith(".service");
    }

    @Test
    void aNameThatWeTakeIsOneThatMachinedTakes() throws Exception {
        List<String> names = List.of(
                "a",
                "A9",
                "under_score",
                "a-b",
                "-a",
                "a-",
                "a.b",
                ".a",
                "a.",
                "a..b",
                "a.-b",
                "a-.b",
                "a--b",
                ".host",
                "ä",
                "a b",
                "a/b",
                "",
                "a:b",
                "9",
                "1.2.3.4",
                "x".repeat(63),
                "x".repeat(64),
                "x".repeat(65),
                ("x".repeat(31) + ".").repeat(2) + "x",
                "a\u007f",
                "localhost",
                "@");
        try (SocketBus bus = new SocketBus(BUS, Duration.ofSeconds(60))) {
            Remote machined = Remote.machined(bus);
            for (String name : names) {
                assertThat(MachineSpec.isName(name)).as(name).isEqualTo(isTaken(machined, name));
            }
        }
    }

    /** machined looks at the name first, and then at an id of five bytes. */
    private static boolean isTaken(Remote machined, String name) {
        try {
            machined.call("RegisterMachine", "sayssus", name, new byte[5], "", "container", 0, "");
        } catch (BusException e) {
            assertThat(e.errorName()).isEqualTo("org.freedesktop.DBus.Error.InvalidArgs");
            return e.getMessage().contains("machine ID");
        }
        throw new AssertionError("an id of five bytes was taken");
    }

    @Test
    void aProcessOutsideOfEveryUnitGetsAScopeFirst() throws Exception {
        Process stray = new ProcessBuilder("sleep", "1000").start();
        for (Path procs : List.of(
                Path.of("/sys/fs/cgroup/cgroup.procs"),
                Path.of("/sys/fs/cgroup/unified/cgroup.procs"),
                Path.of("/sys/fs/cgroup/systemd/cgroup.procs"))) {
            if (Files.exists(procs)) {
                Files.writeString(procs, Long.toString(stray.pid()));
            }
        }
        MachineSpec spec = MachineSpec.named("stray").withLeader(stray.pid());
        assertThat(Reasons.of(() -> machines.register(spec))).isEqualTo(Reason.NOT_IN_UNIT);

        Scope scope = systemd.units().startScope(ScopeSpec.named("stray.scope").withProcesses(stray.pid()));

        assertThat(machines.register(spec).machine().unit()).isEqualTo("stray.scope");
        assertThat(scope.stop()).isTrue();
        assertThat(stray.waitFor()).isEqualTo(128 + 15);
    }

    @Test
    void aProcessThatHasEndedCannotBeALeader() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        assertThat(ended.waitFor()).isZero();

        assertThat(Reasons.of(() -> machines.register(MachineSpec.named("ended").withLeader(ended.pid()))))
                .isEqualTo(Reason.NO_SUCH_PROCESS);
    }

    @Test
    void nobodyMayListAndNothingElse() throws Exception {
        List<String> nobody = List.of("User=nobody");
        long pid = services.sleeper("seen.service");
        machines.register(MachineSpec.named("seen").withLeader(pid));

        assertThat(BoxServices.answer(nobody, BoxTool.command("list"))).isEqualTo(".host seen");
        assertThat(BoxServices.answer(nobody, BoxTool.command("register", "mine")))
                .isEqualTo("REFUSED_BY_BUS");
        assertThat(BoxServices.answer(nobody, BoxTool.command("terminate", "seen")))
                .isEqualTo("REFUSED_BY_POLKIT");
        assertRuns("seen.service", pid);
    }

    @Test
    void inAUserNamespaceTheBusKnowsUsAllTheSame() throws Exception {
        List<String> command = new ArrayList<>(List.of("unshare", "--user", "--map-root-user"));
        command.addAll(BoxTool.command("list"));

        assertThat(BoxServices.answer(List.of("User=nobody"), command)).isEqualTo(".host");
    }

    private static void assertRuns(String unit, long pid) throws Exception {
        assertThat(run("systemctl", "is-active", unit)).isEqualTo("active");
        assertThat(show(unit, "MainPID")).isEqualTo(Long.toString(pid));
        assertThat(show(unit, "Job")).isEmpty(); // nor is it about to stop
    }
}
