package io.github.systemd4j.samples.units;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The first process of a container of dockerd's, and two who restart it. Needs the package docker.io. */
@Tag("v1")
@Timeout(120)
class DockerBoxIT {

    private static final String DOCKER = "/usr/bin/docker";

    @BeforeAll
    static void engine() throws Exception {
        Box.install();
        assertThat(Box.run(
                        "systemd-run",
                        "--quiet",
                        "--unit=engine",
                        "--service-type=notify",
                        "-p",
                        "Delegate=yes",
                        "-p",
                        "KillMode=process",
                        "dockerd",
                        "--iptables=false",
                        "--ip6tables=false",
                        "--bridge=none",
                        "--storage-driver=vfs",
                        "--data-root=/tmp/docker",
                        "--exec-root=/run/docker-test"))
                .isEmpty();
        Image.importTo(DOCKER, "image");
    }

    @AfterEach
    void remove() throws Exception {
        Box.remove("two");
        Box.run(DOCKER, "rm", "--force", "first", "two");
    }

    @AfterAll
    static void stop() throws Exception {
        Box.run("systemctl", "stop", "engine");
    }

    @Test
    void aJvmAsProcess1DoesNotWaitForOrphansAndAnInitDoes() throws Exception {
        assertThat(first(Orphans.class)).isEqualTo("process 1, zombies: " + Orphans.NUMBER);
        assertThat(first(Orphans.class, "--init", "--env=AWAIT_NONE=1")).endsWith(", zombies: 0");
    }

    @ParameterizedTest
    @CsvSource({"SIGTERM, 143, true", "SIGPWR, 137, false", "SIGRTMIN+3, 137, false"})
    void process1HearsWhatItHandles(String signal, int status, boolean isHandled) throws Exception {
        first(Wait.class, "--stop-signal=" + signal);
        assertThat(stopped()).isEqualTo(status);
        assertThat(Box.run(DOCKER, "logs", "first").contains("the hook runs")).isEqualTo(isHandled);
    }

    @Test
    void anInitPassesTermOn() throws Exception {
        first(Wait.class, "--init");
        assertThat(stopped()).isEqualTo(143);
        assertThat(Box.run(DOCKER, "logs", "first")).contains("the hook runs");
    }

    @Test
    void twoOwnersOfRestartsEndInAUnitThatFailedAndAContainerThatRuns() throws Exception {
        String command = String.join(" ", run("two", Wait.class, "--restart=always"));
        Box.service("two", command, "Restart=always", "RestartSec=100ms");
        Box.start("two");
        while (!Box.run(DOCKER, "logs", "two").contains("up")) {
            Thread.onSpinWait();
        }

        Box.run("kill", "-KILL", Box.run(DOCKER, "inspect", "--format={{.State.Pid}}", "two"));

        Box.awaitState("two", "failed");
        assertThat(Box.show("two", "ExecMainStatus")).isEqualTo("125");
        assertThat(Box.log("two")).contains("is already in use").contains("Start request repeated too quickly");
        while (!Box.run(DOCKER, "inspect", "--format={{.State.Running}}", "two").equals("true")) {
            Thread.onSpinWait();
        }
        Box.stop("two");
        assertThat(Box.run(DOCKER, "inspect", "--format={{.State.Running}}", "two"))
                .isEqualTo("true");
    }

    /** The first line of a container whose first process, but for an init, is the program. */
    private static String first(Class<?> program, String... options) throws Exception {
        Box.run(DOCKER, "rm", "--force", "first");
        List<String> all = new ArrayList<>(List.of(options));
        all.add("--detach");
        assertThat(Box.run(run("first", program, all.toArray(String[]::new)))).hasSize(64);
        String said = "";
        while (!said.contains("up")) {
            said = Box.run(DOCKER, "logs", "first");
        }
        return said.lines().findFirst().orElseThrow();
    }

    private static String[] run(String name, Class<?> program, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(DOCKER, "run", "--network=none", "--name=" + name));
        all.addAll(List.of(options));
        for (String mount : Image.mounts()) {
            all.addAll(List.of("-v", mount));
        }
        all.add("image");
        all.addAll(List.of(Box.java(program).strip().split(" ", -1)));
        return all.toArray(String[]::new);
    }

    private static int stopped() throws Exception {
        Box.run(DOCKER, "stop", "--time=1", "first");
        return Integer.parseInt(Box.run(DOCKER, "inspect", "--format={{.State.ExitCode}}", "first"));
    }
}
