package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Migration.Kind;
import io.github.systemd4j.cgroups.Migration.Request;
import io.github.systemd4j.cgroups.Migration.Step;
import io.github.systemd4j.cgroups.MigrationReport.Hierarchy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Moves the processes of one hierarchy. */
final class StepMover {

    /** So many passes were not enough for what forks as fast as it can: facts in docs/adr/0008. */
    private static final int PASSES_BEFORE_HOLD = 25;

    /** So many passes one after the other in which nothing changes, each with a pause, are enough. */
    private static final int IDLE_PASSES = 50;

    private static final long IDLE_NANOS = 10_000_000;

    /** No pid, and not the 0 of one that has no name here. */
    private static final long NONE = -1;

    private static final Duration TO_REMOVE = Duration.ofSeconds(2);

    private final Cgroups system;
    private final Request request;
    private final Group from;
    private final Group to;
    private final boolean creates;
    private final Hold hold;
    private final Pause pause;
    private final long self = ProcessHandle.current().pid();

    /** What was in the target before, and must not be taken back; with the times at which they were started. */
    private final Map<Long, Long> before = new HashMap<>();

    private final Set<Long> kinBefore = new HashSet<>();
    /** Each one that was moved. */
    private final Map<Long, Moved> moved = new HashMap<>();
    /** Their process groups and sessions, by which their children are known once they have ended themselves. */
    private final Set<Long> kin = new HashSet<>();

    private final Set<Long> vanished = new HashSet<>();
    private boolean created;
    private int idlePasses;
    private int unlistedPasses;
    private int retries;
    private int passes;
    private int busyPasses;

    /** Where it came from. Its start time tells it from another process that has its pid later. */
    private record Moved(Group origin, long start) {}

    StepMover(Cgroups system, Request request, Step step, Hold hold, Pause pause) {
        this.system = system;
        this.request = request;
        this.from = step.from();
        this.to = step.to();
        this.creates = step.creates();
        this.hold = hold;
        this.pause = pause;
    }

    Hierarchy report() {
        return new Hierarchy(from.hierarchy(), from.name(), to.name(), moved.size(), vanished.size(), retries, passes);
    }

    void move() throws CgroupException {
        prepare();
        if (request.isWhole()) {
            moveAll();
        } else {
            moveOne(request.id(), from);
            passes = 1;
        }
    }

    private void prepare() throws CgroupException {
        if (creates && !to.exists()) {
            to.create();
            created = true;
        }
        Cpuset.fill(to);
        if (!to.isThreaded()) {
            for (long pid : to.processes()) {
                ProcessStat process = ProcessStat.of(system.proc(), pid);
                if (process != null) {
                    before.put(pid, process.start());
                    kinBefore.addAll(process.kin());
                }
            }
        }
    }

    /** Two empty readings: one process may just come from somewhere else. */
    private void moveAll() throws CgroupException {
        for (int empty = 0; empty < 2; passes++) {
            boolean found = moveListed() || (empty == 1 && isSaidToBePopulated());
            empty = found ? 0 : empty + 1;
            if (found && idlePasses == 0 && ++busyPasses == PASSES_BEFORE_HOLD) {
                hold.begin(); // what does not change need not be frozen
            }
            if (found && pause.isOver()) {
                throw new CgroupException(
                        "migrate",
                        from.toString(),
                        Errno.ETIMEDOUT,
                        "after " + passes + " passes there still come processes into it; freeze it first");
            }
        }
    }

    /** Whether there was anything. */
    private boolean moveListed() throws CgroupException {
        long left = NONE;
        boolean changed = false;
        for (Group group : sources()) {
            for (long pid : group.processesIfThere()) {
                if (pid == 0 || isLeft(pid)) {
                    left = Math.max(left, pid);
                    changed |= pid != 0 && moveOne(pid, group);
                }
            }
        }
        if (left == NONE || changed) {
            idlePasses = 0;
            unlistedPasses = changed ? 0 : unlistedPasses;
        } else {
            idle(
                    left == 0
                            ? "there is a process in it that is outside of our pid namespace, and has no pid here"
                            : "process " + left + " is listed in it, and it cannot be told where it is: /proc hides it"
                                    + " (hidepid=), or its threads are in several groups");
        }
        return left != NONE;
    }

    /**
     * In v2 the kernel counts for itself. It is asked last, where it counts what is to be moved alone.
     */
    private boolean isSaidToBePopulated() throws CgroupException {
        boolean counts = request.children() && from.version() == CgroupVersion.V2 && !from.isAbove(to);
        if (!counts || Values.value(ControlFile.peek(from.directory().resolve("cgroup.events")), "populated") != 1) {
            return false;
        }
        if (++unlistedPasses > IDLE_PASSES) {
            throw refusal("cgroup.events says that it is populated, and there is no process listed in it or below");
        }
        Pause.sleep(IDLE_NANOS);
        return true;
    }

    /** One that is just ending has no pid any more, or no group: that takes a moment. */
    private void idle(String reason) throws CgroupException {
        if (++idlePasses > IDLE_PASSES) {
            throw refusal(reason);
        }
        Pause.sleep(IDLE_NANOS);
    }

    /** The source and the groups below it, but not the target, should that be there. */
    private List<Group> sources() throws CgroupException {
        if (!request.children()) {
            return List.of(from);
        }
        List<Group> sources = new ArrayList<>();
        for (Group group : from.tree()) {
            boolean isTarget = from.isAbove(to) && (group.equals(to) || to.isAbove(group));
            if (!isTarget && (group.equals(from) || !group.isThreaded())) {
                sources.add(group);
            }
        }
        return sources;
    }

    /**
     * A zombie may be listed where it was for as long as nobody asks for its status; it cannot do anything any more. So
     * may a process be of which the main thread has ended, and then it is where its other threads are.
     */
    private boolean isLeft(long pid) {
        if (!moved.containsKey(pid) && !vanished.contains(pid)) {
            return true;
        }
        ProcessStat process = ProcessStat.of(system.proc(), pid);
        if (process == null || !process.isDead()) {
            return true; // null: it has just ended, or is hidden from us
        }
        long thread = ProcessStat.liveThread(system.proc(), pid);
        Path where = thread == 0 ? null : from.whereIs(system.thread(pid, thread));
        return thread != 0 && (where == null || isInSource(where));
    }

    private boolean isInSource(Path where) {
        return where.startsWith(from.directory()) && !(from.isAbove(to) && where.startsWith(to.directory()));
    }

    /** All processes that would be moved now. */
    List<Long> listed() throws CgroupException {
        if (!request.isWhole()) {
            return List.of(request.id());
        }
        List<Long> pids = new ArrayList<>();
        for (Group group : sources()) {
            pids.addAll(group.processesIfThere());
        }
        return pids;
    }

    /** False if nothing is different now: it is as gone as it was before. */
    private boolean moveOne(long id, Group origin) throws CgroupException {
        if (id == self && !Mover.mayMoveSelf(request)) {
            throw refusal("this very process has come into it");
        }
        ProcessStat process = ProcessStat.of(system.proc(), id);
        Path where = where(id);
        if (process == null || where == null || !isInSource(where)) {
            return vanish(id); // the pid may be that of another process by now: never move what is not of the source
        }
        try {
            retries += to.move(id, file());
            moved.put(id, new Moved(origin, process.start()));
            kin.addAll(process.kin());
            return true;
        } catch (CgroupException e) {
            if (e.errno() != Errno.ESRCH) {
                throw e;
            }
            return vanish(id);
        }
    }

    private boolean vanish(long id) throws CgroupException {
        if (!request.isWhole()) {
            throw new CgroupException(
                    "migrate", from.toString(), Errno.ESRCH, id + " has ended, or is no longer in this group");
        }
        return vanished.add(id);
    }

    private @Nullable Path where(long id) {
        return from.whereIs(
                request.kind() == Kind.THREAD ? system.thread(request.pid(), id) : system.livingProcess(id));
    }

    private String file() {
        if (request.kind() != Kind.THREAD) {
            return "cgroup.procs";
        }
        return to.version() == CgroupVersion.V1 ? "tasks" : "cgroup.threads";
    }

    private CgroupException refusal(String reason) {
        return new CgroupException("migrate", from.toString(), Errno.EPERM, reason);
    }

    /** Moves back what was moved, and what that has started since, until there is none. */
    void takeBack(Pause limit) throws CgroupException {
        if (request.kind() == Kind.THREAD) {
            takeBackThread();
        } else {
            takeBackProcesses(limit);
        }
        if (created) {
            to.remove(TO_REMOVE);
        }
    }

    private void takeBackThread() throws CgroupException {
        for (Moved thread : moved.values()) {
            thread.origin().addThread(request.id());
        }
    }

    private void takeBackProcesses(Pause limit) throws CgroupException {
        for (boolean found = true; found; ) {
            found = false;
            Set<Long> listed = new HashSet<>(to.processesIfThere());
            Set<Long> candidates = new HashSet<>(listed);
            candidates.addAll(moved.keySet());
            for (long pid : candidates) {
                Group origin = origin(pid);
                if (origin != null && isInTarget(pid, listed)) {
                    found = true;
                    moveBack(pid, origin);
                }
            }
            if (found && limit.isOver()) {
                throw new CgroupException("migrate", to.toString(), Errno.ETIMEDOUT, "not all could be moved back");
            }
        }
        requireNoStrangers();
    }

    /** They may be children of ours, or of anybody else: whoever put them here is to say where they belong. */
    private void requireNoStrangers() throws CgroupException {
        List<Long> strangers = new ArrayList<>();
        for (long pid : moved.isEmpty() || !request.isWhole() ? List.<Long>of() : to.processesIfThere()) {
            if (!isOfTarget(pid) && isInTarget(pid, Set.of(pid))) {
                strangers.add(pid);
            }
        }
        if (!strangers.isEmpty()) {
            throw new CgroupException(
                    "migrate",
                    to.toString(),
                    Errno.EPERM,
                    "of the processes " + strangers + " in it, it cannot be told whether they came from " + from.name()
                            + "; they were left where they are");
        }
    }

    /** Without its main thread a process is listed where that has ended, but it is where its other threads are. */
    private boolean isInTarget(long pid, Set<Long> listed) {
        long thread = ProcessStat.liveThread(system.proc(), pid);
        return thread == pid
                ? listed.contains(pid)
                : thread != 0 && to.directory().equals(to.whereIs(system.thread(pid, thread)));
    }

    private static void moveBack(long pid, Group origin) throws CgroupException {
        try {
            origin.add(pid);
        } catch (CgroupException e) {
            if (e.errno() != Errno.ESRCH) {
                throw e;
            }
        }
    }

    /**
     * Where a process in the target came from: itself, or the next one above it that was moved. If these have all ended,
     * it came with them if it is of a process group or session of theirs; null if it is none of ours.
     */
    private @Nullable Group origin(long pid) {
        Map<Long, ProcessStat> line = line(pid);
        for (Map.Entry<Long, ProcessStat> each : line.entrySet()) {
            Moved known = moved.get(each.getKey());
            if (known != null && known.start() == each.getValue().start()) {
                return known.origin();
            }
            if (wasBefore(each.getKey(), each.getValue())) {
                return null;
            }
        }
        return request.isWhole() && isOf(kin, line.get(pid)) ? from : null;
    }

    /** Whether it was in the target before, or comes from there in the same way. */
    private boolean isOfTarget(long pid) {
        Map<Long, ProcessStat> line = line(pid);
        return line.entrySet().stream().anyMatch(each -> wasBefore(each.getKey(), each.getValue()))
                || isOf(kinBefore, line.get(pid));
    }

    private boolean wasBefore(long pid, ProcessStat process) {
        return before.getOrDefault(pid, NONE) == process.start();
    }

    /** A process and those above it, without the first one. */
    private Map<Long, ProcessStat> line(long pid) {
        Map<Long, ProcessStat> line = new LinkedHashMap<>();
        long at = pid;
        while (at > 1 && !line.containsKey(at)) {
            ProcessStat process = ProcessStat.of(system.proc(), at);
            if (process == null) {
                break;
            }
            line.put(at, process);
            at = process.parent();
        }
        return line;
    }

    private static boolean isOf(Set<Long> kin, @Nullable ProcessStat process) {
        return process != null && process.kin().stream().anyMatch(kin::contains);
    }
}
