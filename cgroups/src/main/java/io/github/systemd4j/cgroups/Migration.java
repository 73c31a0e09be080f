package io.github.systemd4j.cgroups;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A plan to move processes from their control groups to others, in several hierarchies together: such as a container from
 * its engine's groups into those of the unit that is to be in charge of it.
 *
 * <pre>{@code
 * Migration plan = cgroups.migration()
 *         .container(pid)                     // all that is in the groups of this process
 *         .to(cgroups.self())                 // to where this process is
 *         .controllers("cpu", "memory")
 *         .plan();
 * System.out.println(plan);
 * MigrationReport report = plan.execute().orThrow();
 * }</pre>
 *
 * <p>What the plan leaves alone stands in {@link #staying}, with the reason. Groups below the source are emptied too; all
 * processes come into the one target group, because whatever limits the groups below had would not come with them.
 * Nothing is removed: the groups that become empty belong to whoever made them.
 *
 * <p>Immutable and thread safe.
 */
public final class Migration {

    /** What is refused unless it was asked for, because it mostly is a mistake that stops a machine. */
    public enum Risk {
        /** The source has this very process in it. */
        OWN_GROUP,
        /** The source is the root of its hierarchy, with all that is in no other group. */
        ROOT,
        /** The target lies below the source. What is in the target already is not touched. */
        INSIDE,
        /** There are others in the container's group, such as the engine itself. They would be moved too. */
        SHARED
    }

    /**
     * What is moved in a hierarchy.
     *
     * @param from from which group; of one process or thread, where it was when the plan was made
     * @param to into which group
     * @param creates whether that group is made first
     */
    public record Step(Group from, Group to, boolean creates) {

        /**
         * The hierarchy.
         *
         * @return {@code unified}, or its controllers as the kernel orders them
         */
        public String hierarchy() {
            return from.hierarchy();
        }
    }

    /**
     * A hierarchy in which nothing is moved.
     *
     * @param hierarchy {@code unified}, or its controllers as the kernel orders them
     * @param reason why not
     */
    public record Staying(String hierarchy, String reason) {}

    /** Whose processes. */
    enum Kind {
        GROUPS,
        CONTAINER,
        PROCESS,
        THREAD
    }

    /** What was asked for. */
    record Request(
            Kind kind,
            long id,
            long pid,
            @Nullable String containerId,
            List<Group> fromGroups,
            List<Group> toGroups,
            @Nullable Membership toProcess,
            @Nullable String toUnit,
            Optional<String> into,
            Set<String> controllers,
            boolean children,
            Set<Risk> allowed,
            Duration limit) {

        boolean isWhole() {
            return kind == Kind.GROUPS || kind == Kind.CONTAINER;
        }

        boolean allows(Risk risk) {
            return allowed.contains(risk);
        }
    }

    private final Cgroups system;
    private final Request request;
    private final List<Step> steps;
    private final List<Staying> staying;
    private final List<Group> sources;

    Migration(Cgroups system, Request request, List<Step> steps, List<Staying> staying, List<Group> sources) {
        this.system = system;
        this.request = request;
        this.steps = List.copyOf(steps);
        this.staying = List.copyOf(staying);
        this.sources = List.copyOf(sources);
    }

    /** Makes a plan. Needs a source and a target. Not thread safe. */
    public static final class Builder {

        private final Cgroups system;
        private @Nullable Kind kind;
        private long id;
        private long pid;
        private @Nullable String containerId;
        private List<Group> fromGroups = List.of();
        private List<Group> toGroups = List.of();
        private @Nullable Membership toProcess;
        private @Nullable String toUnit;
        private Optional<String> into = Optional.empty();
        private final Set<String> controllers = new LinkedHashSet<>();
        private boolean children = true;
        private final Set<Risk> allowed = EnumSet.noneOf(Risk.class);
        private Duration limit = Duration.ofSeconds(30);

        Builder(Cgroups system) {
            this.system = system;
        }

        /**
         * From: all that is in the groups of a container's first process, in each hierarchy. Hierarchies in which the
         * container has no group of its own are left alone. If the container's id is known, {@link #container(long,
         * String)} is safer.
         *
         * @param pid the process, as our pid namespace has it
         * @return this
         * @throws IllegalArgumentException if {@code pid} is not positive
         */
        public Builder container(long pid) {
            Cgroups.requireId("pid", pid);
            return from(Kind.CONTAINER, pid, pid, List.of());
        }

        /**
         * From: all that is in the groups of a container, which are known by its id in their names: in each hierarchy the
         * uppermost group of the process, or above it, that has it. So what a systemd in the container has put into groups
         * of its own comes too. A group without the id in its name is somebody else's, such as the engine's, and is
         * refused, unless it is the target already.
         *
         * @param pid a process of the container, as our pid namespace has it
         * @param id the container's id, whole, as the engine names groups by it
         * @return this
         * @throws IllegalArgumentException if {@code pid} is not positive, or {@code id} cannot be in a name
         */
        public Builder container(long pid, String id) {
            Cgroups.requireId("pid", pid);
            from(Kind.CONTAINER, pid, pid, List.of());
            containerId = ContainerName.require(id);
            return this;
        }

        /**
         * From: all that is in these groups.
         *
         * @param groups one in each hierarchy at most
         * @return this
         * @throws IllegalArgumentException if two {@code groups} are of the same hierarchy, or there is none
         */
        public Builder from(Group... groups) {
            return from(Kind.GROUPS, 0, 0, oneEach("from", groups));
        }

        /**
         * From: one process with its threads, without its children.
         *
         * @param pid the process
         * @return this
         * @throws IllegalArgumentException if {@code pid} is not positive
         */
        public Builder process(long pid) {
            Cgroups.requireId("pid", pid);
            return from(Kind.PROCESS, pid, pid, List.of());
        }

        /**
         * From: one thread. In v2 the target has to be a threaded group of the same domain.
         *
         * @param pid the id of its process
         * @param tid the id of the thread
         * @return this
         * @throws IllegalArgumentException if an id is not positive
         */
        public Builder thread(long pid, long tid) {
            Cgroups.requireId("pid", pid);
            Cgroups.requireId("tid", tid);
            return from(Kind.THREAD, tid, pid, List.of());
        }

        private Builder from(Kind newKind, long newId, long newPid, List<Group> groups) {
            kind = newKind;
            id = newId;
            pid = newPid;
            containerId = null;
            fromGroups = groups;
            return this;
        }

        /**
         * To: where a process is, in each hierarchy; mostly {@link Cgroups#self()}, that is the own unit's groups. Where
         * the unit has no group of its own nothing is moved.
         *
         * @param process the process
         * @return this
         */
        public Builder to(Membership process) {
            return to(process, null, List.of());
        }

        /**
         * To: these groups, and in no other hierarchies.
         *
         * @param groups one in each hierarchy at most
         * @return this
         * @throws IllegalArgumentException if two {@code groups} are of the same hierarchy, or there is none
         */
        public Builder to(Group... groups) {
            return to(null, null, oneEach("to", groups));
        }

        /**
         * To: the groups of a unit of the system, which has to be active.
         *
         * @param unit such as {@code web.service}
         * @return this
         * @throws IllegalArgumentException if {@code unit} is not the name of a unit that has processes
         */
        public Builder toUnit(String unit) {
            return to(null, UnitGroups.requireUnit(unit), List.of());
        }

        private Builder to(@Nullable Membership process, @Nullable String unit, List<Group> groups) {
            toProcess = process;
            toUnit = unit;
            toGroups = groups;
            return this;
        }

        private static List<Group> oneEach(String name, Group... groups) {
            List<String> hierarchies = new ArrayList<>();
            for (Group group : groups) {
                if (hierarchies.contains(group.hierarchy())) {
                    throw new IllegalArgumentException(name + ": " + group + " is the second of its hierarchy");
                }
                hierarchies.add(group.hierarchy());
            }
            if (groups.length == 0) {
                throw new IllegalArgumentException(name + ": there is no group");
            }
            return List.of(groups);
        }

        /**
         * Into a group of this name below the target, which is made if it is not there. In v2 that is the way into a
         * group which has enabled controllers for those below.
         *
         * @param child its name
         * @return this
         */
        public Builder into(String child) {
            into = Optional.of(child);
            return this;
        }

        /**
         * Only in the hierarchies of these controllers, and always in those by which systemd knows its units,
         * {@code name=systemd} and the unified one. All without this, or with {@code all}. In v2 there is but one
         * hierarchy, and any controller stands for all.
         *
         * @param names each one controller, or several that are mounted together in any order ({@code cpuacct,cpu});
         *     added to those that were given before
         * @return this
         * @throws IllegalArgumentException if {@code names} has what cannot be the name of a controller
         */
        public Builder controllers(String... names) {
            for (String name : names) {
                for (String controller : name.split(",", -1)) {
                    MountTable.requireController(controller);
                    controllers.add(controller);
                }
            }
            return this;
        }

        /**
         * Leave alone what is in groups below the source.
         *
         * @return this
         */
        public Builder withoutChildren() {
            children = false;
            return this;
        }

        /**
         * Do it in spite of a risk.
         *
         * @param risks what to allow
         * @return this
         */
        public Builder allowing(Risk... risks) {
            allowed.addAll(List.of(risks));
            return this;
        }

        /**
         * For how long to go on for each hierarchy, while new processes come into the source; 30 seconds without this.
         * To take everything back, it has as much again, and 3 seconds at least.
         *
         * @param duration the time
         * @return this
         * @throws IllegalArgumentException if {@code duration} is not positive
         */
        public Builder within(Duration duration) {
            limit = Pause.requirePositive("duration", duration);
            return this;
        }

        /**
         * Looks where everything is, and makes the plan. Nothing is changed.
         *
         * @return the plan; it may have no steps if all is there already
         * @throws CgroupException if there is no such process, unit or controller; with EPERM if the plan would be one of
         *     the risks that were not allowed
         * @throws IllegalArgumentException if there is no source or no target
         */
        public Migration plan() throws CgroupException {
            Kind source = kind;
            if (source == null) {
                throw new IllegalArgumentException("source: say whose processes, such as container(pid)");
            }
            if (toProcess == null && toUnit == null && toGroups.isEmpty()) {
                throw new IllegalArgumentException("target: say where to, such as to(cgroups.self())");
            }
            Request request = new Request(
                    source,
                    id,
                    pid,
                    containerId,
                    fromGroups,
                    toGroups,
                    toProcess,
                    toUnit,
                    into,
                    Set.copyOf(controllers),
                    children,
                    Set.copyOf(allowed),
                    limit);
            return new MigrationPlanner(system, request).plan();
        }
    }

    /**
     * What is moved, in this order: first the controllers, and last the hierarchies by which systemd knows its units. When
     * that sees the source become empty, everything else is done.
     *
     * @return a step for each hierarchy
     */
    public List<Step> steps() {
        return steps;
    }

    /**
     * What is left alone.
     *
     * @return the hierarchies, with the reason
     */
    public List<Staying> staying() {
        return staying;
    }

    /**
     * Says what {@link #execute} would do now: how many processes are to be moved, and the first thing that would stop
     * it, as far as that can be told. Nothing is changed.
     *
     * @return a report with {@link MigrationReport.Outcome#PLANNED}
     */
    public MigrationReport dryRun() {
        return new Mover(system, request, steps, staying, sources).rehearse();
    }

    /**
     * Moves the processes. In each hierarchy the source is read and emptied again and again until nothing is left in it,
     * because what is being moved may fork; what has ended meanwhile is no failure. What forks faster than it can be
     * moved is frozen for a moment, if the source has a group that can be, and is not frozen already. A process is moved only if it still
     * is in the source. If something fails, what was moved is moved back, and groups that were made are removed.
     *
     * @return what was done; nothing is thrown, see {@link MigrationReport#orThrow}
     */
    public MigrationReport execute() {
        return new Mover(system, request, steps, staying, sources).move();
    }

    /** For people: a line a hierarchy. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(
                switch (request.kind()) {
                    case GROUPS -> "all processes of the groups";
                    case CONTAINER ->
                        "all processes of the container "
                                + (request.containerId() == null
                                        ? "of process " + request.id()
                                        : request.containerId());
                    case PROCESS -> "process " + request.id();
                    case THREAD -> "thread " + request.id() + " of process " + request.pid();
                });
        text.append(request.isWhole() ? (request.children() ? " and those below\n" : ", without those below\n") : "\n");
        for (Step step : steps) {
            text.append("  ")
                    .append(step.hierarchy())
                    .append(": ")
                    .append(step.from().name());
            text.append(" -> ").append(step.to().name()).append(step.creates() ? " (to be made)\n" : "\n");
        }
        for (Staying stay : staying) {
            text.append("  ")
                    .append(stay.hierarchy())
                    .append(": stays: ")
                    .append(stay.reason())
                    .append('\n');
        }
        return text.toString();
    }
}
