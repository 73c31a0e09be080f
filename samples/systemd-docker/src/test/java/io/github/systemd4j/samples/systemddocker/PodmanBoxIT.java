package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code --engine podman}, which has no daemon. */
@Tag("v1")
@Tag("v2")
@Timeout(180)
class PodmanBoxIT {

    @BeforeAll
    static void image() throws Exception {
        Podman.image();
    }

    @AfterEach
    void remove() throws Exception {
        Podman.removeAll();
    }

    @Test
    void theContainerIsInTheUnit() throws Exception {
        Podman.start();

        long pid = Box.mainPid("web");
        assertThat(Long.toString(pid)).isEqualTo(Podman.run("inspect", "-f", "{{.State.Pid}}", "web"));
        assertThat(Box.group(pid, "")).isEqualTo("/system.slice/web.service");

        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        assertThat(Path.of("/proc/" + pid)).doesNotExist();
        assertThat(Podman.run("ps", "--all", "--quiet")).isEmpty();
        assertThat(Box.run("systemctl", "list-units", "--no-legend", "libpod-*"))
                .isEmpty();
    }

    @Test
    void itsExitStatusIsTheUnits() throws Exception {
        Podman.start();
        Box.await(true, () -> Box.says("web", "hello"));

        assertThat(Box.run("kill", Long.toString(Box.mainPid("web")))).isEmpty();

        Box.await("failed", () -> Box.show("web", "ActiveState"));
        assertThat(Box.show("web", "ExecMainStatus")).isEqualTo("3");
    }

    @Test
    void eachLineIsLoggedOnceByWhomeverItIs() throws Exception {
        for (String driver : List.of("journald", "k8s-file")) {
            Podman.start("--log-driver=" + driver);
            Box.await(true, () -> Box.says("web", "hello"));
            assertThat(Box.run("systemctl", "stop", "web")).isEmpty();

            assertThat(Box.log("web")
                            .lines()
                            .filter(line -> List.of("hello", "oops", "bye").contains(line)))
                    .as(driver)
                    .containsExactlyInAnyOrder("hello", "oops", "bye");
        }
    }

    /** Podman's helper gives all that is written at once the same time. */
    @Test
    void linesThatAreWrittenAtOnceAreAllLogged() throws Exception {
        Podman.unit(
                "",
                List.of(),
                List.of("--rm", "--log-driver=k8s-file"),
                "trap 'exit 0' TERM; printf 'one\\ntwo\\nthree\\nfour\\n'; while :; do sleep 0.1; done");
        assertThat(Box.run("systemctl", "start", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();
        Box.await(true, () -> Box.says("web", "four"));

        assertThat(Box.log("web").lines()).containsSubsequence("one", "two", "three", "four");
    }

    /** Podman finds any value of a label that one asks for without one. */
    @Test
    void whatHasNoNameAndNoUnitRemovesNobodyElses() throws Exception {
        Podman.start("--label=io.github.systemd4j.unit=/system.slice/other.service");
        long pid = Box.mainPid("web");

        assertThat(Podman.inScope("sh", "-c", "echo done")).contains("done");

        assertThat(Podman.run("inspect", "-f", "{{.State.Pid}}", "web")).isEqualTo(Long.toString(pid));
    }

    @Test
    void itsOwnStopEndsTheUnit() throws Exception {
        Podman.start();
        Box.await(true, () -> Box.says("web", "hello"));

        assertThat(Podman.run("stop", "web")).endsWith("web");

        Box.await("failed", () -> Box.show("web", "ActiveState"));
        assertThat(Box.show("web", "ExecMainStatus")).isEqualTo("3");
        assertThat(Podman.run("ps", "--all", "--quiet")).isEmpty();
    }

    @Test
    void envPassesWhatIsTheContainersToKnow() throws Exception {
        Podman.unit(
                "Environment=ABC=one \"XYZ=two words\" LISTEN_FDS=1 LISTEN_PID=7 WATCHDOG_USEC=5",
                List.of("--env"),
                List.of("--rm"),
                "env; trap 'exit 0' TERM; echo end; while :; do sleep 0.1; done");
        assertThat(Box.run("systemctl", "start", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();
        Box.await(true, () -> Box.says("web", "end"));

        String log = Box.log("web");
        assertThat(log.lines()).contains("ABC=one", "XYZ=two words").doesNotContain("HOME=/elsewhere");
        assertThat(log).doesNotContain("NOTIFY_SOCKET=", "LISTEN_", "WATCHDOG_", "JOURNAL_STREAM=");
    }

    @Test
    void readyIsWhatTheContainerSays() throws Exception {
        List<String> words = new ArrayList<>(List.of("--rm", "-v=/usr:/usr:ro"));
        for (String library : List.of("/lib", "/lib64")) {
            words.add("-v=" + library + ":" + library + ":ro");
        }
        Podman.unit(
                "WatchdogSec=60s",
                List.of("--notify"),
                words,
                "trap 'exit 0' TERM; /usr/bin/systemd-notify --status=warm --ready; /usr/bin/systemd-notify WATCHDOG=1;"
                        + " echo usec $WATCHDOG_USEC; while :; do sleep 0.1; done");
        assertThat(Box.run("systemctl", "start", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();

        assertThat(Box.show("web", "StatusText")).isEqualTo("warm");
        assertThat(Box.show("web", "MainPID")).isEqualTo(Podman.run("inspect", "-f", "{{.State.Pid}}", "web"));
        Box.await(true, () -> Box.says("web", "usec 60000000"));

        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        assertThat(Path.of("/run/systemd-docker")).isEmptyDirectory();
    }

    /** Podman goes on to say that it is up: conmon, which would know, was killed with it. */
    @Test
    void afterAKillOfAllTheNextStartWorks() throws Exception {
        Podman.start();
        Box.killAll("web");

        assertThat(Box.run("systemctl", "restart", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();

        assertThat(Podman.run("ps", "--all", "--format={{.Status}}")).startsWith("Up");
        assertThat(Box.group(Box.mainPid("web"), "")).isEqualTo("/system.slice/web.service");
    }

    @Test
    void aKeptContainerIsStartedAgainAndItsLogGoesOn() throws Exception {
        Podman.unit("", List.of(), List.of("--log-driver=k8s-file"), Box.OBEDIENT);
        for (int i = 0; i < 2; i++) {
            assertThat(Box.run("systemctl", "start", "web"))
                    .as(() -> Box.log("web"))
                    .isEmpty();
            assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        }

        assertThat(Podman.run("ps", "--all", "--quiet").lines()).hasSize(1);
        assertThat(Box.log("web").lines().filter(line -> List.of("hello", "bye").contains(line)))
                .as(() -> Box.log("web"))
                .containsExactly("hello", "bye", "hello", "bye");
    }

    /** What was to be kept was killed with its conmon: podman 4 never starts that again. It is not removed unasked. */
    @Test
    void whatPodmanCannotStartAgainIsSaid() throws Exception {
        Podman.unit("", List.of(), List.of(), Box.OBEDIENT);
        assertThat(Box.run("systemctl", "start", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();
        Box.killAll("web");

        Box.run("systemctl", "restart", "web");

        assertThat(Box.show("web", "ActiveState")).isEqualTo("failed");
        assertThat(Box.log("web")).contains("remove it (rm --force web)");
        assertThat(Podman.run("ps", "--all", "--quiet").lines()).hasSize(1);
        assertThat(Podman.run("rm", "--force", "web")).endsWith("web");
        assertThat(Box.run("systemctl", "start", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();
    }
}
