package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import java.nio.file.Files;
import java.time.Duration;
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
        boolean frozen = group.version() == CgroupVersion.V2 ? freezeV2(group, pause) : changeV1(group, true, pause);
        if (!frozen) {
            write(group, false);
            throw timeout("freeze", group, "not all processes have stopped; they were thawed again");
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

    private static boolean killV2(Group group, Pause pause) throws CgroupException {
        group.write(KILL, "1");
        return GroupEvents.await(group, events -> !events.populated(), pause);
    }

    /**
     * One signal to each, frozen, so that nothing is forked meanwhile; v1 lets frozen processes die only when they are
     * thawed. Without a freezer it may take some rounds.
     */
    static boolean signal(Group group, Pause pause) throws CgroupException {
        do {
            boolean frozen = tryToFreeze(group);
            try {
                signalAll(group.allProcesses());
            } finally {
                if (frozen) {
                    write(group, false);
                }
            }
            if (!GroupEvents.of(group).populated()) {
                return true;
            }
        } while (pause.again());
        return false;
    }

    private static boolean tryToFreeze(Group group) throws CgroupException {
        if (!hasFreezer(group)) {
            return false;
        }
        try {
            freeze(group, new Pause(BEFORE_KILLING));
            return true;
        } catch (CgroupException e) {
            if (e.errno() == Errno.ETIMEDOUT) {
                return false;
            }
            throw e;
        }
    }

    /** The JDK looks whether it still is the process that was found, so no other one with its pid is hit. */
    private static void signalAll(Set<Long> pids) {
        for (long pid : pids) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private static CgroupException timeout(String call, Group group, String what) {
        return new CgroupException(call, group.name().toString(), Errno.ETIMEDOUT, what);
    }
}
