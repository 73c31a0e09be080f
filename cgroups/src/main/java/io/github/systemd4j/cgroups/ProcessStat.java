package io.github.systemd4j.cgroups;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What we need of {@code /proc/PID/stat}, proc_pid_stat(5): of a process, what its main thread is like.
 *
 * @param state such as {@code Z} for a zombie
 * @param parent the pid of its parent; 0 if that is not in our pid namespace
 * @param group its process group; 0 if the leader is not in our pid namespace
 * @param session its session; 0 likewise
 * @param start when it was started, in clock ticks since the boot; with the pid, it names a process for good
 */
record ProcessStat(char state, long parent, long group, long session, long flags, long start, long policy) {

    /** PF_KTHREAD and PF_NO_SETAFFINITY of the kernel's sched.h: such a task stays where it is. */
    private static final long IMMOVABLE = 0x0020_0000 | 0x0400_0000;

    /** PF_EXITING, from when a thread begins to end. */
    private static final long EXITING = 0x4;

    /** The kernel's: first in, first out, and round robin. */
    private static final List<Long> REAL_TIME = List.of(1L, 2L);

    /** How often the threads of a process are listed anew, because one has ended meanwhile and may have left others. */
    private static final int LOOKS = 100;

    /** Null if there is no such process. */
    static @Nullable ProcessStat of(Path proc, long pid) {
        return read(proc.resolve(pid + "/stat"));
    }

    private static @Nullable ProcessStat read(Path file) {
        try {
            String text = ControlFile.text(file);
            // the name may have spaces and parentheses in it, what follows has none
            List<String> words = Values.words(text.substring(text.lastIndexOf(')') + 1));
            return new ProcessStat(
                    words.get(0).charAt(0),
                    Long.parseLong(words.get(1)),
                    Long.parseLong(words.get(2)),
                    Long.parseLong(words.get(3)),
                    Long.parseLong(words.get(6)),
                    Long.parseLong(words.get(19)),
                    Long.parseLong(words.get(38)));
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
            return null;
        }
    }

    /** Whether this thread has ended. Of a main thread that means nothing yet: the others may go on without it. */
    boolean isDead() {
        return state == 'Z' || state == 'X';
    }

    /**
     * Whether a process is about to end, or has: v1 says then that it is in the root. It is as if it were over when its main
     * thread is ending, though others may go on, and not when that has ended and others do.
     */
    static boolean isEnding(Path proc, long pid) {
        ProcessStat main = of(proc, pid);
        return main == null || ((main.flags & EXITING) != 0 && (!main.isDead() || liveThread(proc, pid) == 0));
    }

    /**
     * A thread of a process that has not ended: the main one, or another if that has ended before the others; 0 if the
     * process only waits to be asked for its status, or is not there.
     */
    static long liveThread(Path proc, long pid) {
        ProcessStat main = of(proc, pid);
        if (main == null) {
            return 0;
        }
        if (!main.isDead()) {
            return pid;
        }
        Path tasks = proc.resolve(pid + "/task");
        long thread = -1;
        for (int looks = 0; thread < 0 && looks < LOOKS; looks++) {
            thread = otherThread(tasks, pid);
        }
        return Math.max(thread, 0);
    }

    /** -1 if one has vanished while it was looked at: whom it has started may not have been listed. */
    private static long otherThread(Path tasks, long main) {
        boolean vanished = false;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
            for (Path task : threads) {
                long id = Values.number(String.valueOf(task.getFileName())).orElse(-1);
                ProcessStat thread = id == main ? null : read(task.resolve("stat"));
                if (thread != null && !thread.isDead()) {
                    return id;
                }
                vanished |= thread == null && id != main;
            }
        } catch (IOException | DirectoryIteratorException e) {
            return 0;
        }
        return vanished ? -1 : 0;
    }

    /** By a signal such as SIGSTOP. */
    boolean isStopped() {
        return state == 'T';
    }

    /** Its process group and session, as far as they have a number in our pid namespace. */
    Set<Long> kin() {
        Set<Long> kin = new HashSet<>(List.of(group, session));
        kin.remove(0L);
        return kin;
    }

    boolean isImmovable() {
        return (flags & IMMOVABLE) != 0;
    }

    boolean isRealTime() {
        return REAL_TIME.contains(policy);
    }
}
