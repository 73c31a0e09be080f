package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code --sockets} with podman, in v2: the same jar meets its sockets as systemd passes them. */
@Tag("v2")
@Timeout(600)
class PodmanSocketsBoxIT {

    private static final int RESTARTS = 10;
    private static final String PODMAN =
            "/usr/bin/podman --root /tmp/podman/storage --runroot /run/podman-test --storage-driver vfs --runtime runc";
    private static final String SETTINGS = "Environment=HOME=/root\nExecStop=-" + PODMAN
            + " stop --time 10 web\nRestart=on-failure\nRestartSec=1\nSockets=web.socket\n"
            + "[Unit]\nAfter=web.socket\nRequires=web.socket\nStartLimitIntervalSec=0\n[Service]";

    @BeforeAll
    static void image() throws Exception {
        Box.install();
        Files.createDirectories(Box.UNITS);
        Web.image(PODMAN);
    }

    @AfterEach
    void remove() throws Exception {
        Box.run("systemctl", "stop", "web.socket", "web");
        Box.run("systemctl", "reset-failed", "web");
        podman("rm", "--force", "--all");
    }

    private static String podman(String... arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of(PODMAN.split(" ", -1)));
        words.addAll(List.of(arguments));
        return Box.run(words.toArray(String[]::new));
    }

    /** The limits are what the box permits; --pids-limit 0 because it has no pids controller. */
    private static void listen(int idle, String... own) throws Exception {
        List<String> words = new ArrayList<>(List.of("--engine=" + PODMAN, "--notify", "--sockets"));
        words.addAll(List.of(own));
        words.addAll(List.of("run", "--name=web", "--network=none", "--pids-limit=0"));
        words.addAll(List.of("--ulimit=nofile=1024:1024", "--ulimit=nproc=20000:20000"));
        words.addAll(Web.mounts());
        words.addAll(List.of("activated", "--idle-exit", Integer.toString(idle)));
        Box.unit("web", SETTINGS, words.toArray(String[]::new));
        Web.listen();
    }

    @Test
    void theFirstConnectionStartsItAndItGoesWhenNobodyNeedsIt() throws Exception {
        listen(2, "--rm");

        assertThat(Web.get()).startsWith("HTTP/1.1 200 OK").contains("Hello from process 1, answer 1\n");

        Path container = Path.of("/proc", podman("inspect", "-f", "{{.State.Pid}}", "web"));
        assertThat(Files.readAllLines(container.resolve("net/dev")).stream().skip(2))
                .singleElement()
                .asString()
                .startsWith("    lo:");
        assertThat(Files.readString(container.resolve("environ")).split("\0"))
                .contains("LISTEN_FDS=2", "LISTEN_FDNAMES=http:http", "LISTEN_PID=1")
                .noneMatch(variable -> variable.startsWith(HandedSockets.VARIABLE));
        Box.await("inactive", () -> Box.show("web", "ActiveState"));
        assertThat(Box.show("web", "Result")).isEqualTo("success");
        assertThat(podman("ps", "--all", "--quiet")).isEmpty();

        assertThat(Web.get()).contains("answer 1\n");
    }

    @Test
    void restartsAndKillsUnderLoadRefuseNobody() throws Exception {
        listen(600, "--rm");
        Web.get();
        Load load = Load.on(Web.PORT);
        Map<String, Integer> clean;
        try (load) {
            for (int i = 0; i < RESTARTS; i++) {
                assertThat(Box.run("systemctl", "restart", "web"))
                        .as(() -> Box.log("web"))
                        .isEmpty();
            }
            assertThat(Box.run("kill", "-KILL", Web.wrapper())).isEmpty();
            int before = load.answered();
            Box.await(true, () -> load.answered() > before + 50); // the container goes on
            assertThat(Box.run("systemctl", "restart", "web"))
                    .as(() -> Box.log("web"))
                    .isEmpty();
            clean = load.outcomes();

            String restarts = Box.show("web", "NRestarts");
            assertThat(podman("kill", "web")).isNotEmpty();
            Box.await(false, () -> Box.show("web", "NRestarts").equals(restarts));
            Box.await("active", () -> Box.show("web", "ActiveState"));
            int after = load.answered();
            Box.await(true, () -> load.answered() > after + 50);
        }
        System.out.printf(
                "%d restarts, one of them after a kill of the wrapper: %s; with a kill of the container: %s; the longest took %d ms%n",
                RESTARTS + 1, clean, load.outcomes(), load.longest().toMillis());

        assertThat(clean).containsOnlyKeys(Load.ANSWERED);
        assertThat(load.outcomes().keySet()).isSubsetOf(Load.ANSWERED, Load.CUT);
        assertThat(podman("ps", "--quiet")).isNotEmpty();
    }

    /** Without --rm it is started again as it was made; the sockets are those of now. */
    @Test
    void aContainerThatIsKeptGetsThemAgain() throws Exception {
        listen(1);
        assertThat(Web.get()).contains("answer 1\n");
        String id = podman("ps", "--all", "--quiet");
        Box.await("inactive", () -> Box.show("web", "ActiveState"));

        assertThat(Web.get()).contains("answer 1\n");

        assertThat(podman("ps", "--all", "--quiet")).isEqualTo(id);
    }
}
