package io.github.systemd4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.systemd4j.cgroups.Statistics.Pressure;
import io.github.systemd4j.cgroups.Statistics.Stall;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures, as plain files. */
class StatisticsTest {

    private static final String V2 = "/sys/fs/cgroup/a/b/";

    @TempDir
    private Path root;

    @Test
    void ofAGroupThatIsNotThereNothingIsKnown() throws IOException {
        RecordedSystem system = RecordedSystem.v1(root);
        Statistics statistics = system.statistics();
        assertThat(statistics.memory().limitHits()).isEmpty();
        assertThat(statistics.problems()).containsKey("memory.failcnt");
        system.write("/sys/fs/cgroup/memory/a/b/memory.failcnt", "3\n");
        assertThat(system.statistics().memory().limitHits()).hasValue(3);
    }

    @Test
    void figuresOfV2() throws IOException {
        RecordedSystem system = RecordedSystem.v2(root);
        system.write(
                V2 + "cpu.stat",
                "usage_usec 70\nuser_usec 60\nsystem_usec 10\nnr_periods 4\nnr_throttled 3\n"
                        + "throttled_usec 2\ncore_sched.force_idle_usec 1\n");
        system.write(V2 + "memory.current", "4096\n");
        system.write(V2 + "memory.peak", "8192\n");
        system.write(V2 + "memory.swap.current", "0\n");
        system.write(V2 + "memory.stat", "anon 12\nnew_figure 13\nno number\n\n");
        system.write(V2 + "memory.events", "low 0\nhigh 0\nmax 5\noom 2\noom_kill 1\n");
        system.write(V2 + "pids.current", "3\n");
        system.write(V2 + "pids.events", "max 9\n");
        system.write(
                V2 + "io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n259:1 \n8:16 cost.usage=7\n");

        Statistics statistics = system.statistics();

        assertThat(statistics.cpu().usageUsec()).hasValue(70);
        assertThat(statistics.cpu().userUsec()).hasValue(60);
        assertThat(statistics.cpu().systemUsec()).hasValue(10);
        assertThat(statistics.cpu().periods()).hasValue(4);
        assertThat(statistics.cpu().throttledPeriods()).hasValue(3);
        assertThat(statistics.cpu().throttledUsec()).hasValue(2);
        assertThat(statistics.cpu().figures()).containsEntry("core_sched.force_idle_usec", 1L);
        assertThat(statistics.memory().current()).hasValue(4096);
        assertThat(statistics.memory().peak()).hasValue(8192);
        assertThat(statistics.memory().swap()).hasValue(0);
        assertThat(statistics.memory().figures()).containsExactly(Map.entry("anon", 12L), Map.entry("new_figure", 13L));
        assertThat(statistics.memory().oomKills()).hasValue(1);
        assertThat(statistics.memory().limitHits()).hasValue(5);
        assertThat(statistics.pids().current()).hasValue(3);
        assertThat(statistics.pids().peak()).isEmpty();
        assertThat(statistics.pids().refusals()).hasValue(9);
        assertThat(statistics.io().get("8:0")).containsEntry("rbytes", 1L).containsEntry("dios", 6L);
        assertThat(statistics.io().get("259:1")).isEmpty();
        assertThat(statistics.io().get("8:16")).containsExactly(Map.entry("cost.usage", 7L));
        assertThat(statistics.problems()).containsOnlyKeys("pids.peak");
        assertThat(statistics.problems().get("pids.peak")).contains("ENOENT (2)");
    }

    @Test
    void figuresOfV1InV2sUnits() throws IOException {
        RecordedSystem system = RecordedSystem.v1(root);
        String group = "/sys/fs/cgroup/%s/a/b/";
        system.write(group.formatted("cpu") + "cpu.stat", "nr_periods 4\nnr_throttled 3\nthrottled_time 2500\n");
        system.write(group.formatted("cpuacct") + "cpuacct.usage", "7000123\n");
        system.write(group.formatted("cpuacct") + "cpuacct.stat", "user 2\nsystem 1\n");
        system.write(group.formatted("memory") + "memory.usage_in_bytes", "4096\n");
        system.write(group.formatted("memory") + "memory.max_usage_in_bytes", "8192\n");
        system.write(group.formatted("memory") + "memory.failcnt", "6\n");
        system.write(group.formatted("memory") + "memory.memsw.failcnt", "2\n");
        system.write(group.formatted("memory") + "memory.stat", "swap 1\ntotal_swap 20\n");
        system.write(group.formatted("memory") + "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
        system.write(group.formatted("pids") + "pids.current", "3\n");
        system.write(
                group.formatted("blkio") + "blkio.throttle.io_service_bytes_recursive",
                "8:0 Read 4096\n8:0 Write 1\n8:0 Sync 9\n8:0 Discard 0\n8:0 Total 4097\nTotal 4097\n");
        system.write(group.formatted("blkio") + "blkio.throttle.io_serviced_recursive", "8:0 Read 2\nTotal 2\n");

        Statistics statistics = system.statistics();

        assertThat(statistics.cpu().figures())
                .containsEntry("usage_usec", 7000L)
                .containsEntry("user_usec", 20_000L)
                .containsEntry("system_usec", 10_000L)
                .containsEntry("nr_throttled", 3L)
                .containsEntry("throttled_usec", 2L);
        assertThat(statistics.memory().swap()).hasValue(20);
        assertThat(statistics.memory().peak()).hasValue(8192);
        assertThat(statistics.memory().oomKills()).hasValue(1);
        assertThat(statistics.memory().limitHits()).hasValue(8);
        assertThat(statistics.io())
                .isEqualTo(Map.of("8:0", Map.of("rbytes", 4096L, "wbytes", 1L, "dbytes", 0L, "rios", 2L)));
        assertThat(statistics.problems()).containsOnlyKeys("pids.peak", "pids.events");
    }

    @Test
    void withoutControlGroupsEverythingIsEmptyAndSaysWhy() {
        Statistics nothing = Cgroups.at(root).statistics(Cgroups.at(root).process(7));
        assertThat(nothing.cpu().usageUsec()).isEmpty();
        assertThat(nothing.memory().current()).isEmpty();
        assertThat(nothing.memory().oomKills()).isEmpty();
        assertThat(nothing.io()).isEmpty();
        assertThat(nothing.problems()).containsOnlyKeys("cpu", "cpuacct", "unified", "memory", "pids", "blkio");
    }

    @Test
    void cpuTimeIsCountedWithoutTheController() throws IOException {
        RecordedSystem system = RecordedSystem.v2(root);
        system.write("/proc/self/cgroup", "2:cpu,cpuacct:/\n0::/a/b\n");
        system.write(V2 + "cpu.stat", "usage_usec 70\n");
        assertThat(system.statistics().cpu().usageUsec()).hasValue(70);
        assertThat(system.statistics().problems()).containsEntry("cpu", "resolve(cpu): ENOMEDIUM (123): no mount");
    }

    @Test
    void pressureIsReadLeniently() throws IOException {
        RecordedSystem system = RecordedSystem.v2(root);
        system.write(
                V2 + "memory.pressure",
                "some avg10=0.51 avg60=1.50 avg300=20.00 total=123456 new=1 avg10=x\n"
                        + "full avg10=0.00 avg60=0.00 avg300=0.00 total=18446744073709551615\nother avg10=1\n\n");
        Cgroups cgroups = system.cgroups();

        Pressure memory = cgroups.pressure(cgroups.self(), "memory");

        assertThat(memory.some()).contains(new Stall(0.51, 1.5, 20, 123_456, List.of("new=1", "avg10=x")));
        assertThat(memory.full().map(Stall::totalUsec)).contains(Long.MAX_VALUE);
        assertThat(memory.problem()).isEmpty();
        Pressure io = cgroups.pressure(cgroups.self(), "io");
        assertThat(io.some()).isEmpty();
        assertThat(io.problem().orElseThrow()).contains("io.pressure): ENOENT (2)");
        system.write(V2 + "cpu.pressure", "");
        assertThat(cgroups.pressure(cgroups.self(), "cpu").problem().orElseThrow())
                .endsWith("has no figures");
    }

    @Test
    void pressureOfTheSystem() throws IOException {
        RecordedSystem system = RecordedSystem.v1(root);
        system.write("/proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n");
        assertThat(system.cgroups().pressure("cpu").some().map(Stall::totalUsec))
                .contains(1L);
        assertThat(system.cgroups().pressure("cpu").full()).isEmpty();
        assertThat(system.cgroups().pressure("irq").problem()).isPresent();
        assertThat(system.cgroups().pressure(system.cgroups().self(), "cpu").problem())
                .contains("no unified hierarchy");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> system.cgroups().pressure("../x"))
                .withMessage("resource: \"../x\" is not one such as memory");
    }

    @Test
    void theMapsAreNobodyElses() throws IOException {
        RecordedSystem system = RecordedSystem.v2(root);
        system.write(V2 + "cpu.stat", "usage_usec 70\n");
        Map<String, Long> figures = system.statistics().cpu().figures();
        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> figures.put("a", 1L));
    }
}
