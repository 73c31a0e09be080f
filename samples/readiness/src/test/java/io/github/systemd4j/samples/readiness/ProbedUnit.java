package io.github.systemd4j.samples.readiness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A unit with the {@link Prober} in it, and what systemd has heard of it. */
final class ProbedUnit {

    private static final Path UNITS = Path.of("/etc/systemd/system");
    private static final Path SCOPE = Path.of("/sys/fs/cgroup/init.scope");
    private static final Duration SOON = Duration.ofSeconds(60);
    /** For what may not come at all. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Container container;
    private final String name;

    private ProbedUnit(Container container) {
        this.container = container;
        this.name = container.name();
    }

    /** Has systemd write what it accepts into the journal. */
    static void listen() throws Exception {
        assertThat(Box.run("systemd-analyze", "log-level", "debug")).isEmpty();
    }

    /** Keeps what arrives for the page, and compares it with the page. */
    static void check(Container container) throws Exception {
        ProbedUnit unit = start(container);
        try {
            String arrived = RelaysPage.text(unit.arrived());
            RelaysPage.record(container.name(), arrived);
            RelaysPage.record(
                    container.engine() + " version", " " + container.engine().version());
            assertThat(RelaysPage.cell(container)).as(unit.log()).isEqualTo(arrived);
        } finally {
            unit.end();
        }
    }

    /** Returns when the program serves, whether or not systemd has heard of it. */
    static ProbedUnit start(Container container, String... properties) throws Exception {
        Files.writeString(
                UNITS.resolve(container.name() + ".service"),
                "[Service]\nType=notify\nNotifyAccess=all\nDelegate=yes\nSuccessExitStatus=143\nEnvironment=HOME=/root\n"
                        + "TimeoutStartSec=100\nTimeoutStopSec=10\nFileDescriptorStoreMax=4\n"
                        + String.join("\n", properties) + "\nExecStart=" + container.start() + "\n");
        assertThat(Box.run("systemctl", "daemon-reload")).isEmpty();
        Files.deleteIfExists(container.control());
        ProbedUnit unit = new ProbedUnit(container);
        assertThat(Box.run("systemctl", "start", "--no-block", container.name()))
                .isEmpty();
        assertThat(holds(SOON, () -> Files.exists(container.control())))
                .as(unit.log())
                .isTrue();
        return unit;
    }

    /** The Result= that it has at last. */
    String awaitEnd() throws Exception {
        assertThat(holds(SOON, () -> state().equals("failed"))).as(log()).isTrue();
        return Box.show(name, "Result");
    }

    /** Whether it is active until a ping came so many seconds after it had become so. */
    boolean livesFor(int seconds) throws Exception {
        assertThat(holds(SOON, () -> state().equals("active"))).as(log()).isTrue();
        long since = Long.parseLong(Box.show(name, "ActiveEnterTimestampMonotonic"));
        long until = since + TimeUnit.SECONDS.toMicros(seconds);
        return holds(
                        SOON,
                        () -> !state().equals("active")
                                || Long.parseLong(Box.show(name, "WatchdogTimestampMonotonic")) > until)
                && state().equals("active");
    }

    /** Has it say everything, and ends it. */
    Set<Field> arrived() throws Exception {
        Set<Field> arrived = EnumSet.noneOf(Field.class);
        long pid = hostPid();
        tell("store");
        if (comes(Field.FDSTORE, () -> Box.show(name, "NFileDescriptorStore").equals("1"))) {
            arrived.add(Field.FDSTORE);
        }
        if (barrierIsTheManagers()) {
            arrived.add(Field.BARRIER);
        }
        tell("mainpid");
        if (comes(Field.MAINPID, () -> Box.show(name, "MainPID").equals(Long.toString(pid)))) {
            arrived.add(Field.MAINPID);
        }
        if (comes(Field.STATUS, () -> Box.show(name, "StatusText").contains("serving"))) {
            arrived.add(Field.STATUS);
        }
        if (comes(Field.READY, () -> List.of("active", "reloading").contains(state()))) {
            arrived.add(Field.READY);
        }
        signal("HUP", pid);
        boolean unused = comes(Field.WATCHDOG, () -> accepted(Field.WATCHDOG));
        unused = comes(Field.RELOADING, () -> accepted(Field.RELOADING));
        signal("TERM", pid);
        unused = comes(Field.STOPPING, () -> accepted(Field.STOPPING));
        for (Field field : EnumSet.of(Field.WATCHDOG, Field.RELOADING, Field.STOPPING, Field.EXTEND_TIMEOUT)) {
            if (accepted(field)) {
                arrived.add(field);
            }
        }
        tell("end"); // only now, for at the end of a container some relays have a STOPPING=1 of their own
        assertThat(holds(
                        SOON,
                        () -> !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)))
                .isTrue();
        return arrived;
    }

    /** What the page says to come may take its time on a busy machine; nothing else is waited for as long. */
    private boolean comes(Field field, Callable<Boolean> condition) throws Exception {
        return holds(isSaid(field) ? SOON : PATIENCE, condition);
    }

    private boolean isSaid(Field field) throws IOException {
        return RelaysPage.fields(RelaysPage.cell(container)).contains(field);
    }

    /** Answered by whoever has the other end: while systemd itself stands still, it must not be answered. */
    private boolean barrierIsTheManagers() throws Exception {
        boolean withoutTheManager;
        freeze(true);
        try {
            withoutTheManager = tell("barrier 1500").startsWith("Sent");
        } finally {
            freeze(false);
        }
        String answer = tell("barrier " + (isSaid(Field.BARRIER) ? SOON : PATIENCE).toMillis());
        return !withoutTheManager && answer.startsWith("Sent");
    }

    /** By the control group that systemd itself is in. */
    private static void freeze(boolean frozen) throws IOException {
        if (Files.exists(SCOPE.resolve("cgroup.freeze"))) {
            Files.writeString(SCOPE.resolve("cgroup.freeze"), frozen ? "1" : "0");
            await(SCOPE.resolve("cgroup.events"), "frozen " + (frozen ? 1 : 0));
        } else {
            Path group = Files.createDirectories(Path.of("/sys/fs/cgroup/freezer/probe"));
            Files.writeString(group.resolve("cgroup.procs"), "1");
            Files.writeString(group.resolve("freezer.state"), frozen ? "FROZEN" : "THAWED");
            await(group.resolve("freezer.state"), frozen ? "FROZEN" : "THAWED");
        }
    }

    private static void await(Path file, String text) throws IOException {
        while (!Files.readString(file).contains(text)) {
            Thread.onSpinWait();
        }
    }

    private boolean accepted(Field field) throws Exception {
        assertThat(Box.run("journalctl", "--sync")).isEmpty();
        return Box.run("journalctl", "_PID=1", "UNIT=" + name + ".service", "-o", "cat")
                .lines()
                .filter(line -> line.contains("Got notification message from PID "))
                .anyMatch(line -> line.contains("(" + field.text()) || line.contains(", " + field.text()));
    }

    private String state() throws Exception {
        return Box.show(name, "ActiveState");
    }

    private String tell(String command) throws IOException {
        try (SocketChannel control = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            control.connect(UnixDomainSocketAddress.of(container.control()));
            control.write(ByteBuffer.wrap(command.getBytes(UTF_8)));
            return new String(Channels.newInputStream(control).readAllBytes(), UTF_8);
        }
    }

    private long hostPid() throws IOException {
        String start = Container.JAVA + "\0-cp\0";
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path each : processes) {
                String line = Files.exists(each) ? commandLine(each) : "";
                if (line.startsWith(start) && line.contains("\0" + container.control() + "\0")) {
                    return Long.parseLong(each.getFileName().toString());
                }
            }
        }
        throw new AssertionError("no process of " + name + "\n" + log());
    }

    private static String commandLine(Path process) {
        try {
            return Files.readString(process.resolve("cmdline"));
        } catch (IOException e) {
            return ""; // it is gone
        }
    }

    private static void signal(String signal, long pid) throws Exception {
        assertThat(Box.run("kill", "-" + signal, Long.toString(pid))).isEmpty();
    }

    private String log() {
        try {
            return Box.run("journalctl", "-u", name, "-o", "cat", "-n", "40");
        } catch (Exception e) {
            return e.toString(); // the failure that it is for is the one to be seen
        }
    }

    private static boolean holds(Duration bound, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(20); // between two looks, each of which is a process or two
        }
        return true;
    }

    /** Leaves nothing of it. */
    void end() throws Exception {
        try {
            tell("end"); // or its stop waits for that
        } catch (IOException e) {
            // it has ended
        }
        Box.run("systemctl", "stop", name);
        Box.run("systemctl", "reset-failed", name);
    }
}
