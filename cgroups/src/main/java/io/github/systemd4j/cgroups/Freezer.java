package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Stopping, continuing and killing all processes of a group, in both versions. */
final class Freezer {

    private static final String V1 = "freezer.state";
    private static final String V2 = "cgroup.freeze";
    private static final String KILL = "cgroup.kill";

    /** How long processes are given to stop before they are killed; it is tried without, too. */
    private static final Duration BEFORE_KILLING = Duration.ofSeconds(1);

    private Freezer() {}

    static void freeze(Group group, Pause pause) throws CgroupException {
        requireFreezer(group);
        requireOthers("freeze", group);
        try {
            boolean frozen =
                    group.version() == CgroupVersion.V2 ? freezeV2(group, pause) : changeV1(group, true, pause);
            if (!frozen) {
                throw timeout("freeze", group, "not all processes have stopped; they were thawed again");
            }
        } catch (CgroupException | RuntimeException e) {
            try {
                write(group, false); // half frozen is worse than not at all, whatever the reason
            } catch (CgroupException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private static boolean freezeV2(Group group, Pause pause) throws CgroupException {
        write(group, true);
        return GroupEvents.await(group, Group.Events::frozen, pause);
    }

    static void thaw(Group group, Pause pause) throws CgroupException {
        requireFreezer(group);
        write(group, false);
        boolean thawed = group.version() == CgroupVersion.V2
                ? GroupEvents.await(group, events -> !events.frozen(), pause)
                : changeV1(group, false, pause);
        if (!thawed) {
            throw timeout("thaw", group, "the processes have not gone on; a group above may be frozen");
        }
    }

    /** Thaws without waiting. */
    static void release(Group group) throws CgroupException {
        write(group, false);
    }

    /** While a process is about to be forked, v1 stays FREEZING, until it is told once more. */
    private static boolean changeV1(Group group, boolean freeze, Pause pause) throws CgroupException {
        String wanted = freeze ? "FROZEN" : "THAWED";
        do {
            write(group, freeze);
            if (group.read(V1).equals(wanted)) {
                return true;
            }
        } while (pause.again());
        return false;
    }

    private static void write(Group group, boolean freeze) throws CgroupException {
        if (group.version() == CgroupVersion.V2) {
            group.write(V2, freeze ? "1" : "0");
        } else {
            group.write(V1, freeze ? "FROZEN" : "THAWED");
        }
    }

    static boolean hasFreezer(Group group) {
        return Files.exists(group.directory().resolve(group.version() == CgroupVersion.V2 ? V2 : V1));
    }

    private static void requireFreezer(Group group) throws CgroupException {
        if (!hasFreezer(group) && group.exists()) {
            String file = group.version() == CgroupVersion.V2 ? V2 : V1;
            throw new CgroupException(
                    "write",
                    group.name() + "/" + file,
                    Errno.EOPNOTSUPP,
                    group.version() == CgroupVersion.V2
                            ? "it is the root, or the kernel is older than 5.2"
                            : "in v1 only groups of the freezer hierarchy can be frozen, and not its root");
        }
    }

    static void kill(Group group, Pause pause) throws CgroupException {
        if (!group.exists()) {
            return;
        }
        requireOthers("kill", group);
        boolean gone = Files.exists(group.directory().resolve(KILL)) ? killV2(group, pause) : signal(group, pause);
        if (!gone) {
            throw timeout("kill", group, "there still are processes " + group.allProcesses());
        }
    }

    /** Nobody would be left to thaw us. */
    private static void requireOthers(String call, Group group) throws CgroupException {
        if (group.allProcesses().contains(ProcessHandle.current().pid())) {
            throw new CgroupException(
                    call, group.name().toString(), Errno.EPERM, "this very process is in there; move it out first");
        }
    }

    /** The kernel's own signal goes to the main thread, and if that has ended already, the others do not get it. */
    private static boolean killV2(Group group, Pause pause) throws CgroupException {
        group.write(KILL, "1");
        signalAll(group, group.allProcesses());
        return GroupEvents.await(group, events -> !events.populated(), pause);
    }

    /**
     * One signal to each, frozen, so that nothing is forked meanwhile; v1 lets frozen processes die only when they are
     * thawed. Without a freezer it may take some rounds.
     */
    static boolean signal(Group group, Pause pause) throws CgroupException {
        do {
            boolean frozen = tryToFreeze(group, pause);
            try {
                signalAll(group, group.allProcesses());
            } finally {
                if (frozen) {
                    thawIfThere(group);
                }
            }
            if (!GroupEvents.of(group).populated()) {
                return true;
            }
        } while (pause.again());
        return false;
    }

    private static boolean tryToFreeze(Group group, Pause pause) throws CgroupException {
        if (!hasFreezer(group)) {
            return false;
        }
        try {
            Duration left = Duration.ofNanos(Math.max(pause.leftNanos(), 0));
            freeze(group, new Pause(left.compareTo(BEFORE_KILLING) < 0 ? left : BEFORE_KILLING));
            return true;
        } catch (CgroupException e) {
            if (e.errno() == Errno.ETIMEDOUT || !group.exists()) {
                return false;
            }
            throw e;
        }
    }

    private static void thawIfThere(Group group) throws CgroupException {
        try {
            write(group, false);
        } catch (CgroupException e) {
            if (group.exists()) {
                throw e;
            }
        }
    }

    /**
     * A pid that was listed may be a stranger's by now. So the group is read again once the JDK knows the process by its
     * start time: who is listed then is that process, and if it ends before the signal, the JDK looks at the time and
     * hits nobody.
     */
    static void signalAll(Group group, Set<Long> pids) throws CgroupException {
        List<ProcessHandle> found = new ArrayList<>();
        for (long pid : pids) {
            if (pid > 0) {
                ProcessHandle.of(pid).ifPresent(found::add);
            }
        }
        Set<Long> still = group.allProcesses();
        for (ProcessHandle process : found) {
            if (still.contains(process.pid())) {
                process.destroyForcibly();
            }
        }
    }

    private static CgroupException timeout(String call, Group group, String what) {
        return new CgroupException(call, group.name().toString(), Errno.ETIMEDOUT, what);
    }
}
