package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the users of systemd-docker have met, by the numbers of its issues. */
@Tag("v1")
@Timeout(180)
class IssuesBoxIT {

    @BeforeEach
    void engine() throws Exception {
        Box.engine();
    }

    @AfterEach
    void remove() throws Exception {
        Box.remove("web");
    }

    /** A client that says something else than the engine, for one verb. */
    private static Path client(String name, String verb, String answer) throws Exception {
        Path script = Path.of("/opt/systemd-docker", name);
        Files.writeString(
                script,
                "#!/bin/sh\nif [ \"$1\" = " + verb + " ]; then\n" + answer + "\nfi\nexec /usr/bin/docker \"$@\"\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }

    /** 25: could --cgroup-parent not do it? It may be given; in the unit itself are then only those that are moved. */
    @Test
    void theEngineMayBeToldWhereToMakeItsGroups() throws Exception {
        for (String parent : new String[] {"/elsewhere", "/system.slice/web.service"}) {
            Box.start(
                    "web",
                    "",
                    "run",
                    "--rm",
                    "--name=web",
                    "--cgroup-parent=" + parent,
                    "image",
                    "sh",
                    "-c",
                    Box.OBEDIENT);

            for (String controller : new String[] {"cpu", "memory", "name=systemd", ""}) {
                assertThat(Box.group(Box.mainPid("web"), controller))
                        .as(parent + " " + controller)
                        .isEqualTo("/system.slice/web.service");
            }
            assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
            assertThat(Path.of("/sys/fs/cgroup/systemd/system.slice/web.service"))
                    .doesNotExist();
        }
    }

    /** 27: the engine itself was moved into the unit of a container, and stopped with it. */
    @Test
    void theEngineIsNotMovedWhateverPidIsNamed() throws Exception {
        String engine = Box.show("engine", "MainPID");
        Path client = client(
                "wrong-pid",
                "inspect",
                "/usr/bin/docker \"$@\" | sed '4s/.*/" + engine + "/'; exit"); // the fourth line is the pid
        Box.unit("web", "", "--engine=" + client, "run", "--rm", "--name=web", "image", "sh", "-c", Box.OBEDIENT);
        Box.run("systemctl", "start", "web");

        assertThat(Box.show("web", "ExecMainStatus")).as(() -> Box.log("web")).isEqualTo("71");
        assertThat(Box.log("web")).contains("which is not the group of container");
        assertThat(Box.group(Long.parseLong(engine), "name=systemd")).isEqualTo("/system.slice/engine.service");
        assertThat(Box.group(Long.parseLong(engine), "memory")).isEqualTo("/system.slice/engine.service");
        assertThat(Box.docker("ps", "--all", "--quiet"))
                .as("nothing runs outside of its unit")
                .isEmpty();
    }

    /** 27 as well: there is no pid, because the container has ended already. */
    @Test
    void aContainerThatEndsAtOnce() throws Exception {
        Box.unit("web", "", "run", "--rm", "--name=web", "image", "sh", "-c", "echo short; exit 7");
        Box.run("systemctl", "start", "web");

        Box.await("failed", () -> Box.show("web", "ActiveState"));
        assertThat(Box.show("web", "ExecMainStatus")).as(() -> Box.log("web")).isEqualTo("7");
        assertThat(Box.says("web", "short")).isTrue();
        assertThat(Box.docker("ps", "--all", "--quiet")).isEmpty();
    }

    /** 41: the exit status is not respected. systemd does not hear of the end of a process that is not its child. */
    @Test
    void theExitStatusIsTheUnits() throws Exception {
        Box.start(
                "web",
                "",
                "run",
                "--rm",
                "--name=web",
                "image",
                "sh",
                "-c",
                "trap 'exit 42' TERM; echo on; " + "while :; do sleep 0.1; done");
        Box.await(true, () -> Box.says("web", "on"));

        assertThat(Box.run("kill", Long.toString(Box.mainPid("web")))).isEmpty();

        Box.await("failed", () -> Box.show("web", "ActiveState"));
        assertThat(Box.show("web", "Result")).isEqualTo("exit-code");
        assertThat(Box.show("web", "ExecMainStatus")).isEqualTo("42");
    }

    /** 44: no logs any more after "docker restart". */
    @Test
    void anEnginesRestartKeepsUnitAndLogs() throws Exception {
        Box.start(
                "web",
                "",
                "run",
                "--rm",
                "--name=web",
                "image",
                "sh",
                "-c",
                "trap 'exit 0' TERM; echo from $$ since" + " $(cat /proc/uptime); while :; do sleep 0.1; done");
        long first = Box.mainPid("web");
        Box.await(
                1L,
                () -> Box.log("web")
                        .lines()
                        .filter(line -> line.startsWith("from 1 since"))
                        .count());

        assertThat(Box.docker("restart", "web")).isEqualTo("web");

        Box.await(
                2L,
                () -> Box.log("web")
                        .lines()
                        .filter(line -> line.startsWith("from 1 since"))
                        .distinct()
                        .count());
        assertThat(Box.log("web").lines().filter(line -> line.startsWith("from 1 since")))
                .hasSize(2);
        Box.await(true, () -> Box.mainPid("web") != first);
        assertThat(Box.show("web", "ActiveState")).isEqualTo("active");
        assertThat(Box.group(Box.mainPid("web"), "memory")).isEqualTo("/system.slice/web.service");
    }

    /** 50 with the client and the engine as they are, in the oldest and the newest words that both know. */
    @Test
    void whicheverVersionOfTheInterfaceTheClientSpeaks() throws Exception {
        String oldest = Box.docker("version", "--format", "{{.Server.MinAPIVersion}}");
        String newest = Box.docker("version", "--format", "{{.Server.APIVersion}}");
        assertThat(oldest).isNotEqualTo(newest);
        for (String version : new String[] {oldest, newest}) {
            Box.start(
                    "web",
                    "Environment=DOCKER_API_VERSION=" + version,
                    "run",
                    "--rm",
                    "--name=web",
                    "image",
                    "sh",
                    "-c",
                    Box.OBEDIENT);
            Box.await(true, () -> Box.says("web", "hello"));
            assertThat(Box.group(Box.mainPid("web"), "memory")).isEqualTo("/system.slice/web.service");
            assertThat(Box.docker("stop", "web")).isEqualTo("web");
            Box.await("failed", () -> Box.show("web", "ActiveState"));
            assertThat(Box.show("web", "ExecMainStatus")).as(version).isEqualTo("3");
        }
    }

    /** 50: "json: cannot unmarshal", since an engine answers more, or otherwise, than the client knew. */
    @Test
    void whatANewEngineAnswersBesideDoesNotMatter() throws Exception {
        Path client = client(
                "newer",
                "inspect",
                "case \"$*\" in *--format*) ;; *) echo '[{\"Id\": 1, \"State\": \"new\"}]'; exit ;; esac");
        Box.start("web", "", "--engine=" + client, "run", "--rm", "--name=web", "image", "sh", "-c", Box.OBEDIENT);

        assertThat(Box.show("web", "ActiveState")).isEqualTo("active");
    }
}
