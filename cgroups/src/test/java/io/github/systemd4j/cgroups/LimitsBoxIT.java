package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Limit.Change;
import io.github.systemd4j.cgroups.Limit.Effective;
import io.github.systemd4j.cgroups.Limit.IoMax;
import io.github.systemd4j.cgroups.Limit.Level;
import io.github.systemd4j.cgroups.Limit.Quota;
import io.github.systemd4j.cgroups.Limits.Cpuset;
import io.github.systemd4j.cgroups.Limits.Knob;
import io.github.systemd4j.cgroups.Statistics.Pressure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits that we write, and that bind: asked of the kernel, and of systemd for those that it has set itself. */
@Timeout(120)
class LimitsBoxIT {

    private static final long MIB = 1 << 20;
    private static final String USES_UP_MEMORY = "x=0123456789abcdef; while :; do x=$x$x; done";
    private static final String USES_CPU = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
    private static final OptionalLong NONE = OptionalLong.empty();

    @Test
    @Tag("guest-v2")
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    @Tag("v1")
    void memoryThatIsUsedUpKills() throws Exception {
        try (DelegatedGroup group = new DelegatedGroup()) {
            Change<Long> change = group.limits.set(Knob.MEMORY_MAX, 32 * MIB + 1);
            assertThat(change.isExact()).isFalse();
            assertThat(change.actual().value()).contains(32 * MIB); // whole pages
            assertThat(group.limits.set(Knob.MEMORY_SWAP_MAX, 0).isExact()).isTrue();
            assertThat(group.statistics().memory().oomKills()).hasValue(0);

            Process worker = group.start(USES_UP_MEMORY);
            assertThat(Box.await(worker)).isEqualTo(128 + 9);
            Statistics.Memory after = group.statistics().memory();
            assertThat(after.oomKills()).hasValue(1);
            boolean guest = String.valueOf(System.getenv("BOX")).startsWith("guest"); // not every kernel counts in v1
            assertThat(after.limitHits().orElse(-1)).isGreaterThanOrEqualTo(guest ? 1 : 0);
            assertThat(after.peak().orElse(0)).isBetween(16 * MIB, 32 * MIB);
        }
    }

    @Test
    @Tag("guest-v2")
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    @Tag("v1")
    void cpuTimeThatIsUsedUpThrottles() throws Exception {
        try (DelegatedGroup group = new DelegatedGroup()) {
            Quota quota = new Quota(10_000, 40_000);
            assertThat(group.limits.setCpu(quota).isExact()).isTrue();
            assertThat(group.limits.effectiveCpu().limit().value()).contains(quota);
            assertThat(group.statistics().cpu().throttledPeriods()).hasValue(0);

            Process worker = group.start(USES_CPU);
            assertThat(Box.await(worker)).isZero();
            Statistics.Cpu after = group.statistics().cpu();
            assertThat(after.throttledPeriods().orElse(0)).isPositive();
            assertThat(after.throttledUsec().orElse(0)).isPositive();
            assertThat(after.periods().orElse(0))
                    .isGreaterThanOrEqualTo(after.throttledPeriods().orElse(0));
            assertThat(group.text("cpu", "cpu.stat"))
                    .contains("nr_throttled " + after.throttledPeriods().orElse(0));
            assertThat(group.limits.removeCpu().actual().value()).isEmpty();
        }
    }

    @Test
    @Tag("guest-v2")
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    @Tag("v1")
    void oneProcessTooManyIsRefused() throws Exception {
        try (DelegatedGroup group = new DelegatedGroup()) {
            assertThat(group.limits.set(Knob.PIDS_MAX, 1).isExact()).isTrue();
            Process worker = group.start("(:); echo forked"); // dash ends at once, bash tries again for a while
            String said = new String(worker.getInputStream().readAllBytes(), ISO_8859_1);
            assertThat(Box.await(worker)).as(said).isNotZero();
            assertThat(said).doesNotContain("forked");
            assertThat(group.statistics().pids().refusals().orElse(0)).isPositive();
            assertThat(group.limits.remove(Knob.PIDS_MAX).actual().value()).isEmpty();
            assertThat(Box.await(group.start("(:)"))).isZero();
        }
    }

    @Test
    @Tag("guest-v2")
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    @Tag("v1")
    void theLevelThatBindsIsTheOneThatSystemdWasTold() throws Exception {
        try (DelegatedGroup group = new DelegatedGroup()) {
            group.setProperty("MemoryMax=64M", "CPUQuota=25%", "TasksMax=50");
            group.limits.set(Knob.MEMORY_MAX, 256 * MIB);
            group.limits.set(Knob.PIDS_MAX, 40);

            Effective<Long> memory = group.limits.effective(Knob.MEMORY_MAX);
            assertThat(memory.limit().value()).contains(Long.valueOf(group.show("MemoryMax")));
            assertThat(name(memory)).endsWith(group.show("ControlGroup"));
            Effective<Quota> cpu = group.limits.effectiveCpu();
            assertThat(cpu.limit().value().map(Quota::cpus)).contains(0.25);
            assertThat(name(cpu)).endsWith(group.show("ControlGroup"));
            Effective<Long> pids = group.limits.effective(Knob.PIDS_MAX);
            assertThat(pids.limit().value()).contains(40L);
            assertThat(name(pids)).endsWith("/inner");
            for (Effective<?> each : List.of(memory, cpu, pids)) {
                assertThat(each.levels().size()).isGreaterThanOrEqualTo(4); // inner, the service, its slice, the top
            }
        }
    }

    private static String name(Effective<?> effective) {
        return effective.binding().map(Level::name).orElseThrow().toString();
    }

    @Test
    @Tag("guest-v2")
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    void inAGuestTheRootOfTheHierarchyIsSeen() throws Exception {
        Cgroups cgroups = Cgroups.system();
        assertThat(cgroups.limits(cgroups.self()).effective(Knob.PIDS_MAX).complete())
                .isTrue();
    }

    @Test
    @Tag("v1")
    @Tag("v2")
    void inANamespaceTheRootOfTheHierarchyIsNotSeen() throws Exception {
        Cgroups cgroups = Cgroups.system();
        assertThat(cgroups.limits(cgroups.self()).effectiveCpu().complete()).isFalse();
    }

    @Test
    @Tag("guest-v2")
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    @Tag("v1")
    void weightsAreSystemds() throws Exception {
        try (DelegatedGroup group = new DelegatedGroup()) {
            assertThat(group.limits.get(Knob.CPU_WEIGHT).value()).contains(100L);
            for (long weight : new long[] {1, 39, 100, 250, 10_000}) {
                Change<Long> change = group.limits.set(Knob.CPU_WEIGHT, weight);
                assertThat(change.isExact()).as("%s", change).isTrue();
            }
        }
    }

    @Test
    @Tag("guest-v2")
    void theOtherLimitsOfMemoryInV2() throws Exception {
        try (DelegatedGroup group = new DelegatedGroup()) {
            for (Knob knob : new Knob[] {Knob.MEMORY_HIGH, Knob.MEMORY_LOW, Knob.MEMORY_MIN}) {
                assertThat(group.limits.set(knob, 8 * MIB).isExact())
                        .as(knob.name())
                        .isTrue();
                assertThat(group.text("memory", knob.file)).isEqualTo(Long.toString(8 * MIB));
                assertThat(group.limits.remove(knob).actual().value()).isEmpty();
            }
        }
    }

    @Test
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    @Tag("v1")
    void memoryAndSwapAreWrittenInTheOrderThatTheKernelWants() throws Exception {
        try (DelegatedGroup group = new DelegatedGroup()) {
            group.limits.set(Knob.MEMORY_MAX, 32 * MIB);
            group.limits.set(Knob.MEMORY_SWAP_MAX, 16 * MIB);
            for (long amount : new long[] {128 * MIB, 8 * MIB, 8 * MIB, 64 * MIB}) {
                assertThat(group.limits.set(Knob.MEMORY_MAX, amount).isExact()).isTrue();
                assertThat(group.limits.get(Knob.MEMORY_SWAP_MAX).value()).contains(16 * MIB);
            }
            assertThat(group.limits.remove(Knob.MEMORY_MAX).actual().value()).isEmpty();
            assertThat(group.limits.get(Knob.MEMORY_SWAP_MAX).value()).isEmpty();
        }
    }

    @Test
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    @Tag("v1")
    void memoryInUseCannotBeForbiddenInV1() throws Exception {
        try (DelegatedGroup group = new DelegatedGroup()) {
            group.limits.set(Knob.MEMORY_MAX, 64 * MIB);
            group.limits.set(Knob.MEMORY_SWAP_MAX, 0);
            Process worker = group.start("x=0123456789abcdef; i=0;"
                    + " while [ $i -lt 20 ]; do x=$x$x; i=$((i+1)); done; echo full; read line");
            assertThat(worker.getInputStream().read()).isEqualTo('f');

            assertThatExceptionOfType(CgroupException.class)
                    .isThrownBy(() -> group.limits.set(Knob.MEMORY_MAX, MIB))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY))
                    .withMessageContaining("is less than the");
            assertThat(group.limits.get(Knob.MEMORY_MAX).value()).contains(64 * MIB);
            assertThat(group.limits.get(Knob.MEMORY_SWAP_MAX).value()).contains(0L);
        }
    }

    @Test
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    @Tag("v1")
    void aChildCannotHaveMoreCpuTimeThanItsParentInV1() throws Exception {
        try (DelegatedGroup group = new DelegatedGroup()) {
            group.setProperty("CPUQuota=25%");
            assertThat(group.limits.setCpu(new Quota(20_000, 200_000)).isExact())
                    .isTrue();

            assertThatExceptionOfType(CgroupException.class)
                    .isThrownBy(() -> group.limits.setCpu(new Quota(50_000, 100_000)))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                    .withMessageContaining(
                            "cpu.cfs_quota_us): EINVAL (22): the kernel refuses \"50000\": the group above")
                    .withMessageContaining(" has only 25000 of 100000 usec, and in v1");
            assertThat(group.limits.cpu().value()).contains(new Quota(20_000, 200_000)); // as it was
        }
    }

    @Test
    void cpusAreThereOrItIsSaid() throws Exception {
        Cgroups cgroups = Cgroups.system();
        Resolution place = cgroups.resolve("cpuset");
        Limits limits = cgroups.limits(cgroups.self());
        boolean enabled = place.path()
                .map(directory -> directory.resolve("cpuset.cpus"))
                .filter(Files::exists)
                .isPresent();
        assertThat(limits.effective(Cpuset.CPUS).value().isPresent()).isEqualTo(enabled);
        if (enabled) {
            assertThat(limits.effective(Cpuset.CPUS).value().orElseThrow())
                    .hasSize(Runtime.getRuntime().availableProcessors());
        }
    }

    @Test
    @Tag("v1")
    void cpusAndDevicesOfV1() throws Exception {
        Cgroups cgroups = Cgroups.system();
        Membership inner = Membership.parse("2:cpuset:/limits-test\n3:blkio:/limits-test\n".getBytes(US_ASCII));
        Path cpuset =
                Files.createDirectory(cgroups.resolve(inner, "cpuset").orThrow().directory());
        Path blkio =
                Files.createDirectory(cgroups.resolve(inner, "blkio").orThrow().directory());
        try {
            Limits limits = cgroups.limits(inner);
            assertThat(limits.set(Cpuset.CPUS, List.of(0)).isExact()).isTrue();
            assertThat(limits.set(Cpuset.MEMS, List.of(0)).isExact()).isTrue();
            assertThat(limits.effective(Cpuset.CPUS).value()).contains(List.of(0));
            assertRefused(Errno.ERANGE, "this machine has only 0-", () -> limits.set(Cpuset.CPUS, List.of(4000)));
            assertRefused(Errno.EINVAL, "this machine has only 0", () -> limits.set(Cpuset.MEMS, List.of(9)));
            cpusOfV1AboveAndBelow(cgroups.group(inner, "cpuset"));

            assertThat(limits.set(Knob.IO_WEIGHT, 50).isExact()).isTrue();
            String device = device();
            IoMax max = new IoMax(device, OptionalLong.of(MIB), NONE, NONE, OptionalLong.of(100));
            assertThat(limits.setIo(max).isExact()).isTrue();
            assertThat(limits.io().value()).contains(List.of(max));
            assertThat(limits.setIo(new IoMax(device, NONE, NONE, NONE, NONE)).isExact())
                    .isTrue();
            assertThat(limits.io().value()).isEmpty();
            assertRefused(
                    Errno.ENODEV,
                    "there is no block device 4000:0",
                    () -> limits.setIo(new IoMax("4000:0", OptionalLong.of(MIB), NONE, NONE, NONE)));
        } finally {
            Files.delete(cpuset);
            Files.delete(blkio);
        }
    }

    private static void cpusOfV1AboveAndBelow(Group group) throws Exception {
        Group below = group.child("below");
        below.create();
        Process process = null;
        try {
            assertThat(below.limits().get(Cpuset.CPUS).value()).contains(List.of(0));
            assertRefused(
                    Errno.EACCES,
                    "the group above has only 0",
                    () -> below.limits().set(Cpuset.CPUS, List.of(1)));
            assertRefused(Errno.EBUSY, "/below, has 0", () -> group.limits().set(Cpuset.CPUS, List.of(1)));
            process = Group.start(new ProcessBuilder("sleep", "1000"), List.of(below));
            assertRefused(
                    Errno.ENOSPC, "there are processes", () -> below.limits().set(Cpuset.CPUS, List.of()));
        } finally {
            if (process != null) {
                process.destroyForcibly();
                Box.await(process);
            }
            below.remove(Box.SOON);
        }
    }

    /** Any block device that the machine has. */
    private static String device() throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/partitions"))) {
            List<String> words = Values.words(line);
            if (words.size() == 4 && Files.exists(Path.of("/sys/block", words.get(3)))) {
                return words.get(0) + ":" + words.get(1);
            }
        }
        throw new AssertionError("this machine has no block device");
    }

    @Test
    @Tag("guest-v2")
    void aDeviceThatIsNotThereIsRefused() throws Exception {
        try (DelegatedGroup group = new DelegatedGroup()) {
            assertThat(group.limits.io().value()).isEmpty();
            assertThatExceptionOfType(CgroupException.class)
                    .isThrownBy(() -> group.limits.setIo(new IoMax("4000:0", OptionalLong.of(MIB), NONE, NONE, NONE)))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV))
                    .withMessageContaining("io.max): ENODEV (19): the kernel refuses \"4000:0 rbps=1048576")
                    .withMessageEndingWith(": there is no block device 4000:0; /proc/partitions has them");
        }
    }

    private static void assertRefused(Errno errno, String why, ThrowingCallable write) {
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(write)
                .satisfies(e -> assertThat(e.errno()).as("%s", e).isEqualTo(errno))
                .withMessageContaining("the kernel refuses \"")
                .withMessageContaining(why);
    }

    @Test
    @Tag("guest-v2")
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    @Tag("v1")
    void whatTheKernelRefusesIsExplained() throws Exception {
        try (DelegatedGroup group = new DelegatedGroup()) {
            Limits limits = group.limits;
            assertThat(limits.set(Knob.PIDS_MAX, 1 << 22).isExact()).isTrue();
            assertRefused(Errno.EINVAL, "it must be less than 4194305", () -> limits.set(Knob.PIDS_MAX, (1 << 22) + 1));
            assertRefused(Errno.EINVAL, "a quota of more than", () -> limits.setCpu(new Quota(1L << 44, 100_000)));

            limits.setCpu(new Quota(50_000, 100_000));
            Path cpu = group.directory("cpu");
            String burst = Files.exists(cpu.resolve("cpu.max.burst")) ? "cpu.max.burst" : "cpu.cfs_burst_us";
            ControlFile.put(cpu.resolve(burst), "40000");
            assertRefused(Errno.EINVAL, burst + " is 40000 usec", () -> limits.setCpu(new Quota(20_000, 100_000)));
            assertThat(limits.cpu().value()).contains(new Quota(50_000, 100_000));

            ControlFile.put(cpu.resolve("cpu.idle"), "1");
            assertRefused(Errno.EINVAL, "write 0 into cpu.idle first", () -> limits.set(Knob.CPU_WEIGHT, 50));
        }
    }

    @Test
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    @Tag("v1")
    void aParentCannotHaveLessCpuTimeThanItsChildInV1() throws Exception {
        try (DelegatedGroup group = new DelegatedGroup()) {
            Group below = group.cgroups.group(group.process, "cpu").child("below");
            below.create();
            below.limits().setCpu(new Quota(50_000, 100_000));
            assertRefused(
                    Errno.EINVAL,
                    "/inner/below, has 50000 of 100000 usec, and in v1",
                    () -> group.limits.setCpu(new Quota(20_000, 100_000)));
            assertThat(below.remove(Box.SOON)).isTrue();
        }
    }

    @Test
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    void theRootTakesNoLimitInV1() throws Exception {
        Cgroups cgroups = Cgroups.system();
        Limits memory = cgroups.group(cgroups.self(), "memory").top().limits();
        Limits cpu = cgroups.group(cgroups.self(), "cpu").top().limits();
        assertRefused(Errno.EINVAL, "the root of the hierarchy", () -> memory.set(Knob.MEMORY_MAX, 1L << 40));
        assertRefused(Errno.EINVAL, "the root of the hierarchy", () -> cpu.set(Knob.CPU_WEIGHT, 50));
        assertRefused(Errno.EINVAL, "the root of the hierarchy", () -> cpu.setCpu(new Quota(50_000, 100_000)));
    }

    /** What is in one group is limited before it comes. */
    @Test
    @Tag("guest-v2")
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    @Tag("v1")
    void aNewGroupIsLimitedBeforeAProcessComes() throws Exception {
        try (DelegatedGroup delegated = new DelegatedGroup()) {
            boolean v1 = delegated.cgroups.resolve(delegated.process, "memory") instanceof Resolution.Found found
                    && found.version() == CgroupVersion.V1;
            Group inner = delegated.cgroups.group(delegated.process, v1 ? "memory" : "unified");
            if (!v1) {
                inner.enable("memory", "pids");
            }
            Group fresh = inner.child("fresh");
            fresh.create();
            fresh.limits().set(Knob.MEMORY_MAX, 32 * MIB);
            fresh.limits().set(Knob.MEMORY_SWAP_MAX, 0);
            assertThat(fresh.limits().effective(Knob.MEMORY_MAX).binding().map(Level::name))
                    .contains(fresh.name());
            assertThat(fresh.limits().get(Knob.PIDS_MAX).getClass())
                    .isEqualTo(v1 ? Limit.Absent.class : Limit.Unlimited.class);
            assertThat(fresh.statistics().memory().oomKills()).hasValue(0);

            Process process = Group.start(new ProcessBuilder("sh", "-c", USES_UP_MEMORY), List.of(fresh));

            assertThat(Box.await(process)).isEqualTo(128 + 9);
            assertThat(fresh.statistics().memory().oomKills()).hasValue(1);
            assertThat(fresh.pressure("memory").problem().isPresent())
                    .isEqualTo(v1 || !Files.exists(Path.of("/proc/pressure/memory")));
            assertThat(fresh.remove(Box.SOON)).isTrue();
        }
    }

    @Test
    void pressureIsTheKernelsOrItIsSaid() {
        Cgroups cgroups = Cgroups.system();
        boolean counted = Files.exists(Path.of("/proc/pressure/memory")); // UML's kernel doesn't
        boolean ofGroups =
                counted && cgroups.resolveUnified(cgroups.self()).path().isPresent();
        for (String resource : new String[] {"cpu", "memory", "io"}) {
            assertPressure(cgroups.pressure(resource), counted);
            assertPressure(cgroups.pressure(cgroups.self(), resource), ofGroups);
        }
    }

    private static void assertPressure(Pressure pressure, boolean counted) {
        assertThat(pressure.problem().isEmpty()).as("%s", pressure).isEqualTo(counted);
        assertThat(pressure.full().isPresent()).isEqualTo(counted);
        assertThat(pressure.some().isPresent()).isEqualTo(counted);
        pressure.some().ifPresent(some -> assertThat(some.others()).isEmpty());
        pressure.some().ifPresent(some -> assertThat(some.totalUsec()).isNotNegative());
    }

    @Test
    void theFiguresOfThisService() throws Exception {
        Cgroups cgroups = Cgroups.system();
        Statistics statistics = cgroups.statistics(cgroups.self());
        assertThat(statistics.cpu().usageUsec().orElse(0)).isPositive();
        assertThat(statistics.cpu().userUsec().orElse(0)).isPositive();
        Resolution memory = cgroups.resolve("memory");
        boolean counted = memory.path()
                .map(directory -> Files.exists(directory.resolve("memory.stat")))
                .orElse(false);
        assertThat(statistics.memory().current().isPresent()).isEqualTo(counted);
        assertThat(statistics.memory().oomKills().isPresent()).isEqualTo(counted);
        assertThat(statistics.problems().containsKey("memory.stat"))
                .isEqualTo(!counted && memory.path().isPresent());
    }
}
