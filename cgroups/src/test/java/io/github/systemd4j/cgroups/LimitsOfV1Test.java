package io.github.systemd4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Limit.Absent;
import io.github.systemd4j.cgroups.Limit.Effective;
import io.github.systemd4j.cgroups.Limit.IoMax;
import io.github.systemd4j.cgroups.Limit.Level;
import io.github.systemd4j.cgroups.Limit.Quota;
import io.github.systemd4j.cgroups.Limit.Unlimited;
import io.github.systemd4j.cgroups.Limits.Cpuset;
import io.github.systemd4j.cgroups.Limits.Knob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same questions to v1, as plain files. */
class LimitsOfV1Test {

    private static final String MEMORY = "/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes";
    private static final String MEMSW = "/sys/fs/cgroup/memory/a/b/memory.memsw.limit_in_bytes";
    private static final String STAT = "/sys/fs/cgroup/memory/a/b/memory.stat";
    private static final String QUOTA = "/sys/fs/cgroup/cpu/a/b/cpu.cfs_quota_us";
    private static final String PERIOD = "/sys/fs/cgroup/cpu/a/b/cpu.cfs_period_us";
    private static final String BLKIO = "/sys/fs/cgroup/blkio/a/b/";

    @TempDir
    private Path root;

    private RecordedSystem system;
    private Limits limits;

    @BeforeEach
    void aSystem() throws IOException {
        system = RecordedSystem.v1(root);
        limits = system.limits();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9223372036854771712",
                "9223372036854710272",
                "9223372036854775807",
                "18446744073709547520",
                "18446744073709551615",
                "-1"
            })
    void theLargestNumberIsNoLimit(String text) throws IOException {
        system.write(MEMORY, text + "\n");
        assertThat(limits.get(Knob.MEMORY_MAX)).isInstanceOf(Unlimited.class);
    }

    @Test
    void whatV1HasNotIsSaid() {
        for (Knob knob : new Knob[] {Knob.MEMORY_HIGH, Knob.MEMORY_LOW, Knob.MEMORY_MIN}) {
            Absent<Long> absent = (Absent<Long>) limits.get(knob);
            assertThat(absent.errno()).isEqualTo(Errno.EOPNOTSUPP);
            assertThat(absent.message()).endsWith("EOPNOTSUPP (95): cgroup v1 has no " + knob.file);
        }
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> limits.set(Knob.MEMORY_HIGH, 4096))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EOPNOTSUPP));
    }

    @Test
    void theKernelKnowsTheLimitAboveWhatIsMounted() throws IOException {
        system.write(MEMORY, "9223372036854771712\n");
        system.write("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "8000\n");
        system.write(STAT, "cache 5\nhierarchical_memory_limit 4096\n");
        Effective<Long> above = limits.effective(Knob.MEMORY_MAX);
        assertThat(above.limit().value()).contains(4096L);
        assertThat(above.binding()).isEmpty();

        system.write(STAT, "cache 5\nhierarchical_memory_limit 8000\n");
        assertThat(limits.effective(Knob.MEMORY_MAX).binding().map(Level::directory))
                .contains(system.file("/sys/fs/cgroup/memory/a"));

        system.write(STAT, "hierarchical_memory_limit 9223372036854771712\n"); // memory.use_hierarchy=0
        assertThat(limits.effective(Knob.MEMORY_MAX).limit()).isInstanceOf(Unlimited.class);
    }

    @Test
    void withoutTheKernelsWordTheLevelsCount() throws IOException {
        system.write(MEMORY, "4096\n");
        assertThat(limits.effective(Knob.MEMORY_MAX).limit().value()).contains(4096L);
        assertThat(limits.effective(Knob.MEMORY_MAX).complete()).isTrue();
        Files.delete(system.file("/sys/fs/cgroup/memory/release_agent"));
        assertThat(limits.effective(Knob.MEMORY_MAX).complete()).isFalse();
        system.write(STAT, "cache 5\n");
        assertThat(limits.effective(Knob.MEMORY_MAX).limit().value()).contains(4096L);
    }

    @Test
    void swapIsTheDifference() throws IOException {
        system.write(MEMORY, "8192\n");
        system.write(MEMSW, "12288\n");
        assertThat(limits.get(Knob.MEMORY_SWAP_MAX).value()).contains(4096L);
        assertThat(limits.effective(Knob.MEMORY_SWAP_MAX).limit()).isInstanceOf(Absent.class);

        limits.set(Knob.MEMORY_SWAP_MAX, 0);
        assertThat(system.text(MEMSW)).isEqualTo("8192");
        limits.remove(Knob.MEMORY_SWAP_MAX);
        assertThat(system.text(MEMSW)).isEqualTo("-1");
        assertThat(limits.get(Knob.MEMORY_SWAP_MAX)).isInstanceOf(Unlimited.class);
    }

    @Test
    void aGroupHasTheLimitsOfItsOwnHierarchy() throws Exception {
        system.write(MEMORY, "8192\n");
        Cgroups cgroups = system.cgroups();
        Group memory = cgroups.group(cgroups.self(), "memory");
        assertThat(memory.limits().get(Knob.MEMORY_MAX).value()).contains(8192L);
        Absent<Long> pids = (Absent<Long>) memory.limits().get(Knob.PIDS_MAX);
        assertThat(pids.errno()).isEqualTo(Errno.ENODATA);
        assertThat(pids.message()).isEqualTo("pids is not in the hierarchy memory");
        assertThat(memory.statistics().problems().get("cpu")).endsWith("cpu is not in the hierarchy memory");
        assertThat(memory.pressure("memory").problem().orElseThrow()).contains("not in the hierarchy memory");
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> memory.limits().set(Knob.PIDS_MAX, 1));
    }

    @Test
    void swapAloneCannotBeLimited() throws IOException {
        system.write(MEMORY, "9223372036854771712\n");
        system.write(MEMSW, "9223372036854771712\n");
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> limits.set(Knob.MEMORY_SWAP_MAX, 4096))
                .withMessage("write(" + system.file(MEMSW)
                        + "): EINVAL (22): cgroup v1 limits memory and swap together:" + " set MEMORY_MAX first");
        assertThat(system.text(MEMSW)).isEqualTo("9223372036854771712\n");
    }

    @ParameterizedTest
    @CsvSource({"20480, 24576", "4096, 8192", "8192, 12288"})
    void memoryKeepsTheSwapThatWasAllowed(long amount, String both) throws IOException {
        system.write(MEMORY, "8192\n");
        system.write(MEMSW, "12288\n");
        assertThat(limits.set(Knob.MEMORY_MAX, amount).isExact()).isTrue();
        assertThat(system.text(MEMSW).strip()).isEqualTo(both);
        limits.remove(Knob.MEMORY_MAX);
        assertThat(system.text(MEMORY)).isEqualTo("-1");
        assertThat(system.text(MEMSW)).isEqualTo("-1");
    }

    @Test
    void memoryIsAsItWasIfBothCannotBeWritten() throws IOException {
        system.write(MEMSW, "12288\n");
        Files.createDirectory(system.file(MEMORY));
        assertThatExceptionOfType(CgroupException.class).isThrownBy(() -> limits.set(Knob.MEMORY_MAX, 20_480));
        Files.delete(system.file(MEMORY));
        assertThat(system.text(MEMSW)).isEqualTo("12288\n");
    }

    @Test
    void sharesAreWeights() throws IOException {
        system.write("/sys/fs/cgroup/cpu/a/b/cpu.shares", "1024\n");
        assertThat(limits.get(Knob.CPU_WEIGHT).value()).contains(100L);
        assertThat(limits.set(Knob.CPU_WEIGHT, 10_000).isExact()).isTrue();
        assertThat(system.text("/sys/fs/cgroup/cpu/a/b/cpu.shares")).isEqualTo("262144");
    }

    @Test
    void quotaAndPeriodAreTwoFiles() throws IOException {
        system.write(QUOTA, "-1\n");
        system.write(PERIOD, "100000\n");
        assertThat(limits.cpu()).isInstanceOf(Unlimited.class);
        assertThat(limits.setCpu(new Quota(20_000, 50_000)).isExact()).isTrue();
        assertThat(system.text(QUOTA)).isEqualTo("20000");
        assertThat(system.text(PERIOD)).isEqualTo("50000");
        assertThat(limits.effectiveCpu().binding().map(Level::directory))
                .contains(system.file("/sys/fs/cgroup/cpu/a/b"));
        assertThat(limits.removeCpu().actual()).isInstanceOf(Unlimited.class);
        assertThat(system.text(QUOTA)).isEqualTo("-1");
    }

    @Test
    void cpusMayHaveNoPrefix() throws IOException {
        system.write("/sys/fs/cgroup/cpuset/a/b/cpus", "0,2\n");
        system.write("/sys/fs/cgroup/cpuset/a/b/effective_mems", "0\n");
        assertThat(limits.get(Cpuset.CPUS).value()).contains(List.of(0, 2));
        assertThat(limits.effective(Cpuset.CPUS).value()).contains(List.of(0, 2));
        assertThat(limits.effective(Cpuset.MEMS).value()).contains(List.of(0));
    }

    @Test
    void devicesHaveAFileForEachLimit() throws IOException {
        for (String file : new String[] {"read_bps", "write_bps", "read_iops", "write_iops"}) {
            system.write(BLKIO + "blkio.throttle." + file + "_device", "");
        }
        OptionalLong none = OptionalLong.empty();
        assertThat(limits.io()).isInstanceOf(Unlimited.class);
        limits.setIo(new IoMax("8:0", OptionalLong.of(4096), none, none, none));
        assertThat(system.text(BLKIO + "blkio.throttle.read_bps_device")).isEqualTo("8:0 4096");
        assertThat(system.text(BLKIO + "blkio.throttle.write_iops_device")).isEqualTo("8:0 0");
        system.write(BLKIO + "blkio.throttle.write_iops_device", "8:16 30\n");
        system.write(BLKIO + "blkio.throttle.write_bps_device", "");
        system.write(BLKIO + "blkio.throttle.read_iops_device", "");
        assertThat(limits.io().value())
                .contains(List.of(
                        new IoMax("8:0", OptionalLong.of(4096), none, none, none),
                        new IoMax("8:16", none, none, none, OptionalLong.of(30))));
    }

    @Test
    void allLimitsOfADeviceAreWrittenOrNone() throws IOException {
        for (String file : new String[] {"read_bps", "write_bps", "read_iops"}) {
            system.write(BLKIO + "blkio.throttle." + file + "_device", "8:0 " + file.length() + "\n");
        }
        Path last = system.file(BLKIO + "blkio.throttle.write_iops_device");
        Files.createSymbolicLink(last, Path.of("/proc/version")); // can be read, and not be written
        OptionalLong most = OptionalLong.of(4096);
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> limits.setIo(new IoMax("8:0", most, most, most, most)));
        assertThat(system.text(BLKIO + "blkio.throttle.read_bps_device")).isEqualTo("8:0 8");
        assertThat(system.text(BLKIO + "blkio.throttle.write_bps_device")).isEqualTo("8:0 9");
        assertThat(system.text(BLKIO + "blkio.throttle.read_iops_device")).isEqualTo("8:0 9");
    }

    @Test
    void theWeightsOfBlockDevicesAreConverted() throws IOException {
        system.write(BLKIO + "blkio.weight", "500\n");
        assertThat(limits.get(Knob.IO_WEIGHT).value()).contains(4950L);
        limits.set(Knob.IO_WEIGHT, 1);
        assertThat(system.text(BLKIO + "blkio.weight")).isEqualTo("10");
        system.write(BLKIO + "blkio.bfq.weight", "100\n");
        assertThat(limits.get(Knob.IO_WEIGHT).value()).contains(100L);
    }
}
