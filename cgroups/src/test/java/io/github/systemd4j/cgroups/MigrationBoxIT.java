package io.github.systemd4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Migration.Risk;
import io.github.systemd4j.cgroups.Migration.Staying;
import io.github.systemd4j.cgroups.Migration.Step;
import io.github.systemd4j.cgroups.MigrationReport.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes that are moved, by a real kernel. */
@Timeout(300)
class MigrationBoxIT {

    /** Children without end, and a chain in which each one starts the next and ends. */
    private static final String FORKS = "use POSIX; for (1..3) { last unless fork } my $n = 0;"
            + " while (1) { my $p = fork; next unless defined $p;"
            + " if (++$n % 3) { if ($p) { waitpid $p, 0 } else { POSIX::_exit(0) } }"
            + " elsif ($p) { POSIX::_exit(0) } }";

    /** Goes into a group whose path is longer than the kernel takes. */
    private static final String DEEP = "$| = 1; chdir shift or die; my $name = 'x' x 250;"
            + " for (1..17) { mkdir $name or die; chdir $name or die }"
            + " open my $procs, '>', 'cgroup.procs' or die; syswrite $procs, $$ or die; print \"in\\n\"; sleep 1000";

    private final Box box = new Box();

    @AfterEach
    void clean() throws Exception {
        box.clean();
    }

    private Migration.Builder migration() {
        return box.cgroups().migration();
    }

    /** In every hierarchy, a group of this name. */
    private List<Group> everywhere(String name) throws Exception {
        List<Group> groups = new ArrayList<>();
        for (String hierarchy : box.hierarchies()) {
            groups.add(box.create(hierarchy, name));
        }
        return groups;
    }

    private static Group[] array(List<Group> groups) {
        return groups.toArray(Group[]::new);
    }

    @Test
    void whatForksAsFastAsItCanIsMovedAHundredTimesAndNothingIsLeftBehind() throws Exception {
        List<Group> one = everywhere("one");
        List<Group> other = everywhere("other");
        for (int i = 0; i < 2; i++) {
            box.startIn(one, "perl", "-e", FORKS);
        }
        int moved = 0;
        int passes = 0;
        for (int i = 0; i < 100; i++) {
            List<Group> from = i % 2 == 0 ? one : other;
            List<Group> to = i % 2 == 0 ? other : one;
            MigrationReport report =
                    migration().from(array(from)).to(array(to)).plan().execute();
            assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.DONE);
            for (Group group : from) {
                assertThat(group.allProcesses()).as(group.toString()).isEmpty();
                assertThat(group.events().populated()).as(group.toString()).isFalse();
                assertThat(group.events().frozen()).as(group.toString()).isFalse();
            }
            for (Group group : to) {
                assertThat(group.events().populated()).as(group.toString()).isTrue();
                assertThat(group.events().frozen()).as(group.toString()).isFalse();
            }
            moved += report.hierarchies().stream()
                    .mapToInt(MigrationReport.Hierarchy::moved)
                    .sum();
            passes = Math.max(
                    passes,
                    report.hierarchies().stream()
                            .mapToInt(MigrationReport.Hierarchy::passes)
                            .max()
                            .orElse(0));
        }
        System.out.println(
                "100 migrations in " + one.size() + " hierarchies: " + moved + " moves, at most " + passes + " passes");
        for (Group group : one) {
            group.kill(Box.SOON);
        }
        for (Group group : other) {
            assertThat(group.allProcesses()).isEmpty();
        }
    }

    /** As a systemd in a container has it: its first process is further down, and its services are beside that. */
    @Test
    void aContainerIsFoundByItsId() throws Exception {
        String id = "4f".repeat(32);
        List<Group> inits = new ArrayList<>();
        List<Group> services = new ArrayList<>();
        for (Group container : everywhere("docker-" + id + ".scope")) {
            inits.add(container.child("init.scope"));
            services.add(container.child("system.slice"));
        }
        for (Group group : inits) {
            group.create();
        }
        for (Group group : services) {
            group.create();
        }
        Process init = box.startIn(inits, "sleep", "1000");
        Process service = box.startIn(services, "sleep", "1000");
        Group[] to = array(everywhere("unit"));

        migration().container(init.pid(), id).to(to).plan().execute().orThrow();

        for (Group group : to) {
            assertThat(group.processes()).as(group.toString()).containsExactlyInAnyOrder(init.pid(), service.pid());
        }
        assertThat(migration().container(init.pid(), id).to(to).plan().steps()).isEmpty();
        Group[] elsewhere = array(everywhere("elsewhere"));
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() ->
                        migration().container(service.pid(), id).to(elsewhere).plan())
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EPERM))
                .withMessageContaining("which is not the group of container " + id);
    }

    @Test
    void groupsBelowTheSourceAreEmptiedToo() throws Exception {
        Group from = box.create(box.systemds(), "from");
        Group to = box.create(box.systemds(), "to");
        from.child("a").create();
        from.child("a").child("b").create();
        Process top = box.startIn(List.of(from), "sleep", "1000");
        Process below = box.startIn(List.of(from.child("a").child("b")), "sleep", "1000");
        Migration shallow = migration().from(from).to(to).withoutChildren().plan();
        assertThat(shallow.dryRun().hierarchies().get(0).moved()).isEqualTo(1);
        assertThat(shallow.execute().orThrow().hierarchies().get(0).moved()).isEqualTo(1);
        assertThat(from.allProcesses()).containsExactly(below.pid());

        Migration plan = migration().from(from).to(to).plan();
        assertThat(plan)
                .hasToString("all processes of the groups and those below\n  " + from.hierarchy() + ": " + from.name()
                        + " -> " + to.name() + "\n");
        MigrationReport dry = plan.dryRun();
        assertThat(dry.outcome()).isEqualTo(Outcome.PLANNED);
        assertThat(dry.problem()).isEmpty();
        assertThat(from.allProcesses()).containsExactly(below.pid());
        plan.execute().orThrow();
        assertThat(to.processes()).containsExactlyInAnyOrder(top.pid(), below.pid());
        assertThat(plan.execute().orThrow().hierarchies().get(0).moved()).isZero();
    }

    @Test
    void aContainerComesIntoTheUnit() throws Exception {
        List<Group> container = new ArrayList<>();
        for (String hierarchy : box.hierarchies()) {
            Group top = box.own(hierarchy).top();
            Group group = top.child("engine").child("c0ffee");
            if (!group.parent().exists()) {
                group.parent().create();
            }
            group.create();
            container.add(group);
        }
        Process init = box.startIn(container, "sh", "-c", "sleep 1000 & sleep 1000 & wait");
        try {
            Migration plan =
                    migration().container(init.pid()).to(box.cgroups().self()).plan();
            List<String> moving = plan.steps().stream().map(Step::hierarchy).toList();
            // the unit has no group of its own where systemd makes none: there the container stays in its own
            List<Staying> staying = plan.staying().stream()
                    .filter(stay -> container.stream()
                            .anyMatch(group -> group.hierarchy().equals(stay.hierarchy())))
                    .toList();
            assertThat(plan.steps()).hasSize(container.size() - staying.size());
            for (Staying stay : staying) {
                assertThat(stay.reason()).as(stay.hierarchy()).startsWith("the target has no group of its own");
            }
            assertThat(moving).last().isIn("unified", "name=systemd");
            plan.execute().orThrow();

            Membership now = box.cgroups().process(init.pid());
            assertThat(box.cgroups().units(now).unit()).contains("box-command.service");
            assertThat(Box.run("systemctl", "status", "box-command.service"))
                    .contains("\u2500" + init.pid() + " sh -c");
            for (Step step : plan.steps()) {
                assertThat(step.from().allProcesses()).isEmpty();
                assertThat(step.to().processes()).contains(init.pid(), Box.SELF);
            }
            for (Staying stay : staying) {
                Group stayed = container.stream()
                        .filter(group -> group.hierarchy().equals(stay.hierarchy()))
                        .findFirst()
                        .orElseThrow();
                assertThat(stayed.processes()).contains(init.pid());
            }
        } finally {
            for (Group group : container) {
                init.descendants().forEach(ProcessHandle::destroyForcibly);
                init.destroyForcibly();
                group.remove(Box.SOON);
                group.parent().remove(Box.SOON);
            }
        }
    }

    @Test
    void bySystemdsHierarchiesAndThoseThatWereNamed() throws Exception {
        Process process = box.sleeper();
        Box.run("systemd-run", "--quiet", "--unit=named", "--slice=a-b.slice", "-p", "Delegate=yes", "sleep", "1000");
        Migration plan = migration()
                .process(process.pid())
                .toUnit("named.service")
                .controllers("name=systemd".equals(box.systemds()) ? "name=systemd" : "unified")
                .plan();
        Set<String> expected = new HashSet<>(box.hierarchies());
        expected.retainAll(Set.of("name=systemd", "unified"));
        assertThat(plan.steps()).extracting(Step::hierarchy).containsExactlyInAnyOrderElementsOf(expected);
        plan.execute().orThrow();
        assertThat(box.cgroups().units(box.cgroups().process(process.pid())).unit())
                .contains("named.service");
        assertThat(box.cgroups().units(box.cgroups().process(process.pid())).slice())
                .contains("a-b.slice");

        assertThat(Box.run("systemctl", "stop", "named.service")).isEmpty();
        assertThat(process.waitFor()).isNotZero();
        CgroupException gone = refused(
                () -> migration().process(Box.SELF).toUnit("named.service").plan());
        assertThat(gone.errno()).isEqualTo(Errno.ENOENT);
        assertThat(gone).hasMessageContaining("is it active?");
    }

    @Test
    @Tag("v1")
    @Tag("guest-v1")
    @Tag("guest-hybrid")
    void controllersSelectTheHierarchiesThatHaveThem() throws Exception {
        Process process = box.startIn(everywhere("chosen"), "sleep", "1000");
        Migration memory = migration()
                .process(process.pid())
                .to(box.own("memory"))
                .controllers("memory")
                .plan();
        assertThat(memory.steps()).extracting(Step::hierarchy).containsExactly("memory");
        Group cpu = box.own("cpu");
        for (String name : cpu.controllers()) { // where they are mounted together, each stands for both, in any order
            Migration plan =
                    migration().process(process.pid()).to(cpu).controllers(name).plan();
            assertThat(plan.steps()).extracting(Step::from).containsExactly(cpu.child("chosen"));
        }
        if (cpu.controllers().size() == 2) {
            Migration plan = migration()
                    .process(process.pid())
                    .to(cpu)
                    .controllers("cpuacct,cpu")
                    .plan();
            assertThat(plan.steps()).extracting(Step::hierarchy).containsExactly("cpu,cpuacct");
        }
        Migration all = migration()
                .process(process.pid())
                .to(box.cgroups().self())
                .controllers("all")
                .plan();
        assertThat(all.steps()).extracting(Step::hierarchy).contains("memory", "pids", "name=systemd");
        CgroupException unknown = refused(() -> migration()
                .process(process.pid())
                .to(box.cgroups().self())
                .controllers("nonsense")
                .plan());
        assertThat(unknown.errno()).isEqualTo(Errno.ENODATA);
        assertThat(unknown).hasMessageContaining("memory");
        // asked for by name, and there is no group of the unit: no silence
        CgroupException none = refused(() -> migration()
                .process(process.pid())
                .to(box.cgroups().self())
                .controllers("freezer")
                .plan());
        assertThat(none).hasMessageContaining("the target has no group of its own here");
    }

    @Test
    void aFailureTakesEverythingBack() throws Exception {
        List<Group> from = everywhere("from");
        Group last = from.stream()
                .filter(group -> group.hierarchy().equals(box.systemds()))
                .findFirst()
                .orElseThrow();
        last.child("below").create();
        Process one = box.startIn(from, "sh", "-c", "while :; do (:); done");
        Process two = box.startIn(from, "sleep", "1000");
        last.child("below").add(two.pid());
        List<Group> to = everywhere("to");
        Migration plan = migration().from(array(from)).to(array(to)).plan();
        for (Group group : to) {
            if (group.hierarchy().equals(last.hierarchy())) {
                group.remove(Box.SOON); // after the plan was made
            }
        }

        MigrationReport report = plan.execute();

        assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(report.problem().orElseThrow().errno()).isEqualTo(Errno.ENOENT);
        for (Group group : from) {
            assertThat(group.allProcesses()).as(group.toString()).contains(one.pid(), two.pid());
        }
        assertThat(last.child("below").processes()).containsExactly(two.pid());
        for (Group group : to) {
            if (group.exists()) {
                assertThat(group.allProcesses()).as(group.toString()).isEmpty();
            }
        }
        assertThat(refused(report::orThrow)).isSameAs(report.problem().orElseThrow());
    }

    @Test
    void whatWasMovedWhenTheTimeIsOverIsTakenBack() throws Exception {
        Group from = box.create(box.systemds(), "from");
        Group to = box.create(box.systemds(), "to");
        Process other = box.startIn(List.of(to), "sleep", "1000");
        Process one = box.startIn(List.of(from), "sh", "-c", "while :; do (:); done");
        Process two = box.startIn(List.of(from), "sleep", "1000");
        MigrationReport report =
                migration().from(from).to(to).within(Duration.ofNanos(1)).plan().execute();

        assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(report.problem().orElseThrow().errno()).isEqualTo(Errno.ETIMEDOUT);
        assertThat(report.hierarchies().get(0).moved()).isGreaterThan(1);
        assertThat(from.processes()).contains(one.pid(), two.pid());
        assertThat(to.processes()).containsExactly(other.pid());
    }

    @Test
    void aGroupThatWasMadeForItIsRemovedAgain() throws Exception {
        Process process = box.sleeper();
        String hierarchy = box.systemds();
        Migration plan = migration()
                .process(process.pid())
                .to(box.own(hierarchy))
                .into("payload")
                .plan();
        assertThat(plan.toString()).contains("/payload (to be made)");
        assertThat(plan.dryRun().problem()).isEmpty();
        plan.execute().orThrow();
        Group made = box.group(hierarchy, "payload");
        assertThat(made.processes()).containsExactly(process.pid());

        process.destroyForcibly().waitFor();
        made.remove(Box.SOON);
        MigrationReport report = plan.execute();
        assertThat(report.problem().orElseThrow().errno()).isEqualTo(Errno.ESRCH);
        assertThat(report.outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(made.exists()).isFalse();
    }

    @Test
    void whatIsNotTheContainersIsNotMoved() throws Exception {
        List<Group> shared = everywhere("shared");
        Process engine = box.startIn(shared, "sh", "-c", "sleep 1000 & echo $!; wait");
        long init = Long.parseLong(engine.inputReader().readLine());
        // the container is in the group of the engine that started it
        CgroupException same = refused(
                () -> migration().container(init).to(box.cgroups().self()).plan());
        assertThat(same.errno()).isEqualTo(Errno.EPERM);
        assertThat(same).hasMessageContaining("process " + engine.pid() + ", which started it, is in it too");

        // it has groups of its own, but in one hierarchy it is where the engine is
        List<Group> own = everywhere("own");
        for (Group group : own) {
            if (!group.hierarchy().equals("memory")) {
                group.add(init);
            }
        }
        Migration plan = migration().container(init).to(box.cgroups().self()).plan();
        assertThat(plan.steps())
                .isNotEmpty()
                .allMatch(step -> step.from().name().toString().endsWith("/own"));
        plan.execute().orThrow();
        for (Step step : plan.steps()) {
            assertThat(step.from().allProcesses()).as(step.hierarchy()).isEmpty();
            assertThat(step.to().processes()).as(step.hierarchy()).contains(init);
        }
        for (Group group : shared) {
            assertThat(group.processes()).as(group.toString()).contains(engine.pid());
        }
        Migration asked = migration()
                .container(init)
                .to(box.cgroups().self())
                .allowing(Risk.SHARED)
                .plan();
        assertThat(asked.toString()).contains("all processes of the container of process " + init);
    }

    @Test
    void theRisksAreRefused() throws Exception {
        Group own = box.own(box.systemds());
        Group to = box.create(box.systemds(), "to");
        assertThat(refused(() -> migration().from(own).to(to).plan())).hasMessageContaining("Risk.INSIDE");
        assertThat(refused(
                        () -> migration().from(own).to(to).allowing(Risk.INSIDE).plan()))
                .hasMessageContaining("Risk.OWN_GROUP");
        Group top = own.top(); // which in a cgroup namespace is not the root
        assertThat(refused(() -> migration().from(top).to(to).plan()))
                .hasMessageContaining(top.isRoot() ? "Risk.ROOT" : "Risk.INSIDE");
        assertThat(refused(() -> migration()
                                .container(Box.SELF)
                                .to(to)
                                .allowing(Risk.INSIDE)
                                .plan())
                        .errno())
                .isEqualTo(Errno.EPERM);
    }

    @Test
    void whatIsThereAlreadyStays() throws Exception {
        Process process = box.sleeper();
        Migration plan =
                migration().process(process.pid()).to(box.cgroups().self()).plan();
        assertThat(plan.steps()).isEmpty();
        assertThat(plan.staying()).extracting(Staying::reason).contains("the processes are in the target already");
        assertThat(plan.execute().orThrow().hierarchies()).isEmpty();
    }

    /** It only looks as if there were still something to move. */
    @Test
    void zombiesAreNoReasonToGoOn() throws Exception {
        Group from = box.create(box.systemds(), "from");
        Group to = box.create(box.systemds(), "to");
        Process parent = box.startIn(List.of(from), "perl", "-e", Box.ZOMBIE);
        long zombie = Long.parseLong(parent.inputReader().readLine());
        Pause pause = new Pause(Box.SOON);
        ProcessStat stat = ProcessStat.of(from.proc(), zombie);
        while (stat != null && !stat.isDead() && pause.again()) {
            stat = ProcessStat.of(from.proc(), zombie);
        }
        assertThat(stat).isNotNull();
        MigrationReport report = migration()
                .from(from)
                .to(to)
                .within(Duration.ofSeconds(10))
                .plan()
                .execute()
                .orThrow();
        assertThat(report.hierarchies().get(0).passes()).isLessThan(6);
        assertThat(to.processes()).contains(parent.pid());
        assertThat(from.events().populated()).isFalse();
    }

    /** Its main thread is a zombie, which v2 goes on to list where it has ended, and v1 puts into the root. */
    @Test
    void aProcessWithoutItsMainThreadIsMovedAndTakenBack() throws Exception {
        List<Group> from = everywhere("from");
        List<Group> to = everywhere("to");
        Process process = box.headless(from);
        MigrationReport report =
                migration().from(array(from)).to(array(to)).plan().execute().orThrow();
        for (Group group : to) {
            assertThat(group.whereIs(process.pid())).as(report.toString()).isEqualTo(group.directory());
            assertThat(group.events().populated()).as(group.toString()).isTrue();
        }
        for (Group group : from) {
            assertThat(group.events().populated()).as(group.toString()).isFalse();
        }
        migration()
                .process(process.pid())
                .to(array(from))
                .controllers("all")
                .plan()
                .execute()
                .orThrow();

        Process another = box.startIn(from, "sh", "-c", "while :; do (:); done"); // which takes more than one pass
        MigrationReport late = migration()
                .from(array(from))
                .to(array(to))
                .within(Duration.ofNanos(1))
                .plan()
                .execute();
        assertThat(late.outcome()).as(late.toString()).isEqualTo(Outcome.ROLLED_BACK);
        for (Group group : from) {
            assertThat(group.whereIs(process.pid())).as(group.toString()).isEqualTo(group.directory());
            assertThat(group.whereIs(another.pid())).as(group.toString()).isEqualTo(group.directory());
        }
        assertThat(Box.answer(process, "still")).isEqualTo("still");
    }

    @Test
    void strangersInTheTargetAreNotTakenBack() throws Exception {
        Group from = box.create(box.systemds(), "from");
        Group to = box.create(box.systemds(), "to");
        Process before = box.startIn(List.of(to), "sleep", "1000");
        Process parent = box.startIn(List.of(from), "sh", "-c", "read x; sleep 1000 > /dev/null & echo $!");
        Process stays = box.startIn(List.of(from), "sleep", "1000");
        Box.run("systemd-run", "--quiet", "--unit=stranger", "sleep", "1000");
        long stranger = Long.parseLong(Box.run("systemctl", "show", "--value", "-p", "MainPID", "stranger.service"));
        StepMover mover = mover(from, to);
        mover.move();
        assertThat(from.processes()).isEmpty();

        parent.getOutputStream().write('\n');
        parent.getOutputStream().flush();
        long orphan = Long.parseLong(parent.inputReader().readLine());
        parent.waitFor();
        to.add(stranger);
        CgroupException refused = refused(() -> mover.takeBack(new Pause(Box.SOON)));

        assertThat(refused).hasMessageContaining("of the processes [" + stranger + "] in it");
        assertThat(from.processes()).containsExactlyInAnyOrder(orphan, stays.pid());
        assertThat(to.processes()).containsExactlyInAnyOrder(before.pid(), stranger);
        Box.run("systemctl", "stop", "stranger.service");
    }

    private StepMover mover(Group from, Group to) {
        Migration.Request request = new Migration.Request(
                Migration.Kind.GROUPS,
                0,
                0,
                null,
                List.of(from),
                List.of(to),
                null,
                null,
                Optional.empty(),
                Set.of(),
                true,
                Set.of(),
                Box.SOON);
        return new StepMover(
                box.cgroups(), request, new Step(from, to, false), new Hold(List.of()), new Pause(Box.SOON));
    }

    /** Its files cannot be opened by their paths; the kernel makes it all the same. */
    @Test
    void aGroupThatIsTooDeepIsNotTakenForNone() throws Exception {
        Group from = box.create(box.systemds(), "from");
        Group to = box.create(box.systemds(), "to");
        Process process = box.startIn(List.of(from), "sleep", "1000");
        Migration plan = migration().from(from).to(to).plan();
        Process deep = box.start("perl", "-e", DEEP, from.directory().toString());
        assertThat(deep.inputReader().readLine()).isEqualTo("in");
        try {
            MigrationReport report = plan.execute();
            assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.ROLLED_BACK);
            assertThat(report.problem().orElseThrow().errno()).isEqualTo(Errno.ENAMETOOLONG);
            assertThat(from.processes()).containsExactly(process.pid());
            assertThat(refused(() -> migration().from(from).to(to).plan()).errno())
                    .isEqualTo(Errno.ENAMETOOLONG);
        } finally {
            deep.destroyForcibly().waitFor();
            String left = from.directory().toString();
            for (Pause pause = new Pause(Box.SOON); !left.isEmpty() && pause.again(); ) {
                left = Box.run(
                        "find", from.directory().toString(), "-mindepth", "1", "-depth", "-type", "d", "-delete");
            }
        }
    }

    @Test
    @Tag("v1")
    void aCpusetIsFilledBeforeItGetsProcesses() throws Exception {
        Group empty = box.rawCpuset("empty");
        Group filled = box.group("cpuset", "filled");
        Process process = box.sleeper();
        migration()
                .process(process.pid())
                .to(box.own("cpuset"))
                .into("filled")
                .plan()
                .execute()
                .orThrow();
        assertThat(filled.processes()).containsExactly(process.pid());

        assertThat(ControlFile.peek(empty.directory().resolve("cpuset.cpus"))).isEmpty();
        migration().from(filled).to(empty).plan().execute().orThrow();
        assertThat(empty.processes()).containsExactly(process.pid());
    }

    private static CgroupException refused(ThrowingCallable call) {
        CgroupException refused = catchThrowableOfType(CgroupException.class, call);
        assertThat(refused).isNotNull();
        return refused;
    }
}
