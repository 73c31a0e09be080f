package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Group.Events;
import java.io.IOException;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What the kernel says has happened in a group, and waiting for it. */
final class GroupEvents {

    /** How long the kernel may keep a change to itself: nobody promises that it tells of all. */
    private static final long LONGEST_SILENCE_NANOS = 250_000_000;

    private static final int LOOKS = 100;

    private static final Events NOTHING = new Events(false, false, -1, -1);

    private GroupEvents() {}

    static Events of(Group group) throws CgroupException {
        try {
            return group.version() == CgroupVersion.V2 ? ofV2(group) : ofV1(group);
        } catch (CgroupException e) {
            if (e.errno() == Errno.ENODEV || !group.exists()) {
                return NOTHING;
            }
            throw e;
        }
    }

    private static Events ofV2(Group group) throws CgroupException {
        String memory = ControlFile.peek(group.directory().resolve("memory.events"));
        long oom = Values.value(memory, "oom");
        long oomKills = Values.value(memory, "oom_kill");
        if (group.isRoot()) { // the root has no such file, and is never empty
            return new Events(true, false, oom, oomKills);
        }
        String events = group.read("cgroup.events");
        return new Events(Values.value(events, "populated") == 1, Values.value(events, "frozen") == 1, oom, oomKills);
    }

    private static Events ofV1(Group group) throws CgroupException {
        String memory = ControlFile.peek(group.directory().resolve("memory.oom_control"));
        return new Events(
                hasLiveProcess(group),
                ControlFile.peek(group.directory().resolve("freezer.state")).equals("FROZEN"),
                -1,
                Values.value(memory, "oom_kill"));
    }

    /**
     * Zombies do not count, as in v2. A process that vanishes while it is looked at may have left another one behind, so
     * then it is looked again.
     */
    private static boolean hasLiveProcess(Group group) throws CgroupException {
        boolean vanished = true;
        for (int looks = 0; vanished && looks < LOOKS; looks++) {
            vanished = false;
            for (long pid : group.allProcesses()) {
                if (ProcessStat.liveThread(group.proc(), pid) != 0) {
                    return true;
                }
                vanished |= ProcessStat.of(group.proc(), pid) == null;
            }
        }
        return vanished;
    }

    static boolean await(Group group, Predicate<Events> condition, Pause pause) throws CgroupException {
        if (group.version() == CgroupVersion.V1) {
            return look(group, condition, pause);
        }
        try (WatchService watch = group.directory().getFileSystem().newWatchService()) {
            WatchKey key = group.directory().register(watch, StandardWatchEventKinds.ENTRY_MODIFY);
            return listen(group, condition, pause, watch, key);
        } catch (CgroupException e) {
            throw e;
        } catch (IOException e) {
            return look(group, condition, pause); // as many as fs.inotify allows, or the group was removed
        }
    }

    private static boolean look(Group group, Predicate<Events> condition, Pause pause) throws CgroupException {
        while (!condition.test(of(group))) {
            if (!pause.again()) {
                return condition.test(of(group));
            }
        }
        return true;
    }

    /** The watch was there before the first look, so nothing is missed. */
    private static boolean listen(
            Group group, Predicate<Events> condition, Pause pause, WatchService watch, WatchKey key)
            throws CgroupException {
        boolean interrupted = Thread.interrupted();
        try {
            while (!condition.test(of(group))) {
                if (pause.isOver()) {
                    return false;
                }
                try {
                    watch.poll(Math.min(pause.leftNanos(), LONGEST_SILENCE_NANOS), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                key.pollEvents();
                key.reset();
            }
            return true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
