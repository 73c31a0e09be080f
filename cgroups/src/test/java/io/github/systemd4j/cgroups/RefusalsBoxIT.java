package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a real kernel refuses, and that we say why. {@link LocaleBoxIT} runs this class once more where the JDK speaks
 * German.
 */
@Timeout(120)
class RefusalsBoxIT {

    private static final long NO_PROCESS = 4_000_000;
    private static final Duration AT_ONCE = Duration.ofMillis(1);

    private final Box box = new Box();
    private long running;
    private boolean unreadable;

    @BeforeEach
    void aProcess() throws Exception {
        running = box.sleeper().pid();
    }

    @AfterEach
    void clean() throws Exception {
        box.clean();
    }

    @Test
    void whatCanBeMovedMovesAndAgain() throws Exception {
        for (String hierarchy : box.hierarchies()) {
            Group group = box.create(hierarchy, "refusals");
            group.add(running);
            group.add(running);
            assertThat(group.processes()).as(hierarchy).containsExactly(running);
        }
    }

    @Test
    void aZombieIsAcceptedAndStaysWhereItIs() throws Exception {
        Process parent = box.start("perl", "-e", Box.ZOMBIE);
        long zombie = Long.parseLong(parent.inputReader().readLine());
        Pause pause = new Pause(Box.SOON);
        while (!isZombie(zombie) && pause.again()) {
            assertThat(pause.isOver()).isFalse();
        }
        for (String hierarchy : box.hierarchies()) {
            Group group = box.create(hierarchy, "refusals");
            group.add(zombie);
            assertThat(group.events().populated()).as(hierarchy).isFalse();
        }
    }

    private static boolean isZombie(long pid) {
        ProcessStat process = ProcessStat.of(Path.of("/proc"), pid);
        return process != null && process.isDead();
    }

    @Test
    void esrchThereIsNoSuchProcess() throws Exception {
        for (String hierarchy : box.hierarchies()) {
            Group group = box.create(hierarchy, "refusals");
            CgroupException refused = refused(Errno.ESRCH, () -> group.add(NO_PROCESS));
            assertThat(refused.call()).isEqualTo("write");
            assertThat(refused.target()).isEqualTo(group.name() + "/cgroup.procs");
            assertThat(refused)
                    .hasMessage("write(" + group.name() + "/cgroup.procs): ESRCH (3): process " + NO_PROCESS
                            + " stays in its group (" + group.hierarchy() + "): there is no such process");
            refused(Errno.ESRCH, () -> group.addThread(NO_PROCESS));
        }
    }

    @Test
    void idsThatCannotBeAreTheCallersMistake() throws Exception {
        Group group = box.create(box.systemds(), "refusals");
        for (long id : new long[] {0, -1}) { // 0 would move this JVM
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> group.add(id))
                    .withMessage("pid: " + id + " must be positive");
            assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> group.addThread(id));
        }
        assertThat(group.processes()).isEmpty();
    }

    @Test
    @Tag("guest-v1")
    @Tag("guest-v2")
    @Tag("guest-hybrid")
    void einvalThreadsOfTheKernel() throws Exception {
        for (String hierarchy : box.hierarchies()) {
            Group group = box.create(hierarchy, "refusals");
            assertThat(refused(Errno.EINVAL, () -> group.add(2))).hasMessageContaining("thread of the kernel");
        }
    }

    @Test
    void enoentThereIsNoSuchGroup() throws Exception {
        for (String hierarchy : box.hierarchies()) {
            Group group = box.own(hierarchy).child("missing");
            assertThat(refused(Errno.ENOENT, () -> group.add(running)))
                    .hasMessageContaining("process " + running + " stays in /")
                    .hasMessageEndingWith("there is no such group; it may have been removed");
            refused(Errno.ENOENT, () -> group.child("below").create());
            refused(Errno.ENOENT, group::processes);
            assertThat(group.remove(AT_ONCE)).isFalse();
            assertThat(group.children()).isEmpty();
        }
    }

    @Test
    void enodevTheGroupWasRemovedMeanwhile() throws Exception {
        for (String hierarchy : box.hierarchies()) {
            Group group = box.create(hierarchy, "refusals");
            Path procs = group.directory().resolve("cgroup.procs");
            try (var out = Files.newOutputStream(procs, StandardOpenOption.WRITE)) {
                group.remove(Box.SOON);
                IOException failure = catchThrowableOfType(
                        IOException.class,
                        () -> out.write(Long.toString(running).getBytes(US_ASCII)));
                assertThat(failure).as(hierarchy).isNotNull();
                assertThat(Refusal.ofMove(group, running, procs, failure).errno())
                        .as(hierarchy)
                        .isEqualTo(Errno.ENODEV);
            }
        }
    }

    @Test
    @Tag("guest-v2")
    void enoentBeyondTheCgroupNamespace() throws Exception {
        Group group = box.create("unified", "namespace");
        Process process = box.startIn(
                List.of(group),
                "unshare",
                "-C",
                "-m",
                "sh",
                "-c",
                "umount -l /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec \"$@\"",
                "sh",
                Box.java(),
                "-cp",
                System.getProperty("java.class.path"),
                NamespaceProbe.class.getName(),
                Long.toString(running));
        assertThat(process.inputReader().readLine())
                .isEqualTo("write(/sys/fs/cgroup/inside/cgroup.procs): ENOENT (2): process " + running
                        + " stays in its group (unified): it is outside of our cgroup namespace (nsdelegate)");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void eexistAndEbusy() throws Exception {
        for (String hierarchy : box.hierarchies()) {
            Group group = box.create(hierarchy, "refusals");
            refused(Errno.EEXIST, group::create);
            group.add(running);
            assertThat(refused(Errno.EBUSY, () -> group.remove(AT_ONCE)))
                    .hasMessageContaining("rmdir(" + group.name() + "): EBUSY (16): ")
                    .hasMessageContaining("(" + running + ")");
            box.own(hierarchy).add(running);
        }
    }

    @Test
    void erofsAsContainersHaveIt() throws Exception {
        for (String hierarchy : box.hierarchies()) {
            Group group = box.create(hierarchy, "refusals");
            Path mount = Files.createTempDirectory("readonly");
            Box.run("mount", "--bind", group.directory().toString(), mount.toString());
            try {
                assertThat(Box.run("mount", "-o", "remount,ro,bind", mount.toString()))
                        .isEmpty();
                Group readOnly = RecordedSystem.group(
                        box.cgroups(),
                        mount,
                        group.version(),
                        group.version() == CgroupVersion.V1 ? group.controllers() : List.of());
                assertThat(refused(Errno.EROFS, () -> readOnly.add(running))).hasMessageContaining("mounted read-only");
                refused(Errno.EROFS, () -> readOnly.child("new").create());
                assertThat(Refusal.foreseen(readOnly, running)).hasMessageContaining("EROFS (30)");
            } finally {
                Box.run("umount", mount.toString());
                Files.delete(mount);
            }
        }
    }

    @Test
    @Tag("v1")
    void enospcACpusetWithoutProcessors() throws Exception {
        Group group = box.rawCpuset("refusals");
        assertThat(refused(Errno.ENOSPC, () -> group.add(running)))
                .hasMessageContaining("cpuset.cpus is empty; set cpuset.cpus and cpuset.mems first");
        Cpuset.fill(group);
        group.add(running);
    }

    @Test
    void eaccesForAnotherUser() throws Exception {
        String result = asNobody("probe");
        for (String hierarchy : box.hierarchies()) {
            boolean v1 = box.own(hierarchy).version() == CgroupVersion.V1;
            assertThat(result)
                    .as(hierarchy)
                    .contains(hierarchy + " roots-group EACCES\n")
                    .contains(hierarchy + " roots-process EACCES\n")
                    .contains(hierarchy + (v1 ? " own-child ok\n" : " own-child EACCES\n"))
                    .contains(hierarchy + " mkdir EACCES\n")
                    .contains(hierarchy + " read ok\n");
        }
    }

    @Test
    void eaccesForWhatMayBeWrittenAndNotRead() throws Exception {
        unreadable = true;
        String result = asNobody("unreadable");
        for (String hierarchy : box.hierarchies()) {
            assertThat(result).as(hierarchy).contains(hierarchy + " read EACCES\n");
        }
    }

    /** Runs {@link NobodyProbe} as a user who has a group of its own in each hierarchy, and nothing else. */
    private String asNobody(String name) throws Exception {
        Path classes = Files.createTempDirectory(
                "classes", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        for (Class<?> type : List.of(Group.class, NobodyProbe.class)) { // where they are, nobody may not look
            Path source = Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
            assertThat(Box.run("cp", "-r", source.toString(), classes + "/" + type.getSimpleName()))
                    .isEmpty();
        }
        assertThat(Box.run("chmod", "-R", "a+rX", classes.toString())).isEmpty();
        String[] command = {
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            Box.java(),
            "-cp",
            classes + "/Group:" + classes + "/NobodyProbe",
            NobodyProbe.class.getName(),
            Long.toString(running),
            name
        };
        for (String hierarchy : box.hierarchies()) {
            Group group = box.create(hierarchy, name);
            Box.run("chown", "-R", "65534:65534", group.directory().toString());
            if (unreadable) {
                Box.run(
                        "chmod",
                        "0200",
                        group.directory().resolve("cgroup.procs").toString());
            }
        }
        return Box.run(command) + "\n";
    }

    @Test
    @Tag("guest-v2")
    void theRulesOfV2() throws Exception {
        Group group = box.create("unified", "refusals");
        Group leaf = group.child("leaf");
        Group unit = box.own("unified");
        group.add(running);
        // not enabled above
        assertThat(refused(Errno.ENOENT, () -> group.enable("memory"))).hasMessageContaining("enable it in");
        refused(Errno.EINVAL, () -> group.enable("nonsense"));
        // we are in there ourselves
        assertThat(refused(Errno.EBUSY, () -> unit.enable("memory")))
                .hasMessageContaining("move them into a child first");
        unit.add(running);

        Group rest = box.create("unified", "rest");
        migrate(unit, rest);
        try {
            unit.enable("memory", "pids");
            group.enable("memory");
            leaf.create();
            assertThat(leaf.controllers()).containsExactly("memory");
            CgroupException inner = refused(Errno.EBUSY, () -> group.add(running));
            assertThat(inner).hasMessageContaining("has enabled memory").hasMessageContaining("Take a group below it");
            assertThat(Refusal.foreseen(group, running)).hasMessageContaining("EBUSY (16)");
            leaf.add(running);
            refused(Errno.EBUSY, () -> unit.disable("memory"));
            refused(Errno.EOPNOTSUPP, leaf::makeThreaded);
            refused(Errno.EOPNOTSUPP, group::makeThreaded);
            rest.add(running);
            group.disable("memory");
        } finally {
            unit.disable("memory", "pids");
            migrate(rest, unit);
        }
    }

    private void migrate(Group from, Group to) throws Exception {
        Migration plan = box.cgroups()
                .migration()
                .from(from)
                .to(to)
                .withoutChildren()
                .allowing(Migration.Risk.OWN_GROUP, Migration.Risk.INSIDE)
                .plan();
        plan.execute().orThrow();
    }

    @Test
    @Tag("v2")
    @Tag("guest-v2")
    @Tag("guest-hybrid")
    void theTypesOfV2() throws Exception {
        Group domain = box.create("unified", "domain");
        Group threaded = domain.child("threaded");
        Group invalid = threaded.child("invalid");
        threaded.create();
        threaded.makeThreaded();
        invalid.create();
        assertThat(refused(Errno.EOPNOTSUPP, () -> invalid.add(running))).hasMessageContaining("domain invalid");
        Group other = box.create("unified", "other");
        assertThat(refused(Errno.EOPNOTSUPP, () -> other.addThread(running)))
                .hasMessageContaining("of one domain only");
        threaded.add(running); // a whole process may: it comes into the domain with it
        assertThat(domain.allProcesses()).containsExactly(running);
        assertThat(refused(Errno.EOPNOTSUPP, threaded::processes)).hasMessageContaining("/domain");
        refused(Errno.EPERM, () -> box.own("unified").freeze(AT_ONCE));
    }

    @Test
    @Tag("v2")
    @Tag("guest-v2")
    @Tag("guest-hybrid")
    void eagainTooManyGroups() throws Exception {
        Group group = box.create("unified", "refusals");
        ControlFile.put(group.directory().resolve("cgroup.max.depth"), "1");
        group.child("one").create();
        assertThat(refused(Errno.EAGAIN, () -> group.child("one").child("two").create()))
                .hasMessageContaining("cgroup.max.depth of ");
        ControlFile.put(group.directory().resolve("cgroup.max.descendants"), "1");
        assertThat(refused(Errno.EAGAIN, () -> group.child("other").create()))
                .hasMessageContaining("cgroup.max.descendants of ");
    }

    @Test
    void whatTheStateDoesNotExplainIsSaidByTheKernelsText() throws Exception {
        Group group = box.create(box.systemds(), "refusals");
        assertThat(refused(Errno.UNKNOWN, () -> group.write("cgroup.procs", "no number")))
                .hasMessageContaining("the kernel refused it: ")
                .hasRootCauseInstanceOf(IOException.class);
    }

    private static CgroupException refused(Errno errno, ThrowingCallable call) {
        CgroupException refused = catchThrowableOfType(CgroupException.class, call);
        assertThat(refused).isNotNull();
        assertThat(refused.errno()).as(refused.getMessage()).isEqualTo(errno);
        return refused;
    }
}
