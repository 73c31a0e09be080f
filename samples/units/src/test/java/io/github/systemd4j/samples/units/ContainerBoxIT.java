package io.github.systemd4j.samples.units;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page's containers by podman, and the first process of a container. */
@Tag("v2")
@Timeout(120)
class ContainerBoxIT {

    private static final String INIT = "--init --init-path=/usr/bin/tini-static ";

    @BeforeAll
    static void images() throws Exception {
        Box.install();
        Image.configurePodman();
        Image.importTo("podman", "localhost/web");
        Image.importTo("podman", "localhost/inner");
    }

    @BeforeEach
    void install() throws Exception {
        Page.install("contained.service", "inner.service");
    }

    @AfterEach
    void remove() throws Exception {
        Box.remove("contained", "inner");
        Box.run("podman", "rm", "--all", "--force", "--time=0");
    }

    @Test
    void asItStands() throws Exception {
        Box.start("contained");

        assertThat(Box.show("contained", "ActiveState")).isEqualTo("active");
        assertThat(Box.log("contained"))
                .containsOnlyOnce("serving http://127.0.0.1:8080")
                .contains("watchdog PT30S");
        assertThat(Box.run("cat", "/proc/" + Box.show("contained", "MainPID") + "/comm"))
                .isEqualTo("conmon");
        assertThat(group("contained")).contains("/contained.service/libpod-payload-");
        Box.stop("contained");
        assertThat(Box.show("contained", "ActiveState")).isEqualTo("inactive");
        assertThat(Box.log("contained")).contains("stopped after 0 requests");
        assertThat(Box.run("podman", "ps", "--all", "--quiet")).isEmpty();
    }

    @Test
    void whatACrashHasLeftIsReplaced() throws Exception {
        Box.start("contained");
        String first = Box.run("podman", "inspect", "--format={{.Id}}", "contained");

        assertThat(Box.run("systemctl", "kill", "--signal=KILL", "contained")).isEmpty(); // podman, conmon, all
        while (Box.number("contained", "NRestarts") == 0) {
            Thread.onSpinWait();
        }
        Box.awaitState("contained", "active");

        assertThat(Box.run("podman", "inspect", "--format={{.Id}}", "contained"))
                .isNotEqualTo(first);
    }

    @Test
    void withoutReplaceWhatACrashHasLeftIsInTheWay() throws Exception {
        Box.write("contained.service.d/without.conf", "[Service]", command("--replace ", ""), "RestartSec=100ms");
        Box.start("contained");

        assertThat(Box.run("systemctl", "kill", "--signal=KILL", "contained")).isEmpty();

        Box.awaitState("contained", "failed");
        assertThat(Box.log("contained")).contains("is already in use").contains("Start request repeated too quickly");
    }

    @Test
    void withoutSplitItIsElsewhere() throws Exception {
        Box.write("contained.service.d/without.conf", "[Service]", command("--cgroups=split ", ""));
        Box.start("contained");

        assertThat(group("contained")).contains("/machine.slice/libpod-").doesNotContain("contained.service");
    }

    @Test
    void withoutReadinessOfItsOwnItIsReadyTooEarly() throws Exception {
        Box.write(
                "contained.service.d/without.conf",
                "[Service]",
                command("--sdnotify=container", "--sdnotify=conmon") + " --slow-start 60");
        Box.start("contained");

        assertThat(Box.show("contained", "ActiveState")).isEqualTo("active");
        assertThat(Box.log("contained")).doesNotContain("serving http");
    }

    @Test
    void withoutSuccessExitStatusEachStopIsAFailure() throws Exception {
        Box.write("contained.service.d/without.conf", "[Service]", "SuccessExitStatus=");
        Box.start("contained");
        Box.stop("contained");

        assertThat(Box.ended("contained")).isEqualTo("failed exit-code 143");
    }

    @Test
    void systemdInsideIsStoppedInGoodOrder() throws Exception {
        Box.start("inner");
        assertThat(group("inner")).endsWith("/init.scope");
        Box.stop("inner");

        assertThat(Box.ended("inner")).isEqualTo("inactive success 0");
        assertThat(Box.log("inner")).doesNotContain("resorting to SIGKILL");
    }

    @Test
    void systemdInsideDoesNotEndByTerm() throws Exception {
        Box.write("inner.service.d/without.conf", "[Service]", "ExecStop=", "TimeoutStopSec=3");
        Box.start("inner");
        Box.stop("inner");

        assertThat(Box.ended("inner")).isEqualTo("failed timeout 9");
    }

    @Test
    void conmonDiesOfTheSignalThatIsMeantForSystemd() throws Exception {
        Box.write("inner.service.d/without.conf", "[Service]", "ExecStop=", "KillSignal=SIGRTMIN+3");
        Box.start("inner");
        Box.stop("inner");

        assertThat(Box.ended("inner")).isEqualTo("failed signal 37");
    }

    @Test
    void aJvmAsProcess1DoesNotWaitForOrphans() throws Exception {
        assertThat(first("", java(Orphans.class))).isEqualTo("process 1, zombies: " + Orphans.NUMBER);
        assertThat(first("", "sh", "-c", "exec " + Box.java(Orphans.class)))
                .isEqualTo("process 1, zombies: " + Orphans.NUMBER);
    }

    @Test
    void othersDo() throws Exception {
        assertThat(first(INIT + "--env=AWAIT_NONE=1 ", java(Orphans.class))).endsWith(", zombies: 0");
        assertThat(first("--env=AWAIT_NONE=1 ", "sh", "-c", Box.java(Orphans.class) + "; exit $?"))
                .endsWith(", zombies: 0");
    }

    /** Of the signal with which podman stops it, 1 s before SIGKILL. */
    @ParameterizedTest
    @CsvSource({"SIGTERM, 143, true", "SIGINT, 130, true", "SIGPWR, 137, false", "SIGRTMIN+3, 137, false"})
    void process1HearsWhatItHandles(String signal, int status, boolean isHandled) throws Exception {
        first("--stop-signal=" + signal + " ", java(Wait.class));
        assertThat(stopped()).isEqualTo(status);
        assertThat(Box.run("podman", "logs", "first").contains("the hook runs")).isEqualTo(isHandled);
    }

    @Test
    void anInitPassesTermOn() throws Exception {
        first(INIT, java(Wait.class));
        assertThat(stopped()).isEqualTo(143);
        assertThat(Box.run("podman", "logs", "first")).contains("the hook runs");
    }

    @Test
    void aShellDoesNot() throws Exception {
        first("", "sh", "-c", Box.java(Wait.class) + "; exit $?");
        assertThat(stopped()).isEqualTo(137);
        assertThat(Box.run("podman", "logs", "first")).doesNotContain("the hook runs");
    }

    private static String[] java(Class<?> program) {
        return Box.java(program).strip().split(" ", -1);
    }

    /** The first line of a container whose first process it is. */
    private static String first(String options, String... command) throws Exception {
        Box.run("podman", "rm", "--force", "--time=0", "first");
        List<String> all =
                new ArrayList<>(List.of("podman", "run", "--detach", "--name=first", "--log-driver=k8s-file"));
        if (!options.isEmpty()) {
            all.addAll(List.of(options.strip().split(" ", -1)));
        }
        all.add("localhost/web");
        all.addAll(List.of(command));
        assertThat(Box.run(all.toArray(String[]::new))).hasSize(64);
        String said = "";
        while (!said.contains("up")) {
            said = Box.run("podman", "logs", "first");
        }
        return said.lines().findFirst().orElseThrow();
    }

    private static int stopped() throws Exception {
        Box.run("podman", "stop", "--time=1", "first");
        return Integer.parseInt(Box.run("podman", "inspect", "--format={{.State.ExitCode}}", "first"));
    }

    /** Where the container's first process is. */
    private static String group(String container) throws Exception {
        String pid = Box.run("podman", "inspect", "--format={{.State.Pid}}", container);
        return Files.readAllLines(Path.of("/proc", pid, "cgroup")).stream()
                .filter(line -> line.startsWith("0::"))
                .findFirst()
                .orElseThrow();
    }

    /** The page's command with something else in it. */
    private static String command(String what, String instead) throws Exception {
        String unit = Page.text("/etc/systemd/system/contained.service").replace("\\\n", " ");
        String command = unit.lines()
                .filter(line -> line.startsWith("ExecStart="))
                .findFirst()
                .orElseThrow();
        assertThat(command).contains(what);
        return "ExecStart=\n" + command.replace(what, instead);
    }
}
