package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Limit.Absent;
import io.github.systemd4j.cgroups.Limit.Change;
import io.github.systemd4j.cgroups.Limit.Effective;
import io.github.systemd4j.cgroups.Limit.IoMax;
import io.github.systemd4j.cgroups.Limit.Level;
import io.github.systemd4j.cgroups.Limit.Limited;
import io.github.systemd4j.cgroups.Limit.Quota;
import io.github.systemd4j.cgroups.Limit.Unlimited;
import io.github.systemd4j.cgroups.Limits.Cpuset;
import io.github.systemd4j.cgroups.Limits.Knob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of the unified hierarchy, as plain files; what the kernel makes of the writes is for the box. */
class LimitsTest {

    private static final String OWN = "/sys/fs/cgroup/a/b/";

    @TempDir
    private Path root;

    private RecordedSystem system;
    private Limits limits;

    @BeforeEach
    void aSystem() throws IOException {
        system = RecordedSystem.v2(root);
        limits = system.limits();
    }

    private static String message(Limit<?> limit) {
        return ((Absent<?>) limit).message();
    }

    @Test
    void aFileSaysANumberOrMaxOrIsNotThere() throws IOException {
        system.write(OWN + "memory.max", "314572800\n");
        system.write(OWN + "memory.high", "max\n");

        assertThat(limits.get(Knob.MEMORY_MAX)).isEqualTo(new Limited<>(314_572_800L, system.file(OWN + "memory.max")));
        assertThat(limits.get(Knob.MEMORY_HIGH)).isEqualTo(new Unlimited<>(system.file(OWN + "memory.high")));
        Limit<Long> swap = limits.get(Knob.MEMORY_SWAP_MAX);
        assertThat(swap.value()).isEmpty();
        assertThat(((Absent<Long>) swap).errno()).isEqualTo(Errno.ENOENT);
        assertThat(message(swap))
                .isEqualTo(
                        "open(" + system.file(OWN + "memory.swap.max") + "): ENOENT (2): this group has no such file:"
                                + " it is the root, or the controller is not enabled, or the kernel is older");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "12x", "-", "max 5", "0x10"})
    void whatIsNoNumberIsNoLimit(String text) throws IOException {
        system.write(OWN + "pids.max", text);
        assertThat(((Absent<Long>) limits.get(Knob.PIDS_MAX)).errno()).isEqualTo(Errno.EBADMSG);
        assertThat(limits.effective(Knob.PIDS_MAX).limit()).isInstanceOf(Absent.class);
    }

    @Test
    void theTightestLevelBinds() throws IOException {
        system.write(OWN + "memory.max", "300\n");
        system.write("/sys/fs/cgroup/a/memory.max", "200\n");

        Effective<Long> memory = limits.effective(Knob.MEMORY_MAX);

        assertThat(memory.limit().value()).contains(200L);
        assertThat(memory.binding().map(Level::name)).contains(RawPath.of("/sys/fs/cgroup/a"));
        assertThat(memory.binding().map(Level::directory)).contains(system.file("/sys/fs/cgroup/a"));
        assertThat(memory.levels())
                .extracting(level -> level.name().toString())
                .containsExactly("/sys/fs/cgroup/a/b", "/sys/fs/cgroup/a", "/sys/fs/cgroup");
        assertThat(memory.levels().get(2).limit()).isInstanceOf(Absent.class);
        assertThat(memory.complete()).isTrue();
    }

    @Test
    void ofTheSameLimitTwiceTheLowerLevelBinds() throws IOException {
        system.write(OWN + "pids.max", "20\n");
        system.write("/sys/fs/cgroup/a/pids.max", "20\n");
        assertThat(limits.effective(Knob.PIDS_MAX).binding().map(Level::directory))
                .contains(system.file(OWN));
    }

    @Test
    void whereNoLevelHasALimitThereIsNone() throws IOException {
        system.write("/sys/fs/cgroup/a/pids.max", "max\n");
        Effective<Long> pids = limits.effective(Knob.PIDS_MAX);
        assertThat(pids.limit()).isEqualTo(new Unlimited<>(system.file("/sys/fs/cgroup/a/pids.max")));
        assertThat(pids.binding()).isEmpty();
        assertThat(limits.effective(Knob.MEMORY_MAX).limit()).isInstanceOf(Absent.class);
    }

    @Test
    void aContainerSeesItsNamespaceOnlyAndTheAnswerSaysSo() throws IOException {
        system.write("/sys/fs/cgroup/cgroup.events", "populated 1\n"); // what roots have not
        system.write("/sys/fs/cgroup/memory.max", "100\n");
        Effective<Long> memory = limits.effective(Knob.MEMORY_MAX);
        assertThat(memory.limit().value()).contains(100L);
        assertThat(memory.complete()).isFalse();
    }

    @Test
    void withALevelThatCannotBeReadItIsNotComplete() throws IOException {
        system.write(OWN + "memory.max", "300\n");
        assertThat(limits.effective(Knob.MEMORY_MAX).complete()).isTrue(); // that of a is not there
        system.write("/sys/fs/cgroup/a/memory.max", "what\n");
        Effective<Long> memory = limits.effective(Knob.MEMORY_MAX);
        assertThat(memory.limit().value()).contains(300L);
        assertThat(memory.complete()).isFalse();
    }

    @Test
    void oneLevelOfABindMount() throws IOException {
        system.write("/proc/self/mountinfo", "30 20 0:9 /a/b /sys/fs/cgroup rw - cgroup2 c rw\n");
        system.write("/sys/fs/cgroup/pids.max", "7\n");
        Effective<Long> pids = limits.effective(Knob.PIDS_MAX);
        assertThat(pids.levels()).hasSize(1);
        assertThat(pids.limit().value()).contains(7L);
    }

    @Test
    void weightsDoNotBind() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limits.effective(Knob.CPU_WEIGHT))
                .withMessage("knob: CPU_WEIGHT is relative to siblings; no level binds");
        assertThatIllegalArgumentException().isThrownBy(() -> limits.effective(Knob.MEMORY_LOW));
    }

    @Test
    void cpuTimeIsComparedByTheRatio() throws IOException {
        system.write(OWN + "cpu.max", "200000 100000\n");
        system.write("/sys/fs/cgroup/a/cpu.max", "500000 1000000\n");

        assertThat(limits.cpu().value()).contains(new Quota(200_000, 100_000));
        Effective<Quota> cpu = limits.effectiveCpu();
        assertThat(cpu.limit().value().map(Quota::cpus)).contains(0.5);
        assertThat(cpu.binding().map(Level::directory)).contains(system.file("/sys/fs/cgroup/a"));

        system.write("/sys/fs/cgroup/a/cpu.max", "max 100000\n");
        assertThat(limits.effectiveCpu().limit().value()).contains(new Quota(200_000, 100_000));
        system.write(OWN + "cpu.max", "100000\n");
        assertThat(limits.cpu()).isInstanceOf(Absent.class);
    }

    @Test
    void cpusAreLists() throws IOException {
        system.write(OWN + "cpuset.cpus", "\n");
        system.write(OWN + "cpuset.cpus.effective", "0-2,5\n");
        assertThat(limits.get(Cpuset.CPUS)).isInstanceOf(Unlimited.class);
        assertThat(limits.effective(Cpuset.CPUS).value()).contains(List.of(0, 1, 2, 5));
        for (String bad : new String[] {"3-1", "1-", "0-99999999999", "a"}) {
            system.write(OWN + "cpuset.cpus.effective", bad);
            assertThat(((Absent<?>) limits.effective(Cpuset.CPUS)).errno()).isEqualTo(Errno.EBADMSG);
        }
    }

    @Test
    void devicesAreLimitedEachByItself() throws IOException {
        OptionalLong none = OptionalLong.empty();
        system.write(OWN + "io.max", "8:16 rbps=2097152 wbps=max riops=max wiops=120 new=1\n");
        assertThat(limits.io().value())
                .contains(List.of(new IoMax("8:16", OptionalLong.of(2_097_152), none, none, OptionalLong.of(120))));
        system.write(OWN + "io.max", "");
        assertThat(limits.io()).isInstanceOf(Unlimited.class);
    }

    @Test
    void aWriteIsReadBack() throws IOException {
        system.write(OWN + "memory.max", "max\n");
        Change<Long> change = limits.set(Knob.MEMORY_MAX, 4096);
        assertThat(change.isExact()).isTrue();
        assertThat(change.actual().value()).contains(4096L);
        assertThat(system.text(OWN + "memory.max")).isEqualTo("4096");
        assertThat(limits.remove(Knob.MEMORY_MAX).actual()).isInstanceOf(Unlimited.class);
        assertThat(system.text(OWN + "memory.max")).isEqualTo("max");
    }

    @Test
    void everyFileGetsWhatTheKernelReads() throws IOException {
        for (String file : new String[] {"cpu.max", "cpu.weight", "io.weight", "cpuset.cpus", "io.max"}) {
            system.write(OWN + file, "");
        }
        limits.setCpu(new Quota(50_000, 100_000));
        assertThat(system.text(OWN + "cpu.max")).isEqualTo("50000 100000");
        limits.set(Knob.CPU_WEIGHT, 250);
        assertThat(system.text(OWN + "cpu.weight")).isEqualTo("250");
        limits.set(Knob.IO_WEIGHT, 50);
        assertThat(system.text(OWN + "io.weight")).isEqualTo("50");
        limits.set(Cpuset.CPUS, List.of(5, 1, 0, 2, 1));
        assertThat(system.text(OWN + "cpuset.cpus")).isEqualTo("0-2,5");
        limits.set(Cpuset.CPUS, List.of());
        assertThat(system.text(OWN + "cpuset.cpus")).isEqualTo("\n");
        OptionalLong none = OptionalLong.empty();
        Change<IoMax> io = limits.setIo(new IoMax("8:0", OptionalLong.of(1000), none, none, OptionalLong.of(5)));
        assertThat(system.text(OWN + "io.max")).isEqualTo("8:0 rbps=1000 wbps=max riops=max wiops=5");
        assertThat(io.isExact()).isTrue();
    }

    @Test
    void theWeightOfBfqIsConverted() throws IOException {
        system.write(OWN + "io.bfq.weight", "default 1000\n8:0 5\n");
        assertThat(limits.get(Knob.IO_WEIGHT).value()).contains(10_000L);
        limits.set(Knob.IO_WEIGHT, 100);
        assertThat(system.text(OWN + "io.bfq.weight")).isEqualTo("100");
        system.write(OWN + "io.weight", "default 77\n");
        assertThat(limits.get(Knob.IO_WEIGHT).value()).contains(77L);
    }

    @Test
    void whatCannotBeWrittenIsSaidAndNothingIsCreated() {
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> limits.set(Knob.PIDS_MAX, 1))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                .withMessageStartingWith(
                        "open(" + system.file(OWN + "pids.max") + "): ENOENT (2): this group has no such file");
        assertThat(system.file(OWN + "pids.max")).doesNotExist();
    }

    /** What is read and written is the files; an interrupt neither ends it nor is lost. */
    @Test
    void ofAGroupThatNobodyIsInYet() throws Exception {
        system.write(OWN + "new/cgroup.procs", "");
        system.write(OWN + "new/memory.max", "max\n");
        system.write(OWN + "memory.max", "4096\n");
        system.write(OWN + "new/pids.current", "0\n");
        Cgroups cgroups = system.cgroups();
        Group fresh = cgroups.group(cgroups.self(), "unified").child("new");

        Thread.currentThread().interrupt();
        assertThat(fresh.limits().set(Knob.MEMORY_MAX, 8192).isExact()).isTrue();
        Effective<Long> effective = fresh.limits().effective(Knob.MEMORY_MAX);
        assertThat(Thread.interrupted()).isTrue();

        assertThat(system.text(OWN + "new/memory.max")).isEqualTo("8192");
        assertThat(effective.limit().value()).contains(4096L);
        assertThat(effective.levels())
                .extracting(level -> level.name().toString())
                .containsExactly("/sys/fs/cgroup/a/b/new", "/sys/fs/cgroup/a/b", "/sys/fs/cgroup/a", "/sys/fs/cgroup");
        assertThat(fresh.child("x").limits().effective(Knob.MEMORY_MAX).levels())
                .hasSize(5);
        assertThat(fresh.statistics().pids().current()).hasValue(0);
        assertThat(fresh.pressure("cpu").problem().orElseThrow()).contains("cpu.pressure");
        assertThatIllegalArgumentException().isThrownBy(() -> fresh.pressure("../x"));
    }

    @Test
    void aGroupThatIsGoneIsSaid() throws IOException {
        Limits gone = Cgroups.at(root).limits(Membership.parse("0::/gone".getBytes(US_ASCII)));
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> gone.set(Knob.PIDS_MAX, 1))
                .withMessage(
                        "open(" + root
                                + "/sys/fs/cgroup/gone/pids.max): ENOENT (2): there is no such group; it may have been removed");
        assertThat(message(gone.get(Knob.PIDS_MAX)))
                .endsWith("ENOENT (2): there is no such group; it may have been removed");
    }

    @Test
    void withoutAnAnswerWhereTheProcessIsThereIsNoLimit() {
        Limits unknown = system.cgroups().limits(system.cgroups().process(77));
        assertThat(message(unknown.get(Knob.PIDS_MAX))).startsWith("there is no process 77");
        assertThat(unknown.effective(Knob.MEMORY_MAX).levels()).isEmpty();
        assertThat(message(unknown.effectiveCpu().limit())).startsWith("there is no process 77");
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> unknown.set(Knob.PIDS_MAX, 1))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ESRCH));
    }

    @Test
    void whatNoKernelTakesIsRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limits.set(Knob.MEMORY_MAX, -1))
                .withMessage("amount: -1 must be 0 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limits.set(Knob.CPU_WEIGHT, 0))
                .withMessage("amount: 0 must be 1 to 10000");
        assertThatIllegalArgumentException().isThrownBy(() -> limits.set(Knob.IO_WEIGHT, 10_001));
        assertThatIllegalArgumentException().isThrownBy(() -> limits.remove(Knob.CPU_WEIGHT));
        assertThatIllegalArgumentException().isThrownBy(() -> limits.setCpu(new Quota(999, 100_000)));
        assertThatIllegalArgumentException().isThrownBy(() -> limits.setCpu(new Quota(5000, 1_000_001)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limits.set(Cpuset.CPUS, List.of(-1)))
                .withMessage("numbers: -1 must be 0 to 65535");
        OptionalLong none = OptionalLong.empty();
        for (String device : new String[] {"", ":", "8", "8:", ":0", "sda", "8:0 rbps=1", "8:0\n"}) {
            assertThatIllegalArgumentException()
                    .as(device)
                    .isThrownBy(() -> limits.setIo(new IoMax(device, none, none, none, none)));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limits.setIo(new IoMax("8:0", OptionalLong.of(0), none, none, none)))
                .withMessage("max: 0 must be positive, or empty for none");
    }

    @Test
    void anInterruptedThreadReadsAndStaysInterrupted() throws IOException {
        system.write(OWN + "pids.max", "5\n");
        Thread.currentThread().interrupt();
        Limit<Long> pids = limits.get(Knob.PIDS_MAX);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(pids.value()).contains(5L);
    }

    @Test
    void aNameThatNoCharsetKnowsIsReadToo() throws IOException {
        RawPath name = RawPath.of(new byte[] {'/', (byte) 0xFF, 'x'});
        Files.write(system.file("/proc/self/cgroup"), new byte[] {'0', ':', ':', '/', (byte) 0xFF, 'x', '\n'});
        Path directory = name.toPath(system.file("/sys/fs/cgroup"));
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("pids.max"), "12\n");
        Effective<Long> pids = system.limits().effective(Knob.PIDS_MAX);
        assertThat(pids.limit().value()).contains(12L);
        assertThat(pids.binding().map(Level::name))
                .hasToString(Optional.of("/sys/fs/cgroup/\\xffx").toString());
    }
}
