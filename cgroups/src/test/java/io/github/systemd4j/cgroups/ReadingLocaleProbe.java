package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.Limit.Absent;
import io.github.systemd4j.cgroups.Limits.Knob;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;

/** Run by {@link ReadingLocaleBoxIT}: whatever can be missing, and what we say of it. */
final class ReadingLocaleProbe {

    private ReadingLocaleProbe() {}

    public static void main(String[] arguments) throws IOException {
        Cgroups cgroups = Cgroups.system();
        Limits none = cgroups.limits(cgroups.process(Integer.MAX_VALUE));
        System.out.println(message(none.get(Knob.MEMORY_MAX)));
        Cgroups nowhere = Cgroups.at(Path.of("/proc/self/fd"));
        System.out.println(message(nowhere.limits(nowhere.self()).get(Knob.MEMORY_MAX)));
        System.out.println(cgroups.pressure("nothing").problem().orElse(""));
        Limits own = cgroups.limits(cgroups.self());
        System.out.println(message(own.get(Knob.MEMORY_MAX)));
        System.out.println(cgroups.statistics(cgroups.self()).problems());
        try {
            Limit.Change<Long> change = own.set(Knob.PIDS_MAX, Long.MAX_VALUE - 1); // more than any kernel has
            System.out.println(change);
        } catch (CgroupException e) {
            System.out.println(e.getMessage());
        }
        try (FileInputStream unread = new FileInputStream("/proc/self/nothing")) {
            System.out.println(unread);
        } catch (IOException e) {
            System.out.println("JDK: " + e.getMessage());
        }
    }

    private static String message(Limit<?> limit) {
        return limit instanceof Absent<?> absent ? absent.errno() + " " + absent.message() : limit.toString();
    }
}
