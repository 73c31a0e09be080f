package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An engine that is installed and does not answer: its socket is there, and it has ended or hangs. */
@Tag("v1")
@Timeout(300)
class EngineAwayBoxIT {

    @BeforeEach
    void engine() throws Exception {
        Box.engine();
        Box.docker("rm", "--force", "web");
    }

    @AfterEach
    void remove() throws Exception {
        Box.run("systemctl", "kill", "--signal=CONT", "engine");
        Box.engine();
        Box.remove("web");
    }

    private static void kill() throws Exception {
        Box.run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "engine");
        Box.await("failed", () -> Box.show("engine", "ActiveState"));
        assertThat(Path.of("/run/docker.sock")).exists();
    }

    private static void hang() throws Exception {
        assertThat(Box.run("kill", "-STOP", Box.show("engine", "MainPID"))).isEmpty();
    }

    private static void assertUnavailable(String because) throws Exception {
        assertThat(Box.show("web", "ExecMainStatus")).as(() -> Box.log("web")).isEqualTo("69");
        assertThat(Box.log("web").lines().filter(line -> line.startsWith("systemd-docker: ")))
                .last()
                .asString()
                .contains(because);
    }

    @Test
    void aDeadOneStartsNothing() throws Exception {
        Box.unit("web", "", "run", "--rm", "--name=web", "image", "sh", "-c", Box.OBEDIENT);
        kill();

        Box.run("systemctl", "start", "web");

        assertUnavailable("docker: the engine does not answer: Cannot connect to the Docker daemon");
    }

    @Test
    void oneThatHangsIsNotWaitedForForEver() throws Exception {
        Box.unit("web", "", "run", "--rm", "--name=web", "image", "sh", "-c", Box.OBEDIENT);
        hang();

        Box.run("systemctl", "start", "web");

        assertUnavailable("docker ps: the engine does not answer within 30 s");
    }

    @Test
    void ifItStaysAwayAndTheContainerEndsTheUnitDoesToo() throws Exception {
        Box.start("web", "", "run", "--rm", "--name=web", "image", "sh", "-c", Box.OBEDIENT);
        kill();
        assertThat(Box.run("kill", "-KILL", Box.show("web", "MainPID"))).isEmpty();

        Box.await("failed", () -> Box.show("web", "ActiveState"));
        assertUnavailable("docker: the engine does not answer");

        Box.engine();
        assertThat(Box.run("systemctl", "start", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();
        assertThat(Box.docker("ps", "--all", "--quiet").lines()).hasSize(1);
    }

    /** Its client waits for ever then; that the container has ended is seen without it. */
    @Test
    void ifItHangsAndTheContainerEndsTheUnitDoesToo() throws Exception {
        Box.start("web", "", "run", "--rm", "--name=web", "image", "sh", "-c", Box.OBEDIENT);
        String pid = Box.show("web", "MainPID");
        hang();
        assertThat(Box.run("kill", "-KILL", pid)).isEmpty();

        Box.await("failed", () -> Box.show("web", "ActiveState"));
        assertUnavailable("the engine does not answer within 30 s");
        assertThat(Files.exists(Path.of("/proc", pid, "exe"))).isFalse();
    }

    /** While it hangs, systemd stops the unit in the time that it gives. */
    @Test
    void aStopDoesNotDependOnIt() throws Exception {
        Box.start("web", "TimeoutStopSec=20", "run", "--rm", "--name=web", "image", "sh", "-c", Box.OBEDIENT);
        String pid = Box.show("web", "MainPID");
        hang();

        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();

        assertThat(Files.exists(Path.of("/proc", pid, "exe"))).isFalse();
        Box.await(true, () -> Box.processes("web").isEmpty());
        Box.run("systemctl", "kill", "--signal=CONT", "engine");
        assertThat(Box.run("systemctl", "start", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();
    }
}
