package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Resolution.Absent;
import io.github.systemd4j.cgroups.Resolution.Found;
import io.github.systemd4j.cgroups.Resolution.Reason;
import io.github.systemd4j.cgroups.Verification.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Systems made of plain files; and this machine's own, whatever it is like. */
class CgroupsTest {

    @TempDir
    private Path root;

    private Cgroups cgroups;

    @BeforeEach
    void aSystem() throws IOException {
        write("proc/self/cgroup", "2:memory:/job\n0::/job\n");
        write("proc/thread-self/cgroup", "2:memory:/job/thread\n0::/job\n");
        mounts("/sys/fs/cgroup/memory");
        Files.createDirectories(root.resolve("sys/fs/cgroup/memory/job"));
        Files.createDirectories(root.resolve("sys/fs/cgroup/unified/job"));
        cgroups = Cgroups.at(root);
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.write(path, text.getBytes(ISO_8859_1));
    }

    /** Mounts of the device that the temporary directory is on, as if there were control groups on it. */
    private void mounts(String memory) throws IOException {
        long device = (long) Files.getAttribute(root, "unix:dev");
        long major = (device >> 8) & 0xFFF;
        long minor = (device & 0xFF) | ((device >> 12) & ~0xFFL);
        String number = major + ":" + minor;
        write(
                "proc/self/mountinfo",
                "20 1 8:1 / / rw - ext4 d rw\n"
                        + ("30 20 " + number + " / " + memory + " rw - cgroup c rw,memory\n")
                        + ("31 20 " + number + " / /sys/fs/cgroup/unified rw - cgroup2 c rw\n"));
    }

    @Test
    void whereSystemdHasAProcessAndWhichControllersThereAre() throws IOException {
        RecordedSystem v2 = RecordedSystem.v2(root.resolve("v2"));
        v2.write("/sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n");
        v2.write("/sys/fs/cgroup/a/b/cgroup.controllers", "pids\n");
        Cgroups cgroups = v2.cgroups();
        assertThat(Layouts.shown(cgroups.resolveSystemd(cgroups.self()))).isEqualTo("/sys/fs/cgroup/a/b v2");
        assertThat(cgroups.controllers()).containsExactlyInAnyOrder("cpu", "memory", "pids");

        RecordedSystem v1 = RecordedSystem.v1(root.resolve("v1"));
        cgroups = v1.cgroups();
        assertThat(cgroups.controllers())
                .containsExactlyInAnyOrder("cpu", "cpuacct", "memory", "pids", "blkio", "cpuset");
        assertThat(cgroups.resolveSystemd(cgroups.self())).isInstanceOf(Resolution.Absent.class);
        v1.write("/proc/self/cgroup", "8:name=systemd:/a\n2:memory:/a/b\n3:rdma:/\n0::/a\n");
        v1.write(
                "/proc/self/mountinfo",
                "31 20 0:9 / /s rw - cgroup c rw,name=systemd\n32 20 0:9 / /m rw - cgroup c rw,memory\n");
        cgroups = v1.cgroups();
        assertThat(Layouts.shown(cgroups.resolveSystemd(cgroups.self()))).isEqualTo("/s/a v1");
        assertThat(cgroups.controllers()).containsExactlyInAnyOrder("name=systemd", "memory");
        assertThat(cgroups.resolveSystemd(cgroups.process(4711))).isInstanceOf(Resolution.Absent.class);
    }

    @Test
    void directoriesAreBelowTheRoot() throws CgroupException {
        Found found = cgroups.resolve("memory").orThrow();
        assertThat(found.directory()).isEqualTo(root.resolve("sys/fs/cgroup/memory/job"));
        assertThat(found.name()).hasToString("/sys/fs/cgroup/memory/job");
        assertThat(cgroups.resolveUnified(cgroups.self()).path()).contains(root.resolve("sys/fs/cgroup/unified/job"));
    }

    @Test
    void anyProcessAndAnyThreadCanBeAsked() throws IOException {
        write("proc/42/cgroup", "2:memory:/a\n");
        write("proc/42/task/43/cgroup", "2:memory:/a/b\n");
        assertThat(name(cgroups.process(42))).isEqualTo("/sys/fs/cgroup/memory/a");
        assertThat(name(cgroups.thread(42, 43))).isEqualTo("/sys/fs/cgroup/memory/a/b");
        assertThat(name(cgroups.currentThread())).isEqualTo("/sys/fs/cgroup/memory/job/thread");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cgroups.process(0))
                .withMessage("pid: 0 must be positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cgroups.thread(1, -1))
                .withMessage("tid: -1 must be positive");
    }

    private String name(Membership process) throws CgroupException {
        return cgroups.resolve(process, "memory").orThrow().name().toString();
    }

    @Test
    void aProcessThatIsNotThereIsInNoGroup() {
        Membership process = cgroups.process(77);
        assertThat(process.entries()).isEmpty();
        Absent absent = (Absent) cgroups.resolve(process, "memory");
        assertThat(absent.reason()).isEqualTo(Reason.NO_PROCESS);
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(absent::orThrow)
                .withMessage("resolve(memory): ESRCH (3): there is no process 77, or hidepid= hides it from us");
        assertThat(((Absent) cgroups.resolveUnified(process)).controller()).isEqualTo("unified");
        assertThat(cgroups.units(process)).isEqualTo(Units.NONE);
    }

    @Test
    void withoutProcEveryAnswerSaysSo() throws IOException {
        Cgroups nothing = Cgroups.at(root.resolve("nowhere"));
        Absent absent = (Absent) nothing.resolve("memory");
        assertThat(absent.reason()).isEqualTo(Reason.UNREADABLE);
        assertThat(absent.errno()).isEqualTo(Errno.ENOENT);
        assertThat(absent.message())
                .isEqualTo("open(" + root + "/nowhere/proc/self/cgroup): ENOENT (2): it cannot be read");

        Files.delete(root.resolve("proc/self/mountinfo"));
        assertThat(((Absent) cgroups.resolve("memory")).message()).contains("proc/self/mountinfo): ENOENT (2)");
    }

    @Test
    void theMountTableIsReadAtFirstAndThenOnceForEachMountPoint() {
        assertThat(cgroups.mountTableReads()).isZero();
        for (int i = 0; i < 10; i++) {
            assertThat(cgroups.resolve("memory").path()).isPresent();
            assertThat(cgroups.resolveUnified(cgroups.self()).path()).isPresent();
            assertThat(cgroups.resolve("name=none").path()).isEmpty();
        }
        assertThat(cgroups.mountTableReads()).isEqualTo(3);
    }

    @Test
    void aChangeOfTheMountsIsNoticed() throws IOException {
        assertThat(cgroups.resolve("memory").path()).isPresent();
        Files.move(root.resolve("sys/fs/cgroup/memory"), root.resolve("mnt"));
        mounts("/mnt");
        assertThat(cgroups.resolve("memory").path()).contains(root.resolve("mnt/job"));
    }

    @Test
    void inARowOfQuestionsTheMountPointIsAskedAfterAPauseOnly() throws IOException {
        Cgroups hasty = Cgroups.at(root, Long.MAX_VALUE);
        for (int i = 0; i < 3; i++) {
            assertThat(hasty.resolve("memory").path()).isPresent();
            assertThat(cgroups.resolve("memory").path()).isPresent();
        }
        Files.move(root.resolve("sys/fs/cgroup/memory"), root.resolve("mnt"));
        mounts("/mnt");
        assertThat(hasty.resolve("memory").path()).contains(root.resolve("sys/fs/cgroup/memory/job"));
        assertThat(cgroups.resolve("memory").path()).contains(root.resolve("mnt/job"));
    }

    @Test
    void whatWasNotMountedIsLookedForAgain() throws IOException {
        write("proc/self/mountinfo", "20 1 8:1 / / rw - ext4 d rw\n");
        assertThat(((Absent) cgroups.resolve("memory")).reason()).isEqualTo(Reason.NOT_MOUNTED);
        mounts("/sys/fs/cgroup/memory");
        assertThat(cgroups.resolve("memory").path()).isPresent();
    }

    @Test
    void aMoveOfTheProcessIsNoticed() throws IOException {
        assertThat(cgroups.resolve("memory").path()).isPresent();
        write("proc/self/cgroup", "2:memory:/other\n");
        assertThat(cgroups.resolve("memory").path()).contains(root.resolve("sys/fs/cgroup/memory/other"));
    }

    @Test
    void aGroupMayBeCalledAsIfItWereRemoved() throws IOException {
        write("proc/9/cgroup", "2:memory:/job (deleted)\n");
        assertThat(((Absent) cgroups.resolve(cgroups.process(9), "memory")).reason())
                .isEqualTo(Reason.REMOVED);
        Files.createDirectory(root.resolve("sys/fs/cgroup/memory/job (deleted)"));
        assertThat(cgroups.resolve(cgroups.process(9), "memory").path())
                .contains(root.resolve("sys/fs/cgroup/memory/job (deleted)"));
    }

    @Test
    void anAnswerIsVerifiedByTheKernelsList() throws IOException {
        Found found = cgroups.resolve("memory").orThrow();
        assertThat(cgroups.verify(found, 7).outcome()).isEqualTo(Outcome.UNREADABLE);
        write("sys/fs/cgroup/memory/job/cgroup.procs", "17\n71\n");
        assertThat(cgroups.verify(found, 7).outcome()).isEqualTo(Outcome.NOT_THERE);
        assertThat(cgroups.verify(found, 17).isConfirmed()).isTrue();
        assertThat(cgroups.verify(found, 71).inode())
                .isEqualTo(Files.getAttribute(found.directory(), "unix:ino"))
                .isNotZero();
        write("sys/fs/cgroup/memory/job/tasks", "18");
        assertThat(cgroups.verify(found, 18).message()).isEqualTo("18 is listed in tasks");

        Found elsewhere = new Found(
                found.directory(),
                found.name(),
                CgroupVersion.V1,
                found.mountPoint(),
                found.mountRoot(),
                found.relative(),
                1);
        assertThat(cgroups.verify(elsewhere, 17).outcome()).isEqualTo(Outcome.OTHER_FILE_SYSTEM);
        write("proc/self/cgroup", "2:memory:/gone\n");
        assertThat(cgroups.verify(cgroups.resolve("memory").orThrow(), 17).outcome())
                .isEqualTo(Outcome.NO_DIRECTORY);
    }

    @Test
    void unitsAreCountedFromTheGroupOfTheFirstProcess() throws IOException {
        write("proc/1/cgroup", "1:name=systemd:/docker/4f/init.scope\n");
        write("proc/42/cgroup", "1:name=systemd:/docker/4f/system.slice/db.service\n");
        write("proc/43/cgroup", "1:name=systemd:/docker/4fff/system.slice/db.service\n");
        assertThat(cgroups.units(cgroups.process(42)).unit()).contains("db.service");
        assertThat(cgroups.units(cgroups.process(42)).slice()).contains("system.slice");
        assertThat(cgroups.units(cgroups.process(43)).unit()).isEmpty();
        assertThat(cgroups.units(cgroups.process(1)).unit()).contains("init.scope");
    }

    @Test
    void theMachineIsThatOfTheUnit() throws IOException {
        write("proc/42/cgroup", "0::/machine.slice/box.scope/payload\n");
        assertThat(cgroups.units(cgroups.process(42)).machine()).isEmpty();
        Path machines = Files.createDirectories(root.resolve("run/systemd/machines"));
        Files.createSymbolicLink(machines.resolve("unit:box.scope"), Path.of("box"));
        assertThat(cgroups.units(cgroups.process(42)).machine()).contains("box");
    }

    @Test
    void thisMachineAnswers() {
        Cgroups system = Cgroups.system();
        Membership self = system.self();
        assertThat(self.problem()).isEmpty();
        assertThat(self.skippedLines()).isZero();
        for (Membership.Entry entry : self.entries()) {
            Resolution answer = entry.isUnified()
                    ? system.resolveUnified(self)
                    : system.resolve(self, entry.controllers().get(0));
            if (answer instanceof Found found) {
                Verification verification =
                        system.verify(found, ProcessHandle.current().pid());
                assertThat(verification.isConfirmed())
                        .as(verification.message())
                        .isTrue();
            }
        }
        assertThat(system.process(ProcessHandle.current().pid()).entries()).isEqualTo(self.entries());
    }

    @Test
    void anInterruptedThreadMayAskToo() {
        Cgroups system = Cgroups.system();
        Thread.currentThread().interrupt();
        try {
            assertThat(system.self().problem()).isEmpty();
            assertThat(system.self()).isSameAs(system.self());
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
