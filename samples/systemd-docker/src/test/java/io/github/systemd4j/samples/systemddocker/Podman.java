package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the tests with podman have in common. Needs podman, runc and busybox-static. */
final class Podman {

    static final String COMMAND =
            "/usr/bin/podman --root /tmp/podman/storage --runroot /run/podman-test --storage-driver vfs --runtime runc";
    /** By podman, or its conmon, which is in the unit and writes the log, would be told to stop beside the container. */
    private static final String SETTINGS = "Environment=HOME=/root\nExecStop=-" + COMMAND + " stop --time 10 web\n";
    /** What the box permits; --pids-limit 0 because it has no pids controller in v2. */
    private static final List<String> LIMITS =
            List.of("--network=none", "--pids-limit=0", "--ulimit=nofile=1024:1024", "--ulimit=nproc=20000:20000");

    private Podman() {}

    static void image() throws Exception {
        Box.install();
        Path files = Files.createTempDirectory("image");
        Files.createDirectories(files.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), files.resolve("bin/busybox"));
        assertThat(Box.run("chmod", "755", files.toString(), files + "/bin/busybox"))
                .isEmpty();
        for (String command : List.of("sh", "sleep", "env")) {
            Files.createSymbolicLink(files.resolve("bin/" + command), Path.of("busybox"));
        }
        assertThat(Box.run("sh", "-c", "tar -C " + files + " -c . | " + COMMAND + " import - image"))
                .contains("sha256:");
    }

    static void removeAll() throws Exception {
        Box.run("systemctl", "stop", "web");
        Box.run("systemctl", "reset-failed", "web");
        run("rm", "--force", "--all");
    }

    static String run(String... arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of(COMMAND.split(" ", -1)));
        words.addAll(List.of(arguments));
        return Box.run(words.toArray(String[]::new));
    }

    /** A unit with the container "web", not started. */
    static void unit(String settings, List<String> ours, List<String> engines, String script) throws Exception {
        List<String> words = new ArrayList<>(List.of("--engine=" + COMMAND));
        words.addAll(ours);
        words.addAll(List.of("run", "--name=web"));
        words.addAll(LIMITS);
        words.addAll(engines);
        words.addAll(List.of("image", "sh", "-c", script));
        Box.unit("web", SETTINGS + settings, words.toArray(String[]::new));
    }

    /** Our program in a scope, as from a terminal: in no service. */
    static String inScope(String... command) throws Exception {
        List<String> words = new ArrayList<>(List.of("systemd-run", "--scope", "--quiet"));
        words.addAll(Box.program("--engine=" + COMMAND, "run", "--rm"));
        words.addAll(LIMITS);
        words.add("image");
        words.addAll(Arrays.asList(command));
        return Box.run(words.toArray(String[]::new));
    }

    /** The same with --rm, started. */
    static void start(String... engines) throws Exception {
        List<String> words = new ArrayList<>(List.of("--rm"));
        words.addAll(Arrays.asList(engines));
        unit("", List.of(), words, Box.OBEDIENT);
        start();
    }

    private static void start() {
        try {
            assertThat(Box.run("systemctl", "start", "web"))
                    .as(() -> Box.log("web"))
                    .isEmpty();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
