package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Membership.Entry;
import io.github.systemd4j.cgroups.Migration.Kind;
import io.github.systemd4j.cgroups.Migration.Request;
import io.github.systemd4j.cgroups.Migration.Risk;
import io.github.systemd4j.cgroups.Migration.Staying;
import io.github.systemd4j.cgroups.Migration.Step;
import io.github.systemd4j.cgroups.Resolution.Found;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks where everything is, and decides what is moved and what stays. */
final class MigrationPlanner {

    private static final String ALL = "all";

    private final Cgroups system;
    private final Request request;
    private final List<Step> steps = new ArrayList<>();
    private final List<Staying> staying = new ArrayList<>();
    /** The groups of the container in all hierarchies, where it has some of its own. */
    private final List<Group> own = new ArrayList<>();

    MigrationPlanner(Cgroups system, Request request) {
        this.system = system;
        this.request = request;
    }

    /** A hierarchy in which there is something to move; the group, or why there is none. */
    private record Source(
            String name, List<String> controllers, @Nullable Group group, String reason) {

        /** A group there is, and it is not that of the container that was asked for. */
        boolean isForeign() {
            return group != null && !reason.isEmpty();
        }

        boolean isSystemds() {
            return name.equals(Cgroups.UNIFIED) || controllers.contains("name=systemd");
        }
    }

    /** Not this hierarchy. */
    private static final class Stays extends Exception {

        private static final long serialVersionUID = 1L;

        /** What it would have been. */
        private final Errno errno;

        Stays(Errno errno, String reason) {
            super(reason, null, false, false);
            this.errno = errno;
        }
    }

    Migration plan() throws CgroupException {
        List<Source> sources = sources();
        requireKnown(sources);
        for (Source source : sources) {
            if (source.group() != null && !source.group().isRoot() && !source.isForeign()) {
                own.add(source.group());
            }
        }
        Membership target = request.toUnit() == null ? request.toProcess() : system.unit(request.toUnit());
        if (target != null && target.problem().isPresent()) {
            throw target.problem().get().failure();
        }
        for (Source source : sources) {
            add(source, target);
        }
        // what systemd knows its units by comes last: a scope that becomes empty is removed at once, in all hierarchies
        steps.sort(Comparator.comparing(step -> rank(step.hierarchy())));
        return new Migration(system, request, steps, staying, own);
    }

    /** The freezer is the last of the controllers: until then, what forks too fast can be frozen in there. */
    private static String rank(String hierarchy) {
        return (switch (hierarchy) {
                    case Cgroups.UNIFIED -> "3";
                    case "freezer" -> "1";
                    default -> hierarchy.startsWith("name=") ? "2" : "0";
                })
                + hierarchy;
    }

    private List<Source> sources() throws CgroupException {
        List<Source> sources = new ArrayList<>();
        if (request.kind() == Kind.GROUPS) {
            for (Group group : request.fromGroups()) {
                sources.add(new Source(group.hierarchy(), group.controllersOfHierarchy(), group, ""));
            }
            return sources;
        }
        Membership process = request.kind() == Kind.THREAD
                ? system.thread(request.pid(), request.id())
                : system.livingProcess(request.pid());
        if (process.problem().isPresent()) {
            throw process.problem().get().failure();
        }
        for (Entry entry : process.entries()) {
            Resolution answer = resolve(process, entry);
            if (answer instanceof Found found) {
                Group group = new Group(system, found, entry.controllers());
                sources.add(ofContainer(entry.hierarchyName(), group));
            } else if (answer instanceof Resolution.Absent absent) {
                sources.add(new Source(entry.hierarchyName(), entry.controllers(), null, absent.message()));
            }
        }
        return sources;
    }

    /** The group that is the container's own: that of its first process, or one above, if the id is in its name. */
    private Source ofContainer(String hierarchy, Group process) {
        String id = request.containerId();
        Group own = id == null ? process : ContainerName.groupOf(process, id);
        String reason = own == null
                ? "process " + request.pid() + " is in " + process.name() + ", which is not the group of container "
                        + id
                : "";
        return new Source(hierarchy, process.controllersOfHierarchy(), own == null ? process : own, reason);
    }

    private Resolution resolve(Membership process, Entry entry) {
        return entry.isUnified()
                ? system.resolveUnified(process)
                : system.resolve(process, entry.controllers().get(0));
    }

    private void requireKnown(List<Source> sources) throws CgroupException {
        Set<String> known = new HashSet<>(Set.of(ALL));
        for (Source source : sources) {
            known.add(source.name());
            known.addAll(source.controllers());
        }
        for (String controller : request.controllers()) {
            if (!known.contains(controller)) {
                List<String> names = sources.stream().map(Source::name).toList();
                throw new CgroupException(
                        "migrate",
                        controller,
                        Errno.ENODATA,
                        "no hierarchy of the source has this controller; there are " + names);
            }
        }
    }

    /** Whether somebody has asked for this very hierarchy: then a reason not to move is a failure. */
    private boolean isNamed(Source source) {
        return source.controllers().stream().anyMatch(request.controllers()::contains)
                || request.controllers().contains(source.name())
                || (request.kind() == Kind.GROUPS && request.controllers().isEmpty());
    }

    private boolean isSelected(Source source) {
        boolean all = request.controllers().isEmpty() || request.controllers().contains(ALL);
        return all || isNamed(source) || source.isSystemds();
    }

    private void add(Source source, @Nullable Membership target) throws CgroupException {
        if (!isSelected(source)) {
            staying.add(new Staying(source.name(), "not asked for"));
            return;
        }
        try {
            Group from = source.group();
            if (from == null) {
                throw new Stays(Errno.ENOMEDIUM, source.reason());
            }
            Group to = target == null ? given(source) : of(source, target);
            Group into = request.into().isPresent() ? to.child(request.into().get()) : to;
            if (from.equals(into)) {
                staying.add(new Staying(source.name(), "the processes are in the target already"));
                return;
            }
            if (source.isForeign()) {
                throw new Stays(Errno.EPERM, source.reason());
            }
            checkTarget(from, to, target);
            if (request.isWhole()) {
                checkSource(from, into);
            }
            steps.add(new Step(from, into, !into.exists()));
        } catch (Stays stays) {
            if (isNamed(source) || (stays.errno == Errno.EPERM && source.isSystemds())) {
                throw new CgroupException("migrate", source.name(), stays.errno, String.valueOf(stays.getMessage()));
            }
            staying.add(new Staying(source.name(), String.valueOf(stays.getMessage())));
        }
    }

    private Group given(Source source) throws Stays {
        for (Group group : request.toGroups()) {
            if (group.hierarchy().equals(source.name())) {
                return group;
            }
        }
        throw new Stays(Errno.ENODATA, "no target was given");
    }

    private Group of(Source source, Membership target) throws Stays {
        for (Entry entry : target.entries()) {
            if (entry.hierarchyName().equals(source.name())) {
                Resolution answer = resolve(target, entry);
                if (answer instanceof Found found) {
                    return new Group(system, found, entry.controllers());
                }
                throw new Stays(Errno.ENOENT, ((Resolution.Absent) answer).message());
            }
        }
        throw new Stays(Errno.ENODATA, "the target is not in this hierarchy");
    }

    private void checkTarget(Group from, Group to, @Nullable Membership target) throws Stays {
        if (!to.exists()) {
            throw new Stays(Errno.ENOENT, "there is no group " + to.name() + "; the target has none of its own here");
        }
        if (target != null && !isItsOwn(to, target, from)) {
            throw new Stays(Errno.ENOENT, "the target has no group of its own here, it is in " + to.name());
        }
    }

    /**
     * Whether a group belongs to the unit that systemd says the target is in. If systemd knows of none, a group that is
     * not above the source will do.
     */
    private boolean isItsOwn(Group to, Membership target, Group from) {
        String unit = system.units(target).unit().orElse(null);
        if (unit == null) {
            return !to.isRoot() && !to.isAbove(from);
        }
        for (RawPath at = to.name(); at.raw().length > 1; at = at.parent()) {
            if (UnitName.fromCgroupName(at.fileName().latin1()).equals(unit)) {
                return true;
            }
        }
        return false;
    }

    private void checkSource(Group from, Group into) throws Stays, CgroupException {
        if (from.isRoot() && !request.allows(Risk.ROOT)) {
            throw new Stays(Errno.EPERM, "the source is the root, with all that is in no other group (Risk.ROOT)");
        }
        if (from.isAbove(into) && !request.allows(Risk.INSIDE)) {
            throw new Stays(Errno.EPERM, "the target lies below the source " + from.name() + " (Risk.INSIDE)");
        }
        Set<Long> pids = request.children() ? from.allProcesses() : new HashSet<>(from.processes());
        if (pids.contains(ProcessHandle.current().pid()) && !request.allows(Risk.OWN_GROUP)) {
            throw new Stays(Errno.EPERM, "this very process is in the source " + from.name() + " (Risk.OWN_GROUP)");
        }
        if (request.kind() == Kind.CONTAINER && !request.allows(Risk.SHARED)) {
            checkShared(from, pids);
        }
    }

    private void checkShared(Group from, Set<Long> pids) throws Stays {
        for (long pid : pids) {
            if (pid == 0) {
                continue; // one that is just ending, or out of our sight and not to be moved by us in any case
            }
            Group elsewhere = elsewhere(pid);
            if (elsewhere != null && !ProcessStat.isEnding(system.proc(), pid)) {
                throw new Stays(
                        Errno.EPERM,
                        from.name() + " is not the container's alone: process " + pid + " is in it too, and not in "
                                + elsewhere + " as the container is (Risk.SHARED)");
            }
        }
        ProcessStat process = ProcessStat.of(system.proc(), request.pid());
        if (process != null && pids.contains(process.parent())) {
            throw new Stays(
                    Errno.EPERM,
                    from.name() + " is not the container's alone: process " + process.parent()
                            + ", which started it, is in it too (Risk.SHARED)");
        }
    }

    /** A group of the container in which a process is not; null if it is in all of them, as those of the container are. */
    private @Nullable Group elsewhere(long pid) {
        Membership process = system.livingProcess(pid);
        for (Group group : own) {
            Path where = group.whereIs(process);
            if (where != null && !where.startsWith(group.directory())) {
                return group;
            }
        }
        return null;
    }
}
