package io.github.systemd4j.samples.readiness;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What the tests in a box have in common. */
final class Box {

    private Box() {}

    /** Output and errors of a command, without the last newline. */
    static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }

    static String show(String unit, String property) throws Exception {
        return run("systemctl", "show", "--value", "-p", property, unit);
    }
}
