package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fifty times in a row: nothing is left, no container, control group, process or file. */
@Tag("v1")
@Timeout(600)
class FiftyBoxIT {

    @Test
    void fiftyStartsAndStopsLeaveNothing() throws Exception {
        Box.engine();
        String[] arguments = {"--notify", "--pid-file=/run/fifty.pid", "run", "--rm", "--name=web", "image", "sh", "-c"
        };
        String[] command =
                Stream.concat(Stream.of(arguments), Stream.of(Box.OBEDIENT)).toArray(String[]::new);
        command[0] = "--env"; // nobody in the container would notify
        Box.unit("web", "StartLimitIntervalSec=0", command);
        once();
        List<Object> before = state();

        for (int i = 0; i < 50; i++) {
            once();
        }

        assertThat(state()).isEqualTo(before);
        assertThat(Box.docker("ps", "--all", "--quiet")).isEmpty();
    }

    private static void once() throws Exception {
        assertThat(Box.run("systemctl", "start", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();
        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
    }

    /** Control groups in all hierarchies, processes, and files where we or the engine could leave some. */
    private static List<Object> state() throws Exception {
        Box.await("", () -> Box.run("sh", "-c", "pgrep -x containerd-shim || pgrep -f [s]him-runc-v2"));
        return List.of(
                new TreeSet<>(
                        Box.run("find", "/sys/fs/cgroup", "-type", "d").lines().toList()),
                processes(),
                new TreeSet<>(Box.run(
                                "find",
                                "/run/systemd-docker",
                                "/run/fifty.pid",
                                "/run/docker-test",
                                "/tmp/docker",
                                "-maxdepth",
                                "3")
                        .lines()
                        .toList()));
    }

    private static TreeSet<String> processes() throws Exception {
        TreeSet<String> names = new TreeSet<>();
        try (Stream<Path> proc = Files.list(Path.of("/proc"))) {
            for (Path process : proc.filter(
                            path -> path.getFileName().toString().matches("[0-9]+"))
                    .toList()) {
                String name = Box.run("cat", process + "/comm");
                names.add(process.getFileName() + " " + name);
            }
        }
        names.removeIf(name -> name.endsWith(" cat") || name.contains("No such"));
        return names;
    }
}
