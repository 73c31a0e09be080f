package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Migration.Risk;
import io.github.systemd4j.cgroups.Migration.Step;
import io.github.systemd4j.cgroups.MigrationReport.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans, on a hybrid system of plain files with the controllers in CentOS 7's order. In a box they are carried out. */
class MigrationTest {

    private static final long CONTAINER = 4242;
    private static final long EXECUTED = 4243;
    private static final long ENGINE = 77;
    /** With the parent, the flags and the scheduling policy to be filled in. */
    private static final String STAT =
            " (a) b) S %d 0 0 0 0 %d" + " 0".repeat(12) + " 99" + " 0".repeat(18) + " %d 0\n";

    @TempDir
    private Path root;

    private Cgroups cgroups;

    @BeforeEach
    void aContainerOfAnEngine() throws IOException {
        cgroups = Cgroups.at(root);
        write("proc/self/mountinfo", mountinfo());
        process(1, 0, "/init.scope", "/init.scope", "/init.scope");
        process(ENGINE, 1, "/engine", "/engine", "/system.slice/engine.service");
        process(CONTAINER, 78, "/engine/c", "/engine/c", "/engine/c");
        process(EXECUTED, 79, "/engine/c", "/engine/c", "/engine/c");
        process(99, 1, "/system.slice/web.service", "/system.slice", "/system.slice/web.service");
        for (String hierarchy : List.of("cpu,cpuacct", "memory", "systemd", "unified")) {
            group(hierarchy, "/", "1\n");
            group(hierarchy, "/init.scope", "");
            group(hierarchy, "/system.slice", "");
            group(hierarchy, "/engine", "");
            group(hierarchy, "/engine/c", CONTAINER + "\n" + EXECUTED + "\n");
        }
        for (String hierarchy : List.of("cpu,cpuacct", "systemd", "unified")) {
            group(hierarchy, "/system.slice/web.service", "99\n");
        }
        group("systemd", "/system.slice/engine.service", ENGINE + "\n");
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.write(path, text.getBytes(ISO_8859_1));
    }

    private String mountinfo() throws IOException {
        long device = (long) Files.getAttribute(root, "unix:dev");
        String number = ((device >> 8) & 0xFFF) + ":" + ((device & 0xFF) | ((device >> 12) & ~0xFFL));
        String text = "20 1 8:1 / / rw - ext4 d rw\n";
        int id = 30;
        for (String[] mount : new String[][] {
            {"cpu,cpuacct", "cgroup c rw,cpuacct,cpu"},
            {"memory", "cgroup c rw,memory"},
            {"systemd", "cgroup c rw,name=systemd"},
            {"unified", "cgroup2 c rw"}
        }) {
            text += id++ + " 20 " + number + " / /sys/fs/cgroup/" + mount[0] + " rw - " + mount[1] + "\n";
        }
        return text;
    }

    private void process(long pid, long parent, String cpu, String memory, String systemd) throws IOException {
        write(
                "proc/" + pid + "/cgroup",
                "4:cpuacct,cpu:" + cpu + "\n3:memory:" + memory + "\n2:pids:/\n1:name=systemd:" + systemd + "\n0::"
                        + systemd + "\n");
        write("proc/" + pid + "/stat", pid + String.format(STAT, parent, 0, 0));
    }

    private void group(String hierarchy, String path, String pids) throws IOException {
        String group = "sys/fs/cgroup/" + hierarchy + path;
        write(group + "/cgroup.procs", pids);
        boolean unified = hierarchy.equals("unified");
        if (unified != path.equals("/")) { // the kernel's sign of a root, or of what is none
            write(group + (unified ? "/cgroup.events" : "/release_agent"), "");
        }
    }

    private Migration.Builder container() {
        return cgroups.migration().container(CONTAINER);
    }

    @Test
    void theControllersComeFirstAndSystemdsHierarchiesLast() throws CgroupException {
        Migration plan = container().toUnit("web.service").plan();
        assertThat(plan).hasToString("""
                        all processes of the container of process 4242 and those below
                          cpuacct,cpu: /sys/fs/cgroup/cpu,cpuacct/engine/c -> /sys/fs/cgroup/cpu,cpuacct/system.slice/web.service
                          name=systemd: /sys/fs/cgroup/systemd/engine/c -> /sys/fs/cgroup/systemd/system.slice/web.service
                          unified: /sys/fs/cgroup/unified/engine/c -> /sys/fs/cgroup/unified/system.slice/web.service
                          memory: stays: there is no group /sys/fs/cgroup/memory/system.slice/web.service; the target has none of its own here
                          pids: stays: no mount
                        """);
        MigrationReport dry = plan.dryRun();
        assertThat(dry.outcome()).isEqualTo(Outcome.PLANNED);
        assertThat(dry.hierarchies())
                .extracting(MigrationReport.Hierarchy::moved)
                .containsExactly(2, 2, 2);
        assertThat(dry.problem()).isEmpty();
    }

    /** A systemd in the container has put its first process further down, in the hierarchies that it uses. */
    @Test
    void aContainerIsKnownByItsIdInTheNamesOfItsGroups() throws Exception {
        for (String hierarchy : List.of("cpu,cpuacct", "systemd", "unified")) {
            group(hierarchy, "/engine/docker-4f.scope", "");
            group(hierarchy, "/engine/docker-4f.scope/init.scope", CONTAINER + "\n");
            group(hierarchy, "/engine/docker-4f.scope/system.slice", EXECUTED + "\n");
        }
        process(CONTAINER, 78, "/engine/docker-4f.scope", "/engine", "/engine/docker-4f.scope/init.scope");
        process(EXECUTED, 79, "/engine/docker-4f.scope", "/engine", "/engine/docker-4f.scope/system.slice");

        Migration plan = cgroups.migration()
                .container(CONTAINER, "4f")
                .toUnit("web.service")
                .plan();

        assertThat(plan).hasToString("""
                        all processes of the container 4f and those below
                          cpuacct,cpu: /sys/fs/cgroup/cpu,cpuacct/engine/docker-4f.scope -> /sys/fs/cgroup/cpu,cpuacct/system.slice/web.service
                          name=systemd: /sys/fs/cgroup/systemd/engine/docker-4f.scope -> /sys/fs/cgroup/systemd/system.slice/web.service
                          unified: /sys/fs/cgroup/unified/engine/docker-4f.scope -> /sys/fs/cgroup/unified/system.slice/web.service
                          memory: stays: process 4242 is in /sys/fs/cgroup/memory/engine, which is not the group of container 4f
                          pids: stays: no mount
                        """);
        assertThat(plan.dryRun().hierarchies())
                .extracting(MigrationReport.Hierarchy::moved)
                .containsExactly(2, 2, 2);
        Migration.Builder asked = cgroups.migration()
                .container(CONTAINER, "4f")
                .controllers("memory")
                .toUnit("web.service");
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(asked::plan)
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EPERM))
                .withMessageContaining("which is not the group of container 4f");
    }

    @Test
    void aGroupWithoutTheIdIsSomebodyElses() {
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> cgroups.migration()
                        .container(CONTAINER, "4f")
                        .toUnit("web.service")
                        .plan())
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EPERM))
                .withMessageEndingWith("/engine/c, which is not the group of container 4f");
        assertThat(cgroups.migration().container(CONTAINER, "4f").container(CONTAINER))
                .isNotNull();
    }

    @Test
    void aContainerThatWasMovedAlreadyStays() throws Exception {
        process(CONTAINER, 78, "/system.slice/web.service", "/engine/c", "/system.slice/web.service");
        Migration plan = cgroups.migration()
                .container(CONTAINER, "4f")
                .toUnit("web.service")
                .plan();
        assertThat(plan.steps()).isEmpty();
        assertThat(plan.staying())
                .extracting(Migration.Staying::reason)
                .filteredOn("the processes are in the target already"::equals)
                .hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker-4f.scope", "4f", "libpod-payload-4f", "4f.scope", "cri-4f-x", "_4f", "x4f-4f"})
    void namesWithAnId(String group) {
        assertThat(ContainerName.isOf(group, "4f")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker-4fe.scope", "a4f", "4f.slice", "user-4f.slice", "", "4", "44ff"})
    void namesWithoutAnId(String group) {
        assertThat(ContainerName.isOf(group, "4f")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a b", "\u00e4"})
    void whatIsNoId(String id) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cgroups.migration().container(CONTAINER, id))
                .withMessageStartingWith("id: ");
    }

    @Test
    void theTargetMayBeKnownByAProcessOfIt() throws CgroupException {
        Migration plan = container().to(cgroups.process(99)).into("payload").plan();
        assertThat(plan.steps())
                .extracting(step -> step.to().name().toString())
                .containsExactly(
                        "/sys/fs/cgroup/cpu,cpuacct/system.slice/web.service/payload",
                        "/sys/fs/cgroup/systemd/system.slice/web.service/payload",
                        "/sys/fs/cgroup/unified/system.slice/web.service/payload");
        assertThat(plan.steps()).allMatch(Step::creates);
        // it is in /system.slice there, and so are others
        assertThat(plan.staying().get(0).reason())
                .isEqualTo("the target has no group of its own here, it is in /sys/fs/cgroup/memory/system.slice");
    }

    @Test
    void anyOrderOfCoMountedControllersIsRight() throws CgroupException {
        for (String names : List.of("cpu", "cpuacct", "cpu,cpuacct", "cpuacct,cpu")) {
            Migration plan =
                    container().toUnit("web.service").controllers(names).plan();
            assertThat(plan.steps())
                    .extracting(Step::hierarchy)
                    .containsExactly("cpuacct,cpu", "name=systemd", "unified");
        }
        assertThat(container()
                        .toUnit("web.service")
                        .controllers("name=systemd")
                        .plan()
                        .steps())
                .extracting(Step::hierarchy)
                .containsExactly("name=systemd", "unified");
    }

    @Test
    void whatWasAskedForByNameIsNotLeftOutInSilence() {
        refused(
                Errno.ENOENT,
                "web.service",
                () -> container().toUnit("web.service").controllers("memory").plan());
        refused(
                Errno.ENOMEDIUM,
                "no mount",
                () -> container().toUnit("web.service").controllers("pids").plan());
        refused(
                Errno.ENODATA,
                "migrate(nonsense): ENODATA (61): no hierarchy of the source has this controller; there are "
                        + "[cpuacct,cpu, memory, pids, name=systemd, unified]",
                () -> container().toUnit("web.service").controllers("nonsense").plan());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> container().controllers("cpu,,memory"))
                .withMessageStartingWith("controller: ");
    }

    @Test
    void aHierarchyInWhichTheContainerIsWhereItsEngineIsStays() throws Exception {
        process(CONTAINER, 78, "/engine", "/engine/c", "/engine/c");
        group("cpu,cpuacct", "/engine", ENGINE + "\n" + CONTAINER + "\n");
        Migration plan = container().toUnit("web.service").plan();
        assertThat(plan.steps()).extracting(Step::hierarchy).containsExactly("name=systemd", "unified");
        assertThat(plan.staying().get(0).reason())
                .startsWith("/sys/fs/cgroup/cpu,cpuacct/engine is not the container's alone: process 77 is in it too");
        refused(
                Errno.EPERM,
                "Risk.SHARED",
                () -> container().toUnit("web.service").controllers("cpu").plan());
        assertThat(container()
                        .toUnit("web.service")
                        .allowing(Risk.SHARED)
                        .plan()
                        .steps())
                .hasSize(3);
    }

    @Test
    void aGroupWithTheParentOfTheContainerIsNotTheContainersOwn() throws Exception {
        for (String hierarchy : List.of("cpu,cpuacct", "memory", "systemd", "unified")) {
            group(hierarchy, "/engine/c", "78\n" + CONTAINER + "\n");
        }
        process(78, 1, "/engine/c", "/engine/c", "/engine/c");
        refused(
                Errno.EPERM,
                "process 78, which started it",
                () -> container().toUnit("web.service").plan());
    }

    /** The kernel writes 0 for one that it has already taken the pid of, and for one of another pid namespace. */
    @Test
    void aProcessWithoutAPidIsNobodys() throws Exception {
        for (String hierarchy : List.of("cpu,cpuacct", "memory", "systemd", "unified")) {
            group(hierarchy, "/engine/c", "0\n" + CONTAINER + "\n");
        }

        assertThat(container().toUnit("web.service").plan().steps()).hasSize(3);
    }

    /** Version 1 shows it in the root from then on. */
    @Test
    void aProcessThatBeginsToEndIsNotSomebodyElses() throws Exception {
        for (String hierarchy : List.of("cpu,cpuacct", "memory", "systemd", "unified")) {
            group(hierarchy, "/engine/c", CONTAINER + "\n80\n");
        }
        process(80, CONTAINER, "/", "/", "/");
        refused(
                Errno.EPERM,
                "process 80 is in it too",
                () -> container().toUnit("web.service").plan());

        long exiting = 0x4; // PF_EXITING
        write("proc/80/stat", 80 + String.format(STAT, CONTAINER, exiting, 0));
        assertThat(container().toUnit("web.service").plan().steps()).hasSize(3);
    }

    @Test
    void aLineWithoutAControllerIsNoHierarchy() throws Exception {
        write("proc/" + CONTAINER + "/cgroup", "3::/x\n2:memory:/engine/c\n");
        Group memory = cgroups.group(cgroups.process(99), "memory");
        assertThat(cgroups.migration()
                        .process(CONTAINER)
                        .to(memory)
                        .controllers("memory")
                        .plan()
                        .steps())
                .extracting(Step::hierarchy)
                .containsExactly("memory");
    }

    @Test
    void theRisks() throws Exception {
        Group own = cgroups.group(cgroups.process(CONTAINER), "memory");
        Group top = own.parent().parent();
        refused(
                Errno.EPERM,
                "Risk.ROOT",
                () -> cgroups.migration().from(top).to(own).plan());
        refused(
                Errno.EPERM,
                "Risk.INSIDE",
                () -> cgroups.migration().from(own.parent()).to(own).plan());
        group("memory", "/engine/c", ProcessHandle.current().pid() + "\n");
        refused(
                Errno.EPERM,
                "Risk.OWN_GROUP",
                () -> cgroups.migration().from(own).to(own.parent()).plan());
        assertThat(cgroups.migration()
                        .from(own)
                        .to(own.parent())
                        .allowing(Risk.OWN_GROUP)
                        .plan()
                        .steps())
                .hasSize(1);
    }

    /** As in a container with a cgroup namespace: there is nothing above that could be seen, and all the same it is no root. */
    @Test
    void theTopOfAMountIsNotTheRoot() throws Exception {
        Files.delete(root.resolve("sys/fs/cgroup/memory/release_agent"));
        write("sys/fs/cgroup/unified/cgroup.events", "populated 0\nfrozen 1\n");
        Group unified = cgroups.group(cgroups.process(CONTAINER), "unified").top();
        assertThat(unified.isRoot()).isFalse();
        assertThat(unified.events()).isEqualTo(new Group.Events(false, true, -1, -1));
        Group top = cgroups.group(cgroups.process(CONTAINER), "memory").top();
        refused(
                Errno.EPERM,
                "Risk.INSIDE",
                () -> cgroups.migration().from(top).to(top.child("engine")).plan());
        assertThat(cgroups.group(cgroups.process(CONTAINER), "name=systemd")
                        .top()
                        .isRoot())
                .isTrue();
    }

    @Test
    void sourceAndTargetHaveToBeThere() {
        refused(
                Errno.ESRCH,
                "there is no process 5",
                () -> cgroups.migration().container(5).toUnit("a.service").plan());
        refused(
                Errno.ENOENT,
                "is it active?",
                () -> container().toUnit("gone.service").plan());
        refused(
                Errno.ESRCH,
                "there is no process 6",
                () -> container().to(cgroups.process(6)).plan());
        assertThatIllegalArgumentException().isThrownBy(() -> container().toUnit("a.slice"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> container().plan())
                .withMessageStartingWith("target: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cgroups.migration().toUnit("a.service").plan())
                .withMessageStartingWith("source: ");
        assertThatIllegalArgumentException().isThrownBy(() -> container().to());
        assertThatIllegalArgumentException().isThrownBy(() -> container().within(Duration.ZERO));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> cgroups.migration().process(0));
    }

    /** Nothing ever leaves a group of plain files: as if both were filled again and again, also on the way back. */
    @Test
    void itEndsInTimeWhateverComes() throws Exception {
        Group from = cgroups.group(cgroups.process(CONTAINER), "memory");
        Migration plan = cgroups.migration()
                .from(from)
                .to(from.parent())
                .within(Duration.ofSeconds(1)) // in which a busy machine has its turns, too
                .plan();
        MigrationReport report = plan.execute();
        assertThat(report.outcome()).isEqualTo(Outcome.STRANDED);
        assertThat(report.problem().orElseThrow().errno()).isEqualTo(Errno.ETIMEDOUT);
        assertThat(report.problem().orElseThrow().getSuppressed()).hasSize(1);
        assertThat(report.hierarchies().get(0).passes()).isGreaterThan(1);
        assertThat(report.toString())
                .startsWith("failed, and not all could be moved back\n")
                .contains("ETIMEDOUT (110)");
        assertThatExceptionOfType(CgroupException.class).isThrownBy(report::orThrow);
    }

    @Test
    void whatProcHidesEndsItSoon() throws Exception {
        group("memory", "/engine/c", "555\n"); // with hidepid=2 there is no /proc/555
        Group from = cgroups.group(cgroups.process(CONTAINER), "memory");
        MigrationReport report =
                cgroups.migration().from(from).to(from.parent()).plan().execute();
        assertThat(report.outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(report.problem().orElseThrow().errno()).isEqualTo(Errno.EPERM);
        assertThat(report.problem().orElseThrow()).hasMessageContaining("process 555 is listed in it");
        assertThat(report.hierarchies().get(0).passes()).isBetween(50, 53);
    }

    @Test
    void whatTheKernelCountsAndDoesNotListIsNotDone() throws Exception {
        group("unified", "/engine/c", "");
        write("sys/fs/cgroup/unified/engine/c/cgroup.events", "populated 1\nfrozen 0\n");
        Group from = cgroups.group(cgroups.process(CONTAINER), "unified");
        Migration plan = cgroups.migration().from(from).to(from.parent()).plan();
        MigrationReport report = plan.execute();
        assertThat(report.outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(report.problem().orElseThrow().errno()).isEqualTo(Errno.EPERM);
        assertThat(report.problem().orElseThrow()).hasMessageContaining("/engine/c): EPERM (1): cgroup.events says");

        write("sys/fs/cgroup/unified/engine/c/cgroup.events", "populated 0\nfrozen 0\n");
        assertThat(plan.execute().orThrow().outcome()).isEqualTo(Outcome.DONE);
    }

    @Test
    void aProcessLivesAsLongAsAThreadOfIt() throws Exception {
        String dead = "60" + String.format(STAT, 1, 0, 0).replace(" S ", " Z ");
        write("proc/60/stat", dead);
        write("proc/60/task/60/stat", dead);
        assertThat(ProcessStat.liveThread(root.resolve("proc"), 60)).isZero();
        write("proc/60/task/61/stat", dead);
        assertThat(ProcessStat.liveThread(root.resolve("proc"), 60)).isZero();
        write("proc/60/task/62/stat", "62" + String.format(STAT, 1, 0, 0));
        assertThat(ProcessStat.liveThread(root.resolve("proc"), 60)).isEqualTo(62);
        assertThat(ProcessStat.liveThread(root.resolve("proc"), CONTAINER)).isEqualTo(CONTAINER);
        assertThat(ProcessStat.liveThread(root.resolve("proc"), 63)).isZero();

        Group group = cgroups.group(cgroups.process(CONTAINER), "memory");
        group("memory", "/engine/c", "60\n");
        assertThat(group.events().populated()).isTrue();
        write("proc/60/cgroup", "3:memory:/\n");
        write("proc/60/task/62/cgroup", "3:memory:/engine\n");
        assertThat(group.whereIs(60)).isEqualTo(group.parent().directory());
    }

    @Test
    void whatCannotBeExplainedIsTriedAgain() throws Exception {
        Group group = cgroups.group(cgroups.process(CONTAINER), "memory");
        Files.delete(group.directory().resolve("cgroup.procs"));
        Files.createSymbolicLink(group.directory().resolve("cgroup.procs"), Path.of("/dev/full"));
        long start = System.nanoTime();
        refused(Errno.UNKNOWN, "the kernel refused it: ", () -> group.add(CONTAINER));
        assertThat(System.nanoTime() - start).isGreaterThan(Group.TRIES * 30_000_000L);
        refused(Errno.ESRCH, "process 5 stays in its group (memory): there is no such process", () -> group.add(5));
        write("proc/50/stat", "50" + String.format(STAT, 2, 0x0020_8040, 0));
        refused(Errno.EINVAL, "a thread of the kernel", () -> group.add(50));
        write("proc/51/stat", "51" + String.format(STAT, 2, 0, 1));
        write("sys/fs/cgroup/memory/engine/c/cpu.rt_runtime_us", "0\n");
        refused(Errno.EINVAL, "set cpu.rt_runtime_us first", () -> group.add(51));
    }

    private static void refused(Errno errno, String message, ThrowingCallable call) {
        CgroupException refused = catchThrowableOfType(CgroupException.class, call);
        assertThat(refused).isNotNull().hasMessageContaining(message);
        assertThat(refused.errno()).isEqualTo(errno);
    }
}
