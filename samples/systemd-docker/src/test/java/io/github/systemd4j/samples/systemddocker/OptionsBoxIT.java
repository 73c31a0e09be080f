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

/** Each option, on a real dockerd. */
@Tag("v1")
@Timeout(180)
class OptionsBoxIT {

    private static final Path SHARED = Path.of("/run/shared");

    @BeforeEach
    void engine() throws Exception {
        Box.engine();
        Files.createDirectories(SHARED);
    }

    @AfterEach
    void remove() throws Exception {
        Box.remove("web");
    }

    @Test
    void logsAreRecordsThatNameTheContainer() throws Exception {
        Box.start("web", "", "run", "--rm", "--name", "web", "image", "sh", "-c", Box.OBEDIENT);
        Box.await(true, () -> Box.says("web", "oops"));

        String id = Box.docker("inspect", "-f", "{{.Id}}", "web");
        List<String> records = Box.run(
                        "journalctl",
                        "--no-pager",
                        "-o",
                        "verbose",
                        "--output-fields=MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,IMAGE_NAME,_SYSTEMD_UNIT",
                        "CONTAINER_NAME=web",
                        "CONTAINER_ID_FULL=" + id,
                        "CONTAINER_ID=" + id.substring(0, 12))
                .lines()
                .map(String::strip)
                .toList();
        assertThat(records)
                .containsSubsequence("PRIORITY=6", "MESSAGE=hello")
                .containsSubsequence("PRIORITY=3", "MESSAGE=oops")
                .contains("IMAGE_NAME=image", "SYSLOG_IDENTIFIER=web", "_SYSTEMD_UNIT=web.service");
    }

    @Test
    void noLogs() throws Exception {
        Box.start("web", "", "--logs=false", "run", "--rm", "--name", "web", "image", "sh", "-c", Box.OBEDIENT);
        Box.await(true, () -> Box.docker("logs", "web").lines().toList().contains("hello"));

        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();

        assertThat(Box.log("web")).doesNotContain("hello");
    }

    @Test
    void envPassesWhatIsTheContainersToKnow() throws Exception {
        Box.start(
                "web",
                "Environment=ABC=one \"XYZ=two words\" LISTEN_FDS=1 LISTEN_PID=7 WATCHDOG_USEC=5 HOME=/elsewhere",
                "--env",
                "run",
                "--rm",
                "--name=web",
                "image",
                "sh",
                "-c",
                "env; trap 'exit 0' TERM; echo end; while :; do sleep 0.1; done");
        Box.await(true, () -> Box.says("web", "end"));

        String log = Box.log("web");
        assertThat(log.lines())
                .contains("ABC=one", "XYZ=two words")
                .anyMatch(line -> line.startsWith("INVOCATION_ID="));
        assertThat(log)
                .doesNotContain(
                        "NOTIFY_SOCKET=", "LISTEN_", "WATCHDOG_", "JOURNAL_STREAM=", "/elsewhere", "SYSTEMD_EXEC_PID");
        assertThat(Box.run("sh", "-c", "cat /proc/*/cmdline 2>/dev/null | tr '\\0' ' '"))
                .as("no value is on a command line")
                .doesNotContain("two words");
    }

    @Test
    void withoutEnvNothingIsPassed() throws Exception {
        Box.start(
                "web", "Environment=ABC=one", "run", "--rm", "--name=web", "image", "sh", "-c", "env; " + Box.OBEDIENT);
        Box.await(true, () -> Box.says("web", "hello"));

        assertThat(Box.log("web")).doesNotContain("ABC=");
    }

    @Test
    void cgroupsMovesInTheseHierarchiesAlone() throws Exception {
        Box.start(
                "web",
                "",
                "--cgroups",
                "name=systemd",
                "--cgroups=cpu",
                "run",
                "--rm",
                "--name",
                "web",
                "-m",
                "64m",
                "image",
                "sh",
                "-c",
                Box.OBEDIENT);

        long pid = Box.mainPid("web");
        for (String controller : List.of("cpu", "name=systemd", "")) {
            assertThat(Box.group(pid, controller)).as(controller).isEqualTo("/system.slice/web.service");
        }
        for (String controller : List.of("memory", "pids", "devices")) {
            assertThat(Box.group(pid, controller)).as(controller).startsWith("/docker/");
        }
        assertThat(Box.log("web")).as("the engine's limit is in force").doesNotContain("has no effect");
        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        assertThat(Path.of("/proc/" + pid)).doesNotExist();
    }

    @Test
    void anUnknownControllerIsRefusedBeforeAnythingIsStarted() throws Exception {
        Box.unit("web", "", "--cgroups=memroy", "run", "--name=web", "image", "sh", "-c", Box.OBEDIENT);
        Box.run("systemctl", "start", "web");

        assertThat(Box.show("web", "ExecMainStatus")).isEqualTo("64");
        assertThat(Box.log("web")).contains("systemd-docker: --cgroups memroy: there is no such controller here");
        assertThat(Box.docker("ps", "--all", "--quiet")).isEmpty();
    }

    @Test
    void limitsThatTheMoveUndoesAreWarnedOf() throws Exception {
        Box.start("web", "", "run", "--rm", "--name=web", "-m64m", "--cpus=0.5", "image", "sh", "-c", Box.OBEDIENT);

        assertThat(Box.log("web"))
                .contains("-m has no effect: in the hierarchy of memory the container is in the unit's group now."
                        + " Use MemoryMax= in the unit")
                .contains("--cpus has no effect")
                .contains("DevicePolicy=closed");
    }

    @Test
    void pidFile() throws Exception {
        Path file = SHARED.resolve("web.pid");
        Box.start("web", "", "--pid-file=" + file, "run", "--rm", "--name=web", "image", "sh", "-c", Box.OBEDIENT);

        assertThat(file).hasContent(Long.toString(Box.mainPid("web")));

        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        assertThat(SHARED).isEmptyDirectory();
    }

    @Test
    void aPidFileThatCannotBeWrittenEndsTheStart() throws Exception {
        Box.unit(
                "web",
                "",
                "--pid-file=/no/such/web.pid",
                "run",
                "--rm",
                "--name=web",
                "image",
                "sh",
                "-c",
                Box.OBEDIENT);
        Box.run("systemctl", "start", "web");

        assertThat(Box.show("web", "ExecMainStatus")).isEqualTo("74");
        assertThat(Box.log("web")).contains("systemd-docker: --pid-file /no/such/web.pid: it cannot be written: ");
        assertThat(status()).isEmpty();
    }

    @Test
    void theNameOfAnInstanceIsRefusedBeforeAnythingIsStarted() throws Exception {
        Box.unit("web", "", "run", "--rm", "--name=web@1.service", "image", "sh", "-c", Box.OBEDIENT);
        Box.run("systemctl", "start", "web");

        assertThat(Box.show("web", "ExecMainStatus")).isEqualTo("64");
        assertThat(Box.log("web")).contains("in a unit template say --name %p-%i");
    }

    /** A container may write what it likes, and a lot of it just before it ends. */
    @Test
    void logsAreBytesAndComplete() throws Exception {
        Box.start(
                "web",
                "LogRateLimitIntervalSec=0",
                "run",
                "--rm",
                "--name=web",
                "--log-driver=local", // the usual one keeps text alone
                "image",
                "sh",
                "-c",
                "printf 'a\\377b\\n'; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo line $i; done");
        Box.await("inactive", () -> Box.show("web", "ActiveState"));

        List<String> lines =
                Box.log("web").lines().filter(line -> line.startsWith("line ")).toList();
        assertThat(lines).hasSize(20_000).startsWith("line 1").endsWith("line 20000");
        assertThat(Box.run("journalctl", "--no-pager", "-o", "json", "CONTAINER_NAME=web", "--since=-5min"))
                .as("as bytes")
                .contains("\"MESSAGE\":[97,255,98]");
    }

    @Test
    void readyAndTheMainProcessAreToldInOneDatagram() throws Exception {
        assertThat(Box.run("systemctl", "log-level", "debug")).isEmpty();
        try {
            Box.start("web", "", "run", "--rm", "--name=web", "image", "sh", "-c", Box.OBEDIENT);
        } finally {
            Box.run("systemctl", "log-level", "info");
        }
        long pid = Box.mainPid("web");

        assertThat(Box.log("web"))
                .containsPattern("Got notification message from PID \\d+ \\(READY=1, .*MAINPID=" + pid);
    }

    @Test
    void detachingLeavesTheContainerToSystemd() throws Exception {
        Box.start("web", "", "--logs=false", "--rm=false", "run", "--name=web", "image", "sh", "-c", Box.OBEDIENT);

        long pid = Box.mainPid("web");
        Box.await("", () -> Box.wrapper("web"));
        assertThat(Box.show("web", "ActiveState")).isEqualTo("active");
        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        assertThat(Path.of("/proc/" + pid)).doesNotExist();
        Box.await("exited", OptionsBoxIT::status);
    }

    private static String status() throws Exception {
        return Box.docker("ps", "--all", "--format", "{{.State}}", "--filter", "name=^web$");
    }

    @Test
    void dHasNoEffect() throws Exception {
        Box.start("web", "", "run", "-d", "--rm", "--name=web", "image", "sh", "-c", Box.OBEDIENT);

        Box.await(true, () -> Box.says("web", "hello")); // so it is still there, and reads
        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        assertThat(status()).isEmpty();
    }

    @Test
    void aStoppedContainerOfTheNameIsReplacedIfItIsToBeRemoved() throws Exception {
        assertThat(Box.docker("run", "--name=web", "image", "true")).isEmpty();
        String old = Box.docker("inspect", "-f", "{{.Id}}", "web");

        Box.start("web", "", "run", "--rm", "--name=web", "image", "sh", "-c", Box.OBEDIENT);

        assertThat(Box.docker("inspect", "-f", "{{.Id}}", "web")).isNotEqualTo(old);
        assertThat(Box.log("web")).contains("exited, which an earlier run has left");
    }

    @Test
    void aStoppedContainerOfTheNameIsStartedAgainIfItIsToBeKept() throws Exception {
        Box.start("web", "", "--name=web", "run", "image", "sh", "-c", Box.OBEDIENT);
        String id = Box.docker("inspect", "-f", "{{.Id}}", "web");
        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        assertThat(status()).isEqualTo("exited");

        assertThat(Box.run("systemctl", "start", "web")).isEmpty();

        assertThat(Box.docker("inspect", "-f", "{{.Id}}", "web")).isEqualTo(id);
        assertThat(Box.group(Box.mainPid("web"), "memory")).isEqualTo("/system.slice/web.service");
        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        assertThat(Box.log("web").lines().filter(line -> List.of("hello", "bye").contains(line)))
                .as("each run's lines once")
                .containsExactly("hello", "bye", "hello", "bye");
    }

    @Test
    void aPausedContainerOfTheNameIsAdoptedAndRuns() throws Exception {
        Box.docker(
                "run",
                "--detach",
                "--name=web",
                "image",
                "sh",
                "-c",
                "trap 'exit 0' TERM; while :; do echo on; sleep 0.1; done");
        String pid = Box.docker("inspect", "-f", "{{.State.Pid}}", "web");
        assertThat(Box.docker("pause", "web")).isEqualTo("web");

        Box.start("web", "", "--name=web", "--rm", "run", "image", "true");

        assertThat(Box.show("web", "MainPID")).isEqualTo(pid);
        assertThat(status()).isEqualTo("running");
        Box.await(true, () -> Box.says("web", "on"));
        assertThat(Box.log("web")).contains("which is paused, and shall run");
    }

    @Test
    void aRunningContainerOfTheNameIsAdopted() throws Exception {
        String id = Box.docker("run", "--detach", "--name=web", "image", "sh", "-c", Box.OBEDIENT);
        String pid = Box.docker("inspect", "-f", "{{.State.Pid}}", "web");

        Box.start("web", "", "--name=web", "--rm", "run", "image", "true");

        assertThat(Box.docker("inspect", "-f", "{{.Id}}", "web")).isEqualTo(id);
        assertThat(Box.show("web", "MainPID")).isEqualTo(pid);
        assertThat(Box.group(Long.parseLong(pid), "memory")).isEqualTo("/system.slice/web.service");
        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        assertThat(status()).isEmpty();
    }

    @Test
    void oneThatTheEngineRestartsIsNotAdopted() throws Exception {
        Box.docker("run", "--detach", "--restart=always", "--name=web", "image", "sh", "-c", Box.OBEDIENT);
        Box.unit("web", "", "--name=web", "run", "image", "true");
        Box.run("systemctl", "start", "web");

        assertThat(Box.show("web", "ExecMainStatus")).isEqualTo("64");
        assertThat(Box.log("web")).contains("\"update --restart=no web\" leaves it to systemd");
        assertThat(status()).isEqualTo("running");
    }

    @Test
    void oneThatTheEngineWouldRestartIsNotStarted() throws Exception {
        Box.docker("run", "--detach", "--restart=always", "--name=web", "image", "sh", "-c", Box.OBEDIENT);
        assertThat(Box.docker("stop", "web")).isEqualTo("web");
        Box.unit("web", "", "--name=web", "run", "image", "true");
        Box.run("systemctl", "start", "web");

        assertThat(Box.show("web", "ExecMainStatus")).isEqualTo("64");
        assertThat(Box.log("web")).contains("\"update --restart=no web\" leaves it to systemd");
        assertThat(status()).isEqualTo("exited");
    }

    /** Whoever comes by it, before its end or after it, tells how it ended. */
    @Test
    void detachingFromOneThatHasEnded() throws Exception {
        Box.unit("web", "", "--logs=false", "run", "--name=web", "image", "sh", "-c", "exit 7");
        Box.run("systemctl", "start", "web");
        Box.await(true, () -> !Box.show("web", "ActiveState").equals("active"));

        assertThat(Box.show("web", "ExecMainStatus")).isEqualTo("7");
    }

    @Test
    void theEnginesRestartPolicyIsRefused() throws Exception {
        Box.unit("web", "", "run", "--restart", "always", "--name=web", "image", "true");
        Box.run("systemctl", "start", "web");

        assertThat(Box.show("web", "ExecMainStatus")).isEqualTo("64");
        assertThat(Box.log("web")).contains("the engine would restart the container, and systemd too");
        assertThat(status()).isEmpty();
    }

    @Test
    void theContainersOwnArgumentsAreNotLookedAt() throws Exception {
        Box.start(
                "web",
                "",
                "run",
                "--name=web",
                "image",
                "sh",
                "-c",
                "trap 'exit 0' TERM; echo \"$@\"; while :; do sleep 0.1; done",
                "-",
                "--rm",
                "-d",
                "--name=other",
                "--restart=always");
        Box.await(true, () -> Box.says("web", "--rm -d --name=other --restart=always"));

        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        Box.await("exited", OptionsBoxIT::status); // and so it was not removed
    }

    @Test
    void aSignalToTheWrapperReachesTheContainer() throws Exception {
        Box.start(
                "web",
                "",
                "run",
                "--rm",
                "--name=web",
                "image",
                "sh",
                "-c",
                "trap 'echo again' HUP; trap 'exit 0' TERM; echo on; while :; do sleep 0.1; done");
        Box.await(true, () -> Box.says("web", "on"));

        assertThat(Box.run("kill", "-HUP", Box.wrapper("web"))).isEmpty();

        Box.await(true, () -> Box.says("web", "again"));
        assertThat(Box.show("web", "ActiveState")).isEqualTo("active");
    }

    /** As a systemd in a container wants to be told. No JVM can forward it: the first process gets it from systemd. */
    @Test
    void realTimeSignalsReachTheContainerToo() throws Exception {
        Box.start(
                "web",
                "",
                "run",
                "--rm",
                "--name=web",
                "image",
                "sh",
                "-c",
                "trap 'exit 12' 37; echo on; while :; do sleep 0.1; done");
        Box.await(true, () -> Box.says("web", "on"));

        assertThat(Box.run("systemctl", "kill", "--kill-whom=main", "--signal=RTMIN+3", "web"))
                .isEmpty();

        Box.await("failed", () -> Box.show("web", "ActiveState"));
        assertThat(Box.show("web", "ExecMainStatus")).isEqualTo("12");
    }

    @Test
    void aDeathBySignalIsMirrored() throws Exception {
        Box.start("web", "", "run", "--rm", "--name=web", "image", "sleep", "1000");

        // A first process without a handler dies of SIGKILL alone.
        assertThat(Box.run("kill", "-KILL", Long.toString(Box.mainPid("web")))).isEmpty();

        Box.await("failed", () -> Box.show("web", "ActiveState"));
        assertThat(Box.show("web", "ExecMainStatus")).isEqualTo("137");
    }
}
