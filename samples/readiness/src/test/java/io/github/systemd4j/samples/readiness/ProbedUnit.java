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
import java.util.Set;
import java.util.concurrent.Callable;

/** A unit with the {@link Prober} in it, and what systemd has heard of it. */
final class ProbedUnit {

    private static final Path UNITS = Path.of("/etc/systemd/system");
    private static final Path SCOPE = Path.of("/sys/fs/cgroup/init.scope");
    private static final Duration SOON = Duration.ofSeconds(60);
    /** For what may not come at all. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final String name;

    private ProbedUnit(String name) {
        this.name = name;
    }

    static ProbedUnit start(String name, String exec, String... properties) throws Exception {
        Files.writeString(
                UNITS.resolve(name + ".service"),
                "[Service]\nType=notify\nNotifyAccess=all\nDelegate=yes\nSuccessExitStatus=143\nEnvironment=HOME=/root\n"
                        + "TimeoutStartSec=60\nTimeoutStopSec=20\nFileDescriptorStoreMax=4\n"
                        + String.join("\n", properties) + "\nExecStart=" + exec + "\n");
        assertThat(Box.run("systemctl", "daemon-reload")).isEmpty();
        ProbedUnit unit = new ProbedUnit(name);
        assertThat(Box.run("systemctl", "start", "--no-block", name)).isEmpty();
        assertThat(holds(
                        SOON,
                        () -> Files.exists(Containers.control(name))
                                || unit.state().equals("failed")))
                .as(unit.log())
                .isTrue();
        return unit;
    }

    /** Has it say everything, and ends it. */
    Set<Field> arrived() throws Exception {
        Set<Field> arrived = EnumSet.noneOf(Field.class);
        long pid = hostPid();
        System.out.println(name + " store " + tell("store"));
        if (holds(PATIENCE, () -> Box.show(name, "NFileDescriptorStore").equals("1"))) {
            arrived.add(Field.FDSTORE);
        }
        if (barrierIsTheManagers()) {
            arrived.add(Field.BARRIER);
        }
        System.out.println(name + " mainpid " + tell("mainpid"));
        if (holds(PATIENCE, () -> Box.show(name, "MainPID").equals(Long.toString(pid)))) {
            arrived.add(Field.MAINPID);
        }
        if (Box.show(name, "StatusText").contains("serving")) {
            arrived.add(Field.STATUS);
        }
        if (state().equals("active")) {
            arrived.add(Field.READY);
        }
        signal("HUP", pid);
        boolean unused = holds(PATIENCE, () -> accepted(Field.RELOADING) && accepted(Field.WATCHDOG));
        signal("TERM", pid);
        unused = holds(PATIENCE, () -> accepted(Field.STOPPING));
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

    /** Answered by whoever has the other end: while systemd itself stands still, it must not be answered. */
    private boolean barrierIsTheManagers() throws Exception {
        boolean withoutTheManager;
        freeze(true);
        try {
            withoutTheManager = tell("barrier 1500").startsWith("Sent");
        } finally {
            freeze(false);
        }
        String answer = tell("barrier 5000");
        System.out.println(name + " barrier " + withoutTheManager + " " + answer);
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
            control.connect(UnixDomainSocketAddress.of(Containers.control(name)));
            control.write(ByteBuffer.wrap(command.getBytes(UTF_8)));
            return new String(Channels.newInputStream(control).readAllBytes(), UTF_8);
        }
    }

    private long hostPid() throws IOException {
        String start = Containers.JAVA + "\0";
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path each : processes) {
                String line = Files.exists(each) ? commandLine(each) : "";
                if (line.startsWith(start) && line.contains("\0" + Containers.control(name) + "\0")) {
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
            return e.toString();
        }
    }

    private static boolean holds(Duration bound, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }

    void end() throws Exception {
        System.out.println(Box.run("journalctl", "_PID=1", "UNIT=" + name + ".service", "-o", "cat")
                .lines()
                .filter(line -> line.contains("otification message") || line.contains("notify"))
                .collect(java.util.stream.Collectors.joining("\n")));
        Box.run("systemctl", "stop", name);
        Box.run("systemctl", "reset-failed", name);
    }
}
