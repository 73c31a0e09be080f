package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code --engine podman}, which has no daemon, in v2. Needs podman, runc and busybox-static. */
@Tag("v2")
@Timeout(180)
class PodmanBoxIT {

    private static final String PODMAN =
            "/usr/bin/podman --root /tmp/podman/storage --runroot /run/podman-test --storage-driver vfs --runtime runc";
    /** By podman, or its conmon, which is in the unit and writes the log, would be told to stop beside the container. */
    private static final String SETTINGS = "Environment=HOME=/root\nExecStop=-" + PODMAN + " stop --time 10 web";

    @BeforeAll
    static void image() throws Exception {
        Box.install();
        Path files = Files.createTempDirectory("image");
        Files.createDirectories(files.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), files.resolve("bin/busybox"));
        assertThat(Box.run("chmod", "755", files.toString(), files + "/bin/busybox"))
                .isEmpty();
        for (String command : List.of("sh", "sleep")) {
            Files.createSymbolicLink(files.resolve("bin/" + command), Path.of("busybox"));
        }
        assertThat(Box.run("sh", "-c", "tar -C " + files + " -c . | " + PODMAN + " import - image"))
                .contains("sha256:");
    }

    @AfterEach
    void remove() throws Exception {
        Box.run("systemctl", "stop", "web");
        Box.run("systemctl", "reset-failed", "web");
        podman("rm", "--force", "--all");
    }

    private static String podman(String... arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of(PODMAN.split(" ", -1)));
        words.addAll(List.of(arguments));
        return Box.run(words.toArray(String[]::new));
    }

    /** The limits are what the box permits; --pids-limit 0 because it has no pids controller. */
    private static void start(String... more) throws Exception {
        List<String> words = new ArrayList<>(List.of("--engine=" + PODMAN, "run", "--rm", "--name=web"));
        words.addAll(List.of("--network=none", "--pids-limit=0"));
        words.addAll(List.of("--ulimit=nofile=1024:1024", "--ulimit=nproc=20000:20000"));
        words.addAll(Arrays.asList(more));
        words.addAll(List.of("image", "sh", "-c", Box.OBEDIENT));
        Box.start("web", SETTINGS, words.toArray(String[]::new));
    }

    @Test
    void theContainerIsInTheUnit() throws Exception {
        start();

        long pid = Box.mainPid("web");
        assertThat(Long.toString(pid)).isEqualTo(podman("inspect", "-f", "{{.State.Pid}}", "web"));
        assertThat(Box.group(pid, "")).isEqualTo("/system.slice/web.service");

        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        assertThat(Path.of("/proc/" + pid)).doesNotExist();
        assertThat(podman("ps", "--all", "--quiet")).isEmpty();
        assertThat(Box.run("systemctl", "list-units", "--no-legend", "libpod-*"))
                .isEmpty();
    }

    @Test
    void itsExitStatusIsTheUnits() throws Exception {
        start();
        Box.await(true, () -> Box.says("web", "hello"));

        assertThat(Box.run("kill", Long.toString(Box.mainPid("web")))).isEmpty();

        Box.await("failed", () -> Box.show("web", "ActiveState"));
        assertThat(Box.show("web", "ExecMainStatus")).isEqualTo("3");
    }

    @Test
    void eachLineIsLoggedOnceByWhomeverItIs() throws Exception {
        for (String driver : List.of("journald", "k8s-file")) {
            start("--log-driver=" + driver);
            Box.await(true, () -> Box.says("web", "hello"));
            assertThat(Box.run("systemctl", "stop", "web")).isEmpty();

            assertThat(Box.log("web")
                            .lines()
                            .filter(line -> List.of("hello", "oops", "bye").contains(line)))
                    .as(driver)
                    .containsExactlyInAnyOrder("hello", "oops", "bye");
        }
    }

    /** Podman goes on to say that it is up: conmon, which would know, was killed with it. */
    @Test
    void afterAKillOfAllTheNextStartWorks() throws Exception {
        start();
        assertThat(Box.run("systemctl", "kill", "--signal=KILL", "web")).isEmpty();
        Box.await("inactive", () -> Box.show("web", "ActiveState").replace("failed", "inactive"));

        assertThat(Box.run("systemctl", "start", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();

        assertThat(podman("ps", "--all", "--format={{.Status}}")).startsWith("Up");
        assertThat(Box.group(Box.mainPid("web"), "")).isEqualTo("/system.slice/web.service");
    }
}
