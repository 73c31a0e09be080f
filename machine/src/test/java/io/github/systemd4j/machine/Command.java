package io.github.systemd4j.machine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;

/** Programs that are run to their end. */
final class Command {

    private Command() {}

    /** Output and errors, without the last newline. */
    static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    /** A property of a unit. */
    static String show(String unit, String property) throws Exception {
        return run("systemctl", "show", "--value", "-p", property, unit);
    }

    /** Waits until systemd or a command says it; the tests' time-out is the bound. */
    static void await(String wanted, String... command) throws Exception {
        while (!run(command).equals(wanted)) {
            TimeUnit.MILLISECONDS.sleep(20); // between two looks, each of which is a process
        }
    }
}
