package io.github.systemd4j.machine;

import static io.github.systemd4j.machine.Command.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.machine.MachineException.Reason;
import io.github.systemd4j.machine.dbus.BusException;
import io.github.systemd4j.machine.dbus.BusException.Kind;
import io.github.systemd4j.machine.dbus.SocketBus;
import java.io.Closeable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Machines, as machined itself has them. */
@Timeout(120)
class MachinesBoxIT {

    private static final UUID ID = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");

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
    void theServiceItselfIsRegisteredAndUnregistered() throws Exception {
        assertThat(machines.isAvailable()).isTrue();
        assertThat(systemd.isThere()).isTrue();

        Registration registration = machines.register(MachineSpec.named("web-1.example")
                .withId(ID)
                .withService("testing")
                .withRoot(Path.of("/")));

        Machine machine = registration.machine();
        assertThat(machine.name()).isEqualTo("web-1.example");
        assertThat(machine.id()).contains(ID);
        assertThat(machine.machineClass()).isEqualTo(MachineClass.CONTAINER);
        assertThat(machine.service()).isEqualTo("testing");
        assertThat(machine.unit()).isEqualTo("box-command.service");
        assertThat(machine.leader()).isEqualTo(ProcessHandle.current().pid());
        assertThat(machine.root()).isEqualTo("/");
        assertThat(machine.networkInterfaces()).isEmpty();
        assertThat(machine.state()).isEqualTo("running");
        assertThat(Duration.between(machine.since(), Instant.now())).isBetween(Duration.ZERO, Duration.ofMinutes(2));
        assertThat(run("machinectl", "list", "--no-legend")).startsWith("web-1.example container testing");
        assertThat(Reasons.of(() -> machines.addresses("web-1.example"))).isEqualTo(Reason.NO_PRIVATE_NETWORK);

        registration.close();
        registration.close();

        assertThat(run("machinectl", "list", "--no-legend")).isEmpty();
        assertThat(machines.unregister("web-1.example")).isFalse();
        assertThat(run("systemctl", "is-active", "box-command.service")).isEqualTo("active");
    }

    @Test
    void aContainerHasItsStatusItsSystemAndItsJournal() throws Exception {
        Path root = rootOfContainer();
        long nspawn = services.start(
                "ctr.service",
                List.of("Delegate=yes", "KillMode=mixed"),
                List.of(
                        "systemd-nspawn",
                        "--quiet",
                        "--register=no",
                        "--keep-unit",
                        "--private-network",
                        "--directory=" + root,
                        "--bind-ro=/usr",
                        "/usr/bin/sleep",
                        "1000"));
        Command.await("sleep", "sh", "-c", "cat /proc/$(pgrep -P " + nspawn + " | head -n 1)/comm");
        long leader = Long.parseLong(run("pgrep", "-P", Long.toString(nspawn)));

        Registration registration = machines.register(MachineSpec.named("ctr")
                .withId(ID)
                .withLeader(leader)
                .withService("nspawn")
                .withRoot(root)
                .withNetworkInterfaces(1));

        assertThat(registration.machine().networkInterfaces()).containsExactly(1);
        assertThat(run("machinectl", "status", "ctr", "--no-pager"))
                .contains("ctr(0123456789abcdef0123456789abcdef)")
                .contains("Leader: " + leader + " (sleep)")
                .contains("Service: nspawn; class container")
                .contains("Root: " + root)
                .contains("Unit: ctr.service");
        assertThat(run("journalctl", "-M", "ctr", "-o", "cat", "--no-pager")).contains("a line of the container");
        assertThat(machines.osRelease("ctr")).containsEntry("PRETTY_NAME", "A \"small\" container");
        assertThat(machines.addresses("ctr")).isEmpty(); // of its own there is a loopback alone
        assertThat(machines.ofProcess(nspawn)).map(Machine::name).contains("ctr"); // by the unit

        registration.close();

        assertThat(run("machinectl", "list", "--no-legend")).isEmpty();
        assertThat(run("systemctl", "is-active", "ctr.service")).isEqualTo("active");
        assertThat(run("cat", "/proc/" + leader + "/comm")).isEqualTo("sleep");
    }

    /** A root with the machine's own /usr, and a journal that has a line in it. */
    private static Path rootOfContainer() throws Exception {
        Path root = Files.createTempDirectory("ctr");
        for (String directory : List.of("usr", "etc", "proc", "sys", "dev", "run", "tmp", "var/log/journal")) {
            Files.createDirectories(root.resolve(directory));
        }
        for (String link : List.of("bin", "sbin", "lib", "lib64")) {
            Files.createSymbolicLink(root.resolve(link), Path.of("usr/" + link));
        }
        Files.writeString(root.resolve("etc/os-release"), "ID=small\nPRETTY_NAME=\"A \\\"small\\\" container\"\n");
        assertThat(run("sh", "-c", "echo a line of the container | systemd-cat && journalctl --sync --rotate"))
                .isEmpty();
        String copied = "";
        while (!copied.contains(
                "a line of the container")) { // journald goes on to cut what it has rotated to its length
            assertThat(run(
                            "sh",
                            "-c",
                            "cp -r /run/log/journal/* /var/log/journal/* " + root + "/var/log/journal; true"))
                    .contains("cannot stat"); // it is in one of the two
            copied = run("journalctl", "--directory=" + root + "/var/log/journal", "-o", "cat", "--no-pager");
        }
        return root;
    }

    @Test
    void listAndTheAnswersOfWhoIsNotThere() throws Exception {
        long pid = services.sleeper("other.service");
        try (Registration registration =
                machines.register(MachineSpec.named("other").withLeader(pid).withClass(MachineClass.VM))) {
            assertThat(machines.list()).extracting(Machine::name).containsExactlyInAnyOrder(".host", "other");
            assertThat(machines.get(".host").machineClass()).isEqualTo(MachineClass.HOST);
            assertThat(machines.ofProcess(pid)).contains(registration.machine());
            assertThat(registration.machine().machineClass()).isEqualTo(MachineClass.VM);
            assertThat(registration.machine().id()).isEmpty();
        }
        assertThat(machines.find("other")).isEmpty();
        assertThat(machines.ofProcess(pid)).isEmpty();
        assertThat(Reasons.of(() -> machines.get("other"))).isEqualTo(Reason.NO_SUCH_MACHINE);
        assertThat(machines.terminate("other")).isFalse();
        assertThat(machines.kill("other", Whom.ALL, 15)).isFalse();
    }

    @Test
    void aMachineWithAScopeOfItsOwn() throws Exception {
        Process child = new ProcessBuilder("sleep", "1000").start();

        Registration registration = machines.create(
                MachineSpec.named("job-1").withLeader(child.pid()).withService("testing"),
                UnitProperties.none().withMemoryMax(64L << 20).withText("Description", "A job"));

        assertThat(registration.machine().unit()).isEqualTo("machine-job\\x2d1.scope");
        assertThat(Command.show("machine-job\\x2d1.scope", "MemoryMax")).isEqualTo(Long.toString(64L << 20));
        assertThat(Command.show("machine-job\\x2d1.scope", "Slice")).isEqualTo("machine.slice");
        assertThat(Command.show("machine-job\\x2d1.scope", "Delegate")).isEqualTo("yes");
        assertThat(machines.kill("job-1", Whom.LEADER, 9)).isTrue();
        assertThat(child.waitFor()).isEqualTo(128 + 9);
        while (machines.find("job-1").isPresent()) {
            Thread.onSpinWait();
        }
        assertThat(run("systemctl", "is-active", "box-command.service")).isEqualTo("active");
    }

    @Test
    void machinesThatComeAndGoAreToldAlsoAfterTheBusWasGone() throws Exception {
        long pid = services.sleeper("watched.service");
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        MachineListener listener = new MachineListener() {
            @Override
            public void added(String name) {
                told.add("+" + name);
            }

            @Override
            public void removed(String name) {
                told.add("-" + name);
            }

            @Override
            public void missed() {
                told.add("?");
            }
        };
        Relay relay = new Relay();
        try (Systemd relayed = Systemd.at(relay.address(), Duration.ofSeconds(60))) {
            Closeable listening = relayed.machines().listen(listener);
            machines.register(MachineSpec.named("one").withLeader(pid)).close();
            assertThat(told.poll(60, TimeUnit.SECONDS)).isEqualTo("+one");
            assertThat(told.poll(60, TimeUnit.SECONDS)).isEqualTo("-one");

            relay.stop();
            assertThat(Reasons.of(() -> relayed.machines().list())).isIn(Reason.NO_BUS, Reason.CONNECTION_LOST);
            relay.start();

            assertThat(told.poll(60, TimeUnit.SECONDS)).isEqualTo("?");
            machines.register(MachineSpec.named("two").withLeader(pid)).close();
            assertThat(told.poll(60, TimeUnit.SECONDS)).isEqualTo("+two");
            assertThat(told.poll(60, TimeUnit.SECONDS)).isEqualTo("-two");
            listening.close();

            machines.register(MachineSpec.named("three").withLeader(pid)).close();
            assertThat(told.poll(100, TimeUnit.MILLISECONDS)).isNull();
            relay.stop();
        }
    }

    @Test
    void theNextCallAfterTheBusWasGoneWorks() throws Exception {
        Relay relay = new Relay();
        try (Systemd relayed = Systemd.at(relay.address(), Duration.ofSeconds(60))) {
            String before = relayed.units().own().orElseThrow();
            relay.stop();
            relay.start();
            assertThat(eventually(() -> relayed.units().own().orElseThrow())).isEqualTo(before);
            relay.stop();
        }
    }

    /** A real bus, but one that nobody needs: the system's own may not be killed, or the box ends. */
    @Test
    void theNextCallAfterABusWasKilledAndStartedAgainWorks() throws Exception {
        Path socket = Files.createTempDirectory("bus").resolve("bus");
        List<String> daemon =
                List.of("dbus-daemon", "--system", "--nofork", "--nopidfile", "--address=unix:path=" + socket);
        long first = services.start("test-bus.service", List.of("Restart=always", "RestartSec=0"), daemon);
        try (SocketBus bus = new SocketBus("unix:path=" + socket, Duration.ofSeconds(60))) {
            assertThat(eventually(bus::ownPid))
                    .isEqualTo(ProcessHandle.current().pid());

            assertThat(run("sh", "-c", "kill -9 " + first)).isEmpty();

            assertThat(eventually(bus::ownPid))
                    .isEqualTo(ProcessHandle.current().pid());
            assertThat(Command.show("test-bus.service", "MainPID")).isNotEqualTo(Long.toString(first));
        }
    }

    /** While there is no bus, the answer is that there is none. */
    private static <T> T eventually(Callable<T> call) throws Exception {
        Exception last = null;
        for (long end = System.nanoTime() + 60_000_000_000L; System.nanoTime() < end; Thread.onSpinWait()) {
            try {
                return call.call();
            } catch (MachineException e) {
                assertThat(e.reason()).isIn(Reason.NO_BUS, Reason.CONNECTION_LOST);
                last = e;
            } catch (BusException e) {
                assertThat(e.kind()).isIn(Kind.NO_BUS, Kind.LOST);
                last = e;
            }
        }
        throw new AssertionError("there is no bus again", last);
    }

    @Test
    void aBusThatHangsHoldsNobodyUp() throws Exception {
        String pid = Command.show("dbus.service", "MainPID");
        try (Systemd impatient = Systemd.at("unix:path=/run/dbus/system_bus_socket", Duration.ofSeconds(1))) {
            assertThat(impatient.units().own()).isPresent();
            assertThat(run("sh", "-c", "kill -STOP " + pid)).isEmpty();
            try {
                assertThat(Reasons.of(() -> impatient.machines().list())).isEqualTo(Reason.TIMEOUT);
                try (Systemd another = Systemd.at("unix:path=/run/dbus/system_bus_socket", Duration.ofSeconds(1))) {
                    assertThat(another.isThere()).isFalse();
                    assertThat(Reasons.of(() -> another.machines().list())).isEqualTo(Reason.TIMEOUT);
                }
            } finally {
                run("sh", "-c", "kill -CONT " + pid);
            }
        }
        assertThat(machines.list()).isNotEmpty();
    }
}
