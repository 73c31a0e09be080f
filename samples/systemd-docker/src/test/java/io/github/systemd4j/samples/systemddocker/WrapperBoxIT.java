package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A container of a real dockerd as a service: where it runs, how it ends, and what a kill leaves. */
@Tag("v1")
@Timeout(180)
class WrapperBoxIT {

    @BeforeEach
    void engine() throws Exception {
        Box.engine();
    }

    @AfterEach
    void remove() throws Exception {
        Box.remove("web");
    }

    private static String status() throws Exception {
        return Box.docker("ps", "--all", "--format", "{{.State}}", "--filter", "name=^web$");
    }

    @Test
    void theContainerIsInTheUnitAndTheEngineIsNot() throws Exception {
        List<Long> engine = engineProcesses();

        Box.start("web", "", "run", "--rm", "--name", "web", "image", "sh", "-c", Box.OBEDIENT);

        long pid = Box.mainPid("web");
        assertThat(Long.toString(pid)).isEqualTo(Box.docker("inspect", "-f", "{{.State.Pid}}", "web"));
        for (String controller : List.of("cpu", "memory", "pids", "devices", "name=systemd", "")) {
            assertThat(Box.group(pid, controller)).as(controller).isEqualTo("/system.slice/web.service");
        }
        assertThat(Box.run("systemctl", "status", "--no-pager", "--full", "web"))
                .contains("Active: active (running)")
                .contains("Main PID: " + pid + " (sh)")
                .contains("\u2500" + pid + " sh -c")
                .containsPattern("Status: \"web \\([0-9a-f]{12}\\) runs\"");
        for (long process : engine) {
            assertThat(Box.group(process, "name=systemd")).isEqualTo("/system.slice/engine.service");
        }
    }

    private static List<Long> engineProcesses() throws Exception {
        return Files.readAllLines(Path.of("/sys/fs/cgroup/systemd/system.slice/engine.service/cgroup.procs")).stream()
                .map(Long::parseLong)
                .toList();
    }

    @Test
    void theLimitOfTheUnitKillsAHog() throws Exception {
        Box.start(
                "web",
                "MemoryMax=400M\nOOMPolicy=continue",
                "run",
                "--rm",
                "--name",
                "web",
                "image",
                "sh",
                "-c",
                "trap 'exit 0' TERM; sh -c 'x=1234567890; while :; do x=$x$x; done'; echo eaten $?; while :; do sleep 0.1; done");

        Box.await(true, () -> Box.says("web", "eaten 137"));
        assertThat(Box.show("web", "ActiveState")).isEqualTo("active");
    }

    @Test
    void stopStopsAndRemoves() throws Exception {
        Box.start("web", "", "run", "--rm", "--name", "web", "image", "sh", "-c", Box.OBEDIENT);
        long pid = Box.mainPid("web");

        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();

        assertThat(status()).isEmpty();
        assertThat(Path.of("/proc/" + pid)).doesNotExist();
        assertThat(Path.of("/sys/fs/cgroup/systemd/system.slice/web.service")).doesNotExist();
        assertThat(Box.log("web").lines()).as("nothing is lost at the end").contains("hello", "oops", "bye");
    }

    @Test
    void theEnginesOwnStopEndsTheUnit() throws Exception {
        Box.start("web", "", "run", "--rm", "--name", "web", "image", "sh", "-c", Box.OBEDIENT);

        assertThat(Box.docker("stop", "web")).isEqualTo("web");

        Box.await("failed", () -> Box.show("web", "ActiveState")); // with 3
        assertThat(Box.show("web", "ExecMainStatus")).isEqualTo("3");
        assertThat(status()).isEmpty();
    }

    @Test
    void afterAKillOfTheWrapperTheNextStartWorks() throws Exception {
        Box.start("web", "", "run", "--rm", "--name", "web", "image", "sh", "-c", Box.OBEDIENT);
        long container = Box.mainPid("web");

        assertThat(Box.run("kill", "-KILL", Box.wrapper("web"))).isEmpty();
        assertThat(Path.of("/proc/" + container)).as("systemd goes on with it").exists();
        assertThat(Box.run("systemctl", "restart", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();

        assertThat(Box.mainPid("web")).isNotEqualTo(container);
        assertThat(status()).isEqualTo("running");
        assertThat(Path.of("/proc/" + container)).doesNotExist();
    }

    @Test
    void afterAKillOfAllTheNextStartWorks() throws Exception {
        Box.start("web", "", "run", "--rm", "--name", "web", "image", "sh", "-c", Box.OBEDIENT);

        Box.killAll("web");
        Box.await("exited", WrapperBoxIT::status);
        assertThat(Box.run("systemctl", "restart", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();

        assertThat(status()).isEqualTo("running");
        assertThat(Box.log("web")).contains("exited, which an earlier run has left");
    }

    @Test
    void afterAKillOfTheDaemonTheNextStartWorks() throws Exception {
        Box.start("web", "", "run", "--rm", "--name", "web", "image", "sh", "-c", Box.OBEDIENT);
        long container = Box.mainPid("web");

        assertThat(Box.run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "engine"))
                .isEmpty();
        Box.await("failed", () -> Box.show("engine", "ActiveState"));
        Box.await(true, () -> Box.show("web", "StatusText").endsWith("its engine does not answer"));
        assertThat(Path.of("/proc/" + container))
                .as("it goes on without its engine")
                .exists();

        Box.engine(); // which ends what it finds running
        Box.await("failed", () -> Box.show("web", "ActiveState").replace("inactive", "failed"));
        assertThat(Box.run("systemctl", "start", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();
        assertThat(status()).isEqualTo("running");
    }

    @Test
    void aContainerWithoutANameThatAKillHasLeftIsFound() throws Exception {
        Box.start("web", "", "run", "--rm", "image", "sh", "-c", Box.OBEDIENT);
        Box.killAll("web");

        assertThat(Box.run("systemctl", "restart", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();
        assertThat(Box.docker("ps", "--all", "--quiet").lines()).hasSize(1);

        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        assertThat(Box.docker("ps", "--all", "--quiet")).isEmpty();
    }
}
