package io.github.systemd4j.samples.units;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts shells that leave a process behind, waits until those have ended, waits for one more child of its own, and says how
 * many zombies there are. Then it waits to be stopped.
 */
final class Orphans {

    static final int NUMBER = 5;

    private Orphans() {}

    public static void main(String[] arguments) throws Exception {
        List<String> orphans = new ArrayList<>();
        for (int i = 0; i < NUMBER; i++) {
            orphans.add(read(new ProcessBuilder("sh", "-c", "sleep 0.1 > /dev/null & echo $!")));
        }
        for (String pid : orphans) {
            while (!state(pid).matches("[Z-]")) {
                Thread.onSpinWait();
            }
        }
        read(new ProcessBuilder("true")); // whoever waits for children has had the occasion
        while (System.getenv("AWAIT_NONE") != null && zombies(orphans) > 0) {
            Thread.onSpinWait();
        }
        System.out.println("process " + ProcessHandle.current().pid() + ", zombies: " + zombies(orphans));
        Wait.main(arguments);
    }

    private static long zombies(List<String> pids) {
        long zombies = 0;
        for (String pid : pids) {
            zombies += state(pid).equals("Z") ? 1 : 0;
        }
        return zombies;
    }

    /** A letter of proc(5), or - if there is no such process. */
    private static String state(String pid) {
        try {
            String stat = Files.readString(Path.of("/proc", pid, "stat"));
            return stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
        } catch (IOException e) { // there is none, or it went between open and read: ESRCH
            return "-";
        }
    }

    private static String read(ProcessBuilder command) throws Exception {
        Process process = command.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        process.waitFor();
        return output;
    }
}
