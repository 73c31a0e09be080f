package io.github.systemd4j.machine.cold;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.machine.Machine;
import io.github.systemd4j.machine.MachineClass;
import io.github.systemd4j.machine.Systemd;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a process costs that registers itself, in CPU time: a hook starts one for each container. */
@Tag("v1")
@Tag("v2")
@Timeout(300)
class ColdCostBoxIT {

    private static final int RUNS = 7;
    private static final double GOAL = 5;

    private int names;

    @AfterEach
    void unregister() throws Exception {
        try (Systemd systemd = Systemd.system()) {
            for (Machine machine : systemd.machines().list()) {
                if (machine.machineClass() != MachineClass.HOST) {
                    systemd.machines().unregister(machine.name());
                }
            }
        }
    }

    @Test
    void registeringCostsNoMoreThanFiveEmptyJvms() throws Exception {
        long empty = least(java("Empty"));
        long ours = least(java("Register"));
        long busctl = least(List.of(
                "busctl",
                "call",
                "org.freedesktop.machine1",
                "/org/freedesktop/machine1",
                "org.freedesktop.machine1.Manager",
                "ListMachines"));

        System.out.println("CPU, least of " + RUNS + ": empty JVM " + empty + " ms, connect and register " + ours
                + " ms, busctl " + busctl + " ms");
        assertThat(ours / (double) empty).isLessThanOrEqualTo(GOAL);
    }

    private static List<String> java(String program) {
        String classPath = System.getProperty("java.class.path");
        String[] entries = classPath.split(":", 3); // our jar, and the classes of the tests
        return List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xshare:auto",
                "-cp",
                entries[0] + ":" + entries[1],
                ColdCostBoxIT.class.getPackageName() + "." + program);
    }

    /** Of its user and its system time, in milliseconds, by bash's own clock. */
    private long least(List<String> command) throws Exception {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < RUNS; i++) {
            List<String> words = new ArrayList<>(
                    List.of("bash", "-c", "TIMEFORMAT='%3U %3S'; time \"$@\" > /dev/null || exit 1", "bash"));
            words.addAll(command);
            if (command.get(0).endsWith("java")) {
                words.add("cold-" + names++);
            }
            Process process =
                    new ProcessBuilder(words).redirectErrorStream(true).start();
            String times = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(times).matches("\\d+\\.\\d{3} \\d+\\.\\d{3}");
            String[] parts = times.replace(".", "").split(" ", 2);
            least = Math.min(least, Long.parseLong(parts[0]) + Long.parseLong(parts[1]));
        }
        return least;
    }
}
