package io.github.systemd4j.machine;

import static io.github.systemd4j.machine.Command.run;
import static io.github.systemd4j.machine.Command.show;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.cgroups.Cgroups;
import io.github.systemd4j.cgroups.Group;
import io.github.systemd4j.machine.MachineException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Scopes and units, as systemd itself has them. */
@Timeout(120)
class UnitsBoxIT {

    private final Systemd systemd = Systemd.system();
    private final Units units = systemd.units();
    private final BoxServices services = new BoxServices();

    @AfterEach
    void close() throws Exception {
        systemd.close();
        services.end();
    }

    @Test
    void aChildInAScopeOutlivesTheServiceThatStartedIt() throws Exception {
        services.remember("worker.scope");
        long pid = adopt();

        assertThat(run("systemctl", "restart", "--no-block", "daemon.service")).isEmpty();
        Command.await("active", "systemctl", "is-active", "daemon.service");
        assertThat(run("systemctl", "stop", "daemon.service")).isEmpty();

        assertThat(run("cat", "/proc/" + pid + "/comm")).isEqualTo("sleep");
        assertThat(units.ofProcess(pid)).contains("worker.scope");
        assertThat(show("worker.scope", "MemoryMax")).isEqualTo(Long.toString(64L << 20));
        assertThat(show("worker.scope", "TasksMax")).isEqualTo("7");
        assertThat(show("worker.scope", "Delegate")).isEqualTo("yes");
        assertThat(show("worker.scope", "Slice")).isEqualTo("box-workers.slice");
    }

    /** A service that puts its child into worker.scope; the child's pid. */
    private long adopt() throws Exception {
        services.start("daemon.service", List.of("SuccessExitStatus=143"), BoxTool.command("adopt", "worker.scope"));
        Command.await("active", "systemctl", "is-active", "worker.scope");
        String group = show("worker.scope", "ControlGroup");
        Path procs =
                Path.of(Files.exists(Path.of("/sys/fs/cgroup/systemd")) ? "/sys/fs/cgroup/systemd" : "/sys/fs/cgroup");
        return Long.parseLong(Files.readString(procs.resolve(group.substring(1) + "/cgroup.procs"))
                .strip());
    }

    @Test
    @Tag("v1")
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    void theLimitsOfAScopeAreThoseOfTheKernelInV1() throws Exception {
        services.remember("worker.scope");
        adopt();
        String group = show("worker.scope", "ControlGroup");

        assertThat(Files.readString(Path.of("/sys/fs/cgroup/memory" + group + "/memory.limit_in_bytes")))
                .isEqualTo((64L << 20) + "\n");
        assertThat(Files.readString(Path.of("/sys/fs/cgroup/pids" + group + "/pids.max")))
                .isEqualTo("7\n");
        units.setProperties("worker.scope", UnitProperties.none().withTasksMax(9), true);
        assertThat(Files.readString(Path.of("/sys/fs/cgroup/pids" + group + "/pids.max")))
                .isEqualTo("9\n");
    }

    @Test
    @Tag("guest-v2")
    void theLimitsOfAScopeAreThoseOfTheKernelInV2() throws Exception {
        services.remember("worker.scope");
        adopt();
        Path group = Path.of("/sys/fs/cgroup" + show("worker.scope", "ControlGroup"));

        assertThat(Files.readString(group.resolve("memory.max"))).isEqualTo((64L << 20) + "\n");
        assertThat(Files.readString(group.resolve("pids.max"))).isEqualTo("7\n");
        units.setProperties("worker.scope", UnitProperties.none().withTasksMax(9), true);
        assertThat(Files.readString(group.resolve("pids.max"))).isEqualTo("9\n");
    }

    @Test
    void whatCgroupsFindsIsMovedBySystemd() throws Exception {
        services.sleeper("target.service");
        long shell = services.start(
                "source.service", List.of("Delegate=yes"), List.of("sh", "-c", "sleep 1000 & sleep 1000 & wait"));
        Command.await("2", "sh", "-c", "pgrep -c -P " + shell);
        Cgroups cgroups = Cgroups.system();
        String hierarchy = cgroups.resolve("name=systemd").path().isPresent() ? "name=systemd" : "unified";
        Group source = cgroups.group(cgroups.process(shell), hierarchy);
        long[] pids = source.processes().stream()
                .mapToLong(Number::longValue)
                .filter(pid -> pid != shell)
                .toArray();
        assertThat(pids).hasSize(2);

        units.attach("target.service", "", pids);

        for (long pid : pids) {
            assertThat(cgroups.units(cgroups.process(pid)).unit()).contains("target.service");
        }
        assertThat(cgroups.units(cgroups.process(shell)).unit()).contains("source.service");
    }

    @Test
    void onlyADelegatedUnitTakesProcesses() throws Exception {
        services.start("closed.service", List.of("Delegate=no"), List.of("sleep", "1000"));
        services.sleeper("open.service");
        long pid = new ProcessBuilder("sleep", "1000").start().pid();

        assertThat(Reasons.of(() -> units.attach("closed.service", "", pid))).isEqualTo(Reason.NOT_DELEGATED);
        assertThat(Reasons.of(() -> units.attach("missing.service", "", pid))).isEqualTo(Reason.NO_SUCH_UNIT);
        units.attach("open.service", "/", pid);

        assertThat(units.ofProcess(pid)).contains("open.service");
    }

    @Test
    void aNameThatIsTakenAndOneThatHasFailed() throws Exception {
        long first = new ProcessBuilder("sleep", "1000").start().pid();
        long second = new ProcessBuilder("sleep", "1000").start().pid();
        ScopeSpec spec = ScopeSpec.named("taken.scope").describedAs("Of a test");
        Scope scope = units.startScope(spec.withProcesses(first));

        assertThat(Reasons.of(() -> units.startScope(spec.withProcesses(second))))
                .isEqualTo(Reason.UNIT_EXISTS);
        assertThat(show("taken.scope", "Description")).isEqualTo("Of a test");
        assertThat(scope.stop()).isTrue();
        assertThat(scope.stop()).isFalse();

        // it fails, and its name is free again all the same
        Scope failing = units.startScope(spec.withProcesses(second)
                .with(UnitProperties.none().withNumber("TimeoutStopUSec", 1).withRuntimeMax(Duration.ofMillis(1))));
        Command.await("failed", "systemctl", "is-failed", failing.name());
        long third = new ProcessBuilder("sleep", "1000").start().pid();
        assertThat(units.startScope(spec.withProcesses(third)).stop()).isTrue();
    }

    @Test
    void aServiceThatIsToldToEndKnowsWhatFor() throws Exception {
        Path go = Path.of("/run/job-go");
        // it does not end before it is let to, so that its job stays
        services.start(
                "slow.service",
                List.of("KillMode=process"),
                List.of(
                        "sh",
                        "-c",
                        "trap 'while ! [ -e " + go + " ]; do sleep 0.05; done; exit 0' TERM; sleep 1000 & wait"));
        assertThat(units.job("slow.service")).isEmpty();

        assertThat(run("systemctl", "restart", "--no-block", "slow.service")).isEmpty();
        assertThat(units.job("slow.service")).contains("restart");
        Files.createFile(go);
        Command.await("0", "sh", "-c", "systemctl show -p Job --value slow.service | sed 's/^$/0/'");
        Files.delete(go);
        assertThat(run("systemctl", "stop", "--no-block", "slow.service")).isEmpty();
        assertThat(units.job("slow.service")).contains("stop");
        Files.createFile(go);

        assertThat(Reasons.of(() -> units.job("missing.service"))).isEqualTo(Reason.NO_SUCH_UNIT);
    }

    @Test
    void propertiesAreChangedUntilTheUnitEnds() throws Exception {
        services.sleeper("changed.service");

        units.setProperties(
                "changed.service",
                UnitProperties.none()
                        .withMemoryMax(128L << 20)
                        .withCpuQuota(150)
                        .withCpuWeight(50)
                        .withIoWeight(20),
                true);

        assertThat(show("changed.service", "MemoryMax")).isEqualTo(Long.toString(128L << 20));
        assertThat(show("changed.service", "CPUQuotaPerSecUSec")).isEqualTo("1.500000s");
        assertThat(show("changed.service", "CPUWeight")).isEqualTo("50");
        units.setProperties("changed.service", UnitProperties.none().withMemoryMax(UnitProperties.UNLIMITED), true);
        assertThat(show("changed.service", "MemoryMax")).isEqualTo("infinity");
        assertThat(Reasons.of(() -> units.setProperties(
                        "changed.service", UnitProperties.none().withText("Type", "oneshot"), true)))
                .isIn(Reason.INVALID_ARGUMENT, Reason.NOT_SUPPORTED);
        assertThat(units.stop("changed.service")).isTrue();
        assertThat(units.stop("changed.service")).isFalse();
    }

    @Test
    void ourOwnUnit() throws Exception {
        assertThat(units.own()).contains("box-command.service");
        assertThat(units.ofProcess(ProcessHandle.current().pid())).contains("box-command.service");
    }
}
