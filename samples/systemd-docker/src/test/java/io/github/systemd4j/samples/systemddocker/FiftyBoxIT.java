package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
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
        Box.unit(
                "web",
                "",
                "--env",
                "--pid-file=/run/fifty.pid",
                "run",
                "--rm",
                "--name=web",
                "image",
                "sh",
                "-c",
                Box.OBEDIENT);
        once();
        Set<String> before = state();

        for (int i = 0; i < 50; i++) {
            once();
        }

        assertThat(state()).isSubsetOf(before);
        assertThat(Box.docker("ps", "--all", "--quiet")).isEmpty();
    }

    private static void once() throws Exception {
        assertThat(Box.run("systemctl", "start", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();
        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
    }

    /**
     * Control groups in all hierarchies, processes, and files where we or the engine could leave some. But for the names of
     * network namespaces, which dockerd removes when it has time.
     */
    private static Set<String> state() throws Exception {
        Box.await("", () -> Box.run("pgrep", "-f", "[s]him-runc-v2"));
        String find =
                "find /sys/fs/cgroup -type d; find /run/systemd-docker /run/fifty.pid /run/docker-test /tmp/docker"
                        + " -maxdepth 3 -not -path '*/netns/*'";
        Set<String> all = processes();
        Box.run("sh", "-c", find).lines().forEach(all::add);
        return all;
    }

    private static Set<String> processes() throws Exception {
        Set<String> names = new TreeSet<>();
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
