package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Groups of a real kernel: made, filled, frozen, killed and removed. */
@Timeout(120)
class GroupBoxIT {

    private final Box box = new Box();

    @AfterEach
    void clean() throws Exception {
        box.clean();
    }

    @Test
    void isMadeAndRemovedInEveryHierarchy() throws Exception {
        for (String hierarchy : box.hierarchies()) {
            Group group = box.create(hierarchy, "made");
            assertThat(group.exists()).as(hierarchy).isTrue();
            assertThat(group.processes()).as(hierarchy).isEmpty();
            assertThat(group.events().populated()).as(hierarchy).isFalse();
            group.child("a").create();
            group.child("a").child("b").create();
            assertThat(box.own(hierarchy).children()).as(hierarchy).contains(group);
            Process process = box.sleeper();
            group.child("a").add(process.pid());
            assertThat(group.allProcesses()).as(hierarchy).containsExactly(process.pid());
            assertThat(group.events().populated()).as(hierarchy).isTrue();
            CgroupException busy = refused(() -> group.remove(Duration.ofMillis(50)));
            assertThat(busy.errno()).as(hierarchy).isEqualTo(Errno.EBUSY);
            assertThat(busy).as(hierarchy).hasMessageContaining("(" + process.pid() + ")");

            process.destroyForcibly();
            assertThat(group.remove(Box.SOON)).as(hierarchy).isTrue(); // tried again until the process is gone
            assertThat(group.exists()).as(hierarchy).isFalse();
            assertThat(group.remove(Box.SOON)).as(hierarchy).isFalse();
        }
    }

    @Test
    @Tag("v1")
    void aCpusetThatCannotBeFilledIsNotLeftBehind() throws Exception {
        Group above = box.create("cpuset", "above");
        above.write("cgroup.clone_children", "0");
        Path processors = above.directory().resolve("cpuset.cpus");
        Path none = Files.writeString(Files.createTempFile("cpus", ""), "no such processor");
        assertThat(Box.run("mount", "--bind", none.toString(), processors.toString()))
                .isEmpty();
        try {
            Group child = above.child("child");
            assertThat(refused(child::create)).hasMessageContaining("cpuset.cpus");
            assertThat(child.exists()).isFalse();
        } finally {
            assertThat(Box.run("umount", processors.toString())).isEmpty();
        }
    }

    @Test
    void namesMayBeOdd() throws Exception {
        String odd = "a b'c\\d:e\u00fc$(f)";
        Group group = box.create(box.systemds(), odd);
        assertThat(box.own(box.systemds()).children()).contains(group);
        Process process = box.startIn(List.of(group), "sleep", "1000");
        assertThat(group.processes()).containsExactly(process.pid());
    }

    @Test
    void aProcessIsStartedInAGroupOfEachHierarchy() throws Exception {
        List<Group> groups = new ArrayList<>();
        for (String hierarchy : box.hierarchies()) {
            groups.add(box.create(hierarchy, "start"));
        }
        // the very first thing that the command does is to say where it is, and a child of it as well
        Process process = box.startIn(groups, "sh", "-c", "cat /proc/self/cgroup; env; exec sleep 1000 <&0 >&- 2>&-");
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        for (Group group : groups) {
            assertThat(group.processes()).as(group.toString()).containsExactly(process.pid());
        }
        assertThat(said.lines().filter(line -> line.endsWith("/start"))).hasSize(groups.size());
        assertThat(process.info().command()).get().asString().endsWith("/sleep");

        Group missing = box.own(box.systemds()).child("missing");
        CgroupException refused = refused(() -> box.startIn(List.of(missing), "true"));
        assertThat(refused.errno()).isEqualTo(Errno.ENOENT);
        assertThat(box.startIn(groups, "/no/such/command").waitFor()).isEqualTo(127);
        assertThat(box.startIn(groups, "sh", "-c", "exit 7").waitFor()).isEqualTo(7);
    }

    @Test
    void theWholeJvmMovesWithOneWrite() throws Exception {
        Group leaf = box.create(box.systemds(), "jvm");
        Group home = box.own(box.systemds());
        Process process = box.start(Box.java(), "-XX:+UseSerialGC", "-version");
        leaf.add(Box.SELF);
        try {
            assertThat(leaf.processes()).contains(Box.SELF);
            assertThat(box.own(box.systemds())).isEqualTo(leaf);
            assertThat(leaf.threads()).hasSizeGreaterThan(5);
            assertThat(refused(() -> leaf.kill(Box.SOON)).errno()).isEqualTo(Errno.EPERM);
        } finally {
            home.add(Box.SELF);
        }
        assertThat(process.waitFor()).isZero();
    }

    /** v2, and the freezer's hierarchy of v1. */
    private Group freezable(String name) throws Exception {
        return box.create(box.hierarchies().contains("unified") ? "unified" : "freezer", name);
    }

    @Test
    void freezesAndThaws() throws Exception {
        for (Group group : freezables()) {
            Group below = group.child("below");
            below.create();
            Process process = box.startIn(List.of(below), "sh", "-c", "while read x; do echo $x; done");
            assertThat(answer(process, "one")).isEqualTo("one");

            group.freeze(Box.SOON);
            assertThat(group.events().frozen()).isTrue();
            process.getOutputStream().write("two\n".getBytes(UTF_8));
            process.getOutputStream().flush();
            // the kernel says that it stands still: there is nothing to wait for
            assertThat(process.getInputStream().available()).isZero();
            group.freeze(Box.SOON);

            group.thaw(Box.SOON);
            assertThat(group.events().frozen()).isFalse();
            assertThat(process.inputReader().readLine()).isEqualTo("two");
        }
    }

    private List<Group> freezables() throws Exception {
        List<Group> groups = new ArrayList<>();
        for (String hierarchy : List.of("unified", "freezer")) {
            if (box.hierarchies().contains(hierarchy)) {
                groups.add(box.create(hierarchy, "frozen"));
            }
        }
        assertThat(groups).isNotEmpty();
        return groups;
    }

    private static String answer(Process process, String line) throws Exception {
        return Box.answer(process, line);
    }

    @Test
    void aProcessWithoutItsMainThreadIsAlive() throws Exception {
        for (String hierarchy : box.hierarchies()) {
            Group group = box.create(hierarchy, "headless");
            Process process = box.headless(List.of(group));
            assertThat(group.events().populated()).as(hierarchy).isTrue();
            assertThat(answer(process, "still")).isEqualTo("still");
            group.kill(Box.SOON);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(hierarchy).isTrue();
            assertThat(group.events().populated()).as(hierarchy).isFalse();
        }
    }

    @Test
    void killsAllWhoForkAndFrozenOnesToo() throws Exception {
        for (String hierarchy : box.hierarchies()) {
            Group group = box.create(hierarchy, "killed");
            Group below = group.child("below");
            below.create();
            box.startIn(List.of(below), "sh", "-c", "while :; do sleep 1000 & (:); done");
            Process other = box.startIn(List.of(group), "sh", "-c", "while :; do (:); done");
            if (Freezer.hasFreezer(group)) {
                group.freeze(Box.SOON);
            }
            group.kill(Box.SOON);

            assertThat(group.events().populated()).as(hierarchy).isFalse();
            assertThat(other.waitFor(60, TimeUnit.SECONDS)).as(hierarchy).isTrue();
            assertThat(other.exitValue()).as(hierarchy).isEqualTo(128 + 9);
            group.kill(Box.SOON);
            group.remove(Box.SOON);
            group.kill(Box.SOON);
        }
    }

    @Test
    void theFallbackOfKillDoesWithoutTheKernelsFile() throws Exception {
        Group group = freezable("fallback");
        box.startIn(List.of(group), "sh", "-c", "while :; do sleep 1000 & (:); done");
        assertThat(Freezer.signal(group, new Pause(Box.SOON))).isTrue();
        assertThat(group.events().populated()).isFalse();
    }

    @Test
    void emptinessIsAwaited() throws Exception {
        Group group = box.create(box.systemds(), "awaited");
        Process process = box.startIn(List.of(group), "cat");
        assertThat(group.await(events -> !events.populated(), Duration.ofMillis(50)))
                .isFalse();
        Thread ender = new Thread(() -> {
            try {
                process.getOutputStream().close(); // and so cat ends
            } catch (IOException e) {
                process.destroyForcibly();
            }
        });
        ender.start();
        Thread.currentThread().interrupt(); // does not matter
        assertThat(group.await(events -> !events.populated(), Box.SOON)).isTrue();
        assertThat(Thread.interrupted()).isTrue();
        ender.join();
        group.remove(Box.SOON);
        assertThat(group.await(events -> !events.populated(), Box.SOON)).isTrue();
    }

    @Test
    @Tag("guest-v2")
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    @Tag("v1")
    void aKillForLackOfMemoryIsCounted() throws Exception {
        Group unit = box.own("memory");
        Group group = box.create("memory", "oom");
        if (group.version() == CgroupVersion.V1) {
            isKilledForLackOfMemory(group, "memory.limit_in_bytes");
            return;
        }
        moveOwnProcessesInto(box.create("unified", "rest"));
        try {
            unit.enable("memory");
            assertThat(unit.enabled()).containsExactly("memory");
            isKilledForLackOfMemory(group, "memory.max");
            assertThat(group.events().oom()).isPositive();
        } finally {
            unit.disable("memory");
            unit.add(Box.SELF);
        }
    }

    private void isKilledForLackOfMemory(Group group, String limit) throws Exception {
        ControlFile.put(group.directory().resolve(limit), "20000000");
        assertThat(group.events().oomKills()).isZero();
        Process process = box.startIn(List.of(group), "sh", "-c", "x=1234567890; while :; do x=$x$x; done");

        assertThat(group.await(events -> events.oomKills() > 0, Box.SOON)).isTrue();
        assertThat(process.waitFor()).isEqualTo(128 + 9);
    }

    /** So that the unit's group may have controllers for those below. */
    private void moveOwnProcessesInto(Group leaf) throws Exception {
        Group unit = leaf.parent();
        MigrationReport report = box.cgroups()
                .migration()
                .from(unit)
                .to(leaf)
                .withoutChildren()
                .allowing(Migration.Risk.OWN_GROUP, Migration.Risk.INSIDE)
                .plan()
                .execute()
                .orThrow();
        assertThat(report.hierarchies().get(0).moved()).isPositive();
        assertThat(unit.processes()).isEmpty();
    }

    @Test
    @Tag("v2")
    @Tag("guest-v2")
    void threadsMoveBetweenThreadedGroups() throws Exception {
        Group domain = box.create("unified", "domain");
        Group one = domain.child("one");
        Group two = domain.child("two");
        one.create();
        two.create();
        Process process = box.startIn(
                List.of(domain),
                Box.java(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                WaitingProbe.class.getName());
        assertThat(answer(process, "up")).isEqualTo("up");
        one.makeThreaded();
        two.makeThreaded();
        long thread = domain.threads().stream()
                .filter(tid -> tid != process.pid())
                .findFirst()
                .orElseThrow();

        one.addThread(thread);
        assertThat(one.threads()).containsExactly(thread);
        assertThat(refused(one::processes).errno()).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(domain.allProcesses()).containsExactly(process.pid());
        MigrationReport report = box.cgroups()
                .migration()
                .thread(process.pid(), thread)
                .to(two)
                .plan()
                .execute();
        assertThat(report.orThrow().hierarchies()).hasSize(1);
        assertThat(two.threads()).containsExactly(thread);
        assertThat(answer(process, "still")).isEqualTo("still");
        assertThat(refused(() -> box.own("unified").addThread(thread)).errno()).isEqualTo(Errno.EOPNOTSUPP);
    }

    @Test
    @Tag("v1")
    @Tag("guest-v1")
    void everyGroupOfV1TakesThreads() throws Exception {
        Group group = box.create("cpu", "threads");
        Process process = box.start(
                Box.java(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                WaitingProbe.class.getName());
        assertThat(answer(process, "up")).isEqualTo("up");
        long thread = box.own("cpu").threads().stream()
                .filter(tid -> tid != process.pid() && Files.exists(Path.of("/proc/" + process.pid() + "/task/" + tid)))
                .findFirst()
                .orElseThrow();
        group.addThread(thread);
        assertThat(group.threads()).containsExactly(thread);
        assertThat(refused(group::makeThreaded).errno()).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(refused(() -> group.enable("cpu")).errno()).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(refused(() -> box.create("cpu", "unfrozen").freeze(Box.SOON)).errno())
                .isEqualTo(Errno.EOPNOTSUPP);
    }

    @Test
    void namesThatCannotBeAreTheCallersMistake() throws Exception {
        Group own = box.own(box.systemds());
        for (String name : List.of("", ".", "..", "a/b", "a\nb", "cgroup.procs", "x".repeat(256))) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> own.child(name))
                    .withMessageStartingWith("child: ");
        }
    }

    private static CgroupException refused(ThrowingCallable call) {
        CgroupException refused = catchThrowableOfType(CgroupException.class, call);
        assertThat(refused).isNotNull();
        return refused;
    }
}
