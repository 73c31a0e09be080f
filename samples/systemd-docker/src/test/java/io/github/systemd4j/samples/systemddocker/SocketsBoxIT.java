package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code --sockets} with a real dockerd, by the shipped units: the sockets of the host in a container without a network. */
@Tag("v1")
@Timeout(600)
class SocketsBoxIT {

    private static final int RESTARTS = 10;
    private static final int NEVER = 600;

    @BeforeEach
    void engine() throws Exception {
        Box.engine();
        if (Box.docker("images", "--quiet", "activated").isEmpty()) {
            Web.image("/usr/bin/docker");
        }
    }

    @AfterEach
    void remove() throws Exception {
        Web.remove();
    }

    @Test
    void theFirstConnectionStartsItAndItGoesWhenNobodyNeedsIt() throws Exception {
        Web.units(2);
        assertThat(Box.show("web", "ActiveState")).isEqualTo("inactive");

        assertThat(Web.get()).startsWith("HTTP/1.1 200 OK").contains("Hello from process 1, answer 1\n");

        Path container = Path.of("/proc", Box.docker("inspect", "-f", "{{.State.Pid}}", "web"));
        assertThat(Files.readSymbolicLink(container.resolve("ns/net")))
                .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
        assertThat(Files.readAllLines(container.resolve("net/dev")).stream().skip(2))
                .singleElement()
                .asString()
                .startsWith("    lo:");
        Box.await("inactive", () -> Box.show("web", "ActiveState"));
        assertThat(Box.show("web", "Result")).isEqualTo("success");
        assertThat(Box.docker("ps", "--all", "--quiet")).isEmpty();
        assertThat(Path.of("/run/systemd-docker")).isEmptyDirectory();

        assertThat(Web.get()).contains("answer 1\n");
        assertThat(Box.run("systemd-analyze", "verify", "web.service"))
                .doesNotContain("web.service:")
                .doesNotContain("web.socket:");
    }

    @Test
    void restartsAndKillsUnderLoadRefuseNobody() throws Exception {
        Web.units(NEVER);
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
            assertThat(Box.docker("kill", "web")).isEqualTo("web");
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
        assertThat(Box.run("systemctl", "stop", "web.socket", "web")).doesNotContain("Failed");
        assertThat(Path.of("/run/systemd-docker")).isEmptyDirectory();
    }

    /**
     * Whoever the processes in the container are, and as often as they ask; the engine's own restart makes new ones. By a
     * unit without --notify: there STOPPING=1 of the process that is restarted would be the unit's.
     */
    @Test
    void everyProcessOfTheContainerMayAskAgain() throws Exception {
        List<String> words = new ArrayList<>(List.of("--sockets", "run", "--rm", "--name=web", "--network=none"));
        words.addAll(Web.mounts());
        words.addAll(List.of("--user=1000", "activated"));
        Box.unit("web", "Sockets=web.socket", words.toArray(String[]::new));
        Web.listen();
        assertThat(Web.get()).contains("answer 1\n");

        assertThat(askAgain()).contains("(http), TCP6 listener [::]:8080");
        assertThat(Box.docker("restart", "web")).isEqualTo("web");

        assertThat(Web.get()).contains("Hello from process 1, answer 1\n");
        assertThat(Box.log("web").lines().filter("systemd-docker: gave the container its sockets: http, http"::equals))
                .hasSize(3);
        assertThat(Box.show("web", "ActiveState")).isEqualTo("active");
    }

    /** Another process in the container, which takes the sockets, and ends. Its STOPPING=1 would be the unit's. */
    private static String askAgain() throws Exception {
        List<String> words = new ArrayList<>(List.of("exec", "--env=NOTIFY_SOCKET=", "web"));
        words.addAll(List.of("/usr/bin/java", "-jar", "/opt/activated/activated.jar", "--idle-exit", "1"));
        return Box.docker(words.toArray(String[]::new));
    }

    /** Neither a process of the host's, be it root's, nor another container, even if it has the directory too. */
    @Test
    void nobodyElseGetsThem() throws Exception {
        Web.units(NEVER);
        Web.get();
        Path place = Path.of("/run/systemd-docker/web@sockets");

        assertThat(Box.run("/usr/bin/java", "-jar", "/opt/activated/activated.jar", "--take", place + "/handover"))
                .contains("the other side refused: ")
                .contains("of user 0 is not allowed");
        List<String> words = new ArrayList<>(List.of("/usr/bin/docker", "run", "--rm", "--network=none"));
        words.addAll(Web.mounts());
        words.addAll(List.of("-v=" + place + ":/run/sockets:ro", "--env=SOCKET_HANDOVER=/run/sockets/handover"));
        words.add("activated");
        assertThat(Box.run(words.toArray(String[]::new))).contains("of user 0 is not allowed");

        assertThat(Box.log("web")).containsPattern("EPERM \\(1\\): process [0-9]+ of user 0 is not allowed");
        assertThat(Web.get()).contains("answer 2\n");
    }

    /** The container goes on while its unit is stopped; the next wrapper goes on giving, at the same place. */
    @Test
    void aContainerThatIsAdoptedGetsThemToo() throws Exception {
        Web.units(NEVER);
        Path dropIns = Files.createDirectories(Box.UNITS.resolve("web.service.d"));
        Path dropIn = Files.writeString(dropIns.resolve("test.conf"), "[Service]\nExecStop=\nKillMode=none\n");
        try {
            Web.get();
            String wrapper = Web.wrapper();
            assertThat(Box.run("systemctl", "daemon-reload")).isEmpty();
            assertThat(Box.run("systemctl", "stop", "web")).doesNotContain("Failed");
            assertThat(Box.run("kill", "-KILL", wrapper)).isEmpty();

            assertThat(Box.run("systemctl", "start", "web")).isEmpty();

            assertThat(Box.log("web")).contains("which runs already").doesNotContain("gets no sockets");
            assertThat(askAgain()).contains("(http), TCP6 listener [::]:8080");
        } finally {
            Files.delete(dropIn);
            Box.run("systemctl", "daemon-reload");
        }
    }

    /** Without --rm it is started again as it was made, with the same directory. */
    @Test
    void aContainerThatIsKeptGetsThemAgain() throws Exception {
        List<String> words = new ArrayList<>(List.of("--notify", "--sockets", "run", "--name=web", "--network=none"));
        words.addAll(Web.mounts());
        words.addAll(List.of("activated", "--idle-exit", "1"));
        Box.unit("web", "Sockets=web.socket", words.toArray(String[]::new));
        Web.listen();
        assertThat(Web.get()).contains("answer 1\n");
        String id = Box.docker("ps", "--all", "--quiet");
        Box.await("inactive", () -> Box.show("web", "ActiveState"));

        assertThat(Web.get()).contains("answer 1\n");

        assertThat(Box.docker("ps", "--all", "--quiet")).isEqualTo(id);
    }

    @Test
    void oneThatWasMadeWithoutThemIsSaidTo() throws Exception {
        Box.docker("run", "--detach", "--name=web", "image", "sh", "-c", Box.OBEDIENT);
        Web.units(NEVER);

        assertThat(Box.run("systemctl", "start", "web")).isEmpty();

        assertThat(Box.log("web"))
                .containsPattern("web \\([0-9a-f]{12}\\) gets no sockets: it was made without --sockets");
    }

    @Test
    void withoutTheOptionItIsSaidWhatIsMissing() throws Exception {
        Box.unit("web", "Sockets=web.socket", "run", "--rm", "--name=web", "image", "sh", "-c", Box.OBEDIENT);
        Web.listen();
        assertThat(Box.run("systemctl", "start", "web")).isEmpty();

        assertThat(Box.log("web")).contains("--sockets gives them to the container");
    }
}
