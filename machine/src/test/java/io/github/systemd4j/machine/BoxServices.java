package io.github.systemd4j.machine;

import static io.github.systemd4j.machine.Command.run;
import static io.github.systemd4j.machine.Command.show;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/** Transient services of a test, which are gone after it. */
final class BoxServices {

    private final List<String> units = new ArrayList<>();

    /** A service that runs a command for as long as it does; the pid of its main process. */
    long start(String unit, List<String> properties, List<String> command) throws Exception {
        List<String> words = new ArrayList<>(List.of("systemd-run", "--quiet", "--unit=" + unit));
        properties.forEach(property -> words.addAll(List.of("-p", property)));
        words.addAll(command);
        units.add(unit);
        assertThat(run(words.toArray(String[]::new))).isEmpty();
        return Long.parseLong(show(unit, "MainPID"));
    }

    /** A service that does nothing. */
    long sleeper(String unit) throws Exception {
        return start(unit, List.of("Delegate=yes"), List.of("sleep", "1000"));
    }

    /** A unit that somebody else made, or will make. */
    void remember(String unit) {
        units.add(unit);
    }

    /** What a command says that is run to its end as a service. */
    static String answer(List<String> properties, List<String> command) throws Exception {
        List<String> words = new ArrayList<>(List.of("systemd-run", "--quiet", "--wait", "--pipe", "--collect"));
        properties.forEach(property -> words.addAll(List.of("-p", property)));
        words.addAll(command);
        return run(words.toArray(String[]::new));
    }

    void end() throws Exception {
        for (String unit : units) {
            run("systemctl", "stop", unit);
            run("systemctl", "reset-failed", unit);
        }
    }
}
