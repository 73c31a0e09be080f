package io.github.systemd4j.cgroups;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What we need of {@code /proc/PID/stat}, proc_pid_stat(5).
 *
 * @param state such as {@code Z} for a zombie
 * @param parent the pid of its parent; 0 if that is not in our pid namespace
 * @param start when it was started, in clock ticks since the boot; with the pid, it names a process for good
 */
record ProcessStat(char state, long parent, long flags, long start, long policy) {

    /** PF_KTHREAD and PF_NO_SETAFFINITY of the kernel's sched.h: such a task stays where it is. */
    private static final long IMMOVABLE = 0x0020_0000 | 0x0400_0000;

    /** The kernel's: first in, first out, and round robin. */
    private static final List<Long> REAL_TIME = List.of(1L, 2L);

    /** Null if there is no such process. */
    static @Nullable ProcessStat of(Path proc, long pid) {
        try {
            String text = GroupFile.read(proc.resolve(pid + "/stat"));
            // the name may have spaces and parentheses in it, what follows has none
            List<String> words = GroupFile.words(text.substring(text.lastIndexOf(')') + 1));
            return new ProcessStat(
                    words.get(0).charAt(0),
                    Long.parseLong(words.get(1)),
                    Long.parseLong(words.get(6)),
                    Long.parseLong(words.get(19)),
                    Long.parseLong(words.get(38)));
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
            return null;
        }
    }

    /** Whether it has ended, and only waits to be asked for its status. */
    boolean isDead() {
        return state == 'Z' || state == 'X';
    }

    boolean isImmovable() {
        return (flags & IMMOVABLE) != 0;
    }

    boolean isRealTime() {
        return REAL_TIME.contains(policy);
    }
}
