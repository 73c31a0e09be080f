package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What we say of real processes, beside what systemd and the kernel say. Run by box/test in each of its modes. */
@Timeout(120)
class CgroupsBoxIT {

    private final Cgroups cgroups = Cgroups.system();
    private final long self = ProcessHandle.current().pid();

    @Test
    void weAreInTheUnitThatSystemdStarted() throws Exception {
        Units units = cgroups.units(cgroups.self());

        assertThat(units.unit()).contains("box-command.service");
        assertThat(units.slice()).contains("system.slice");
        assertThat(run("systemctl", "show", "--value", "-p", "MainPID", "box-command.service"))
                .isEqualTo(Long.toString(self));
        assertThat(systemdsHierarchy(cgroups.self()).name().toString())
                .endsWith(run("systemctl", "show", "--value", "-p", "ControlGroup", "box-command.service"));
    }

    @Test
    void theKernelConfirmsEveryDirectory() throws Exception {
        for (String controller : List.of("cpu", "cpuacct", "memory", "pids", "blkio", "name=systemd", "unified")) {
            if (cgroups.resolve(controller) instanceof Resolution.Found found) {
                assertThat(cgroups.verify(found, self).isConfirmed())
                        .as(controller)
                        .isTrue();
                assertThat(Files.readAllLines(found.directory().resolve("cgroup.procs")))
                        .as(controller)
                        .contains(Long.toString(self));
            }
        }
        assertThat(systemdsHierarchy(cgroups.self())).isNotNull();
    }

    @Test
    void anotherServiceInASliceOfItsOwn() throws Exception {
        assertThat(run("systemd-run", "--quiet", "--unit=other-one", "--slice=box-test.slice", "sleep", "1000"))
                .isEmpty();
        long pid = Long.parseLong(run("systemctl", "show", "--value", "-p", "MainPID", "other-one"));
        Membership other = cgroups.process(pid);

        assertThat(cgroups.units(other).unit()).contains("other-one.service");
        assertThat(cgroups.units(other).slice()).contains("box-test.slice");
        Resolution.Found found = systemdsHierarchy(other);
        assertThat(cgroups.verify(found, pid).isConfirmed()).isTrue();
        assertThat(cgroups.verify(found, self).isConfirmed()).isFalse();

        assertThat(run("systemctl", "stop", "other-one")).isEmpty();
        assertThat(Files.exists(found.directory().resolve("cgroup.procs"))).isFalse();
    }

    @Test
    @Tag("guest-v2")
    void theControllersOfAPureV2System() throws Exception {
        Path unified = systemdsHierarchy(cgroups.self()).directory();

        for (String controller : List.of("cpu", "memory", "pids", "io")) {
            assertThat(cgroups.resolve(controller).path()).contains(unified);
        }
    }

    @Test
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    @Tag("v1")
    void theControllersOfV1HaveHierarchiesOfTheirOwn() throws Exception {
        Resolution.Found memory = cgroups.resolve("memory").orThrow();
        Resolution.Found systemd = cgroups.resolve("name=systemd").orThrow();

        assertThat(memory.version()).isEqualTo(CgroupVersion.V1);
        assertThat(memory.device()).isNotEqualTo(systemd.device());
        assertThat(memory.name().toString()).contains("/memory/");
    }

    private Resolution.Found systemdsHierarchy(Membership process) throws Exception {
        Resolution v1 = cgroups.resolve(process, "name=systemd");
        return v1 instanceof Resolution.Found found
                ? found
                : cgroups.resolveUnified(process).orThrow();
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output;
    }
}
