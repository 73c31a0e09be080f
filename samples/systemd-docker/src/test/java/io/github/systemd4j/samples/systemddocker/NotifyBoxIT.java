package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code --notify}: the container itself talks to systemd, through our relay. Its tools are the machine's own. */
@Tag("v1")
@Timeout(180)
class NotifyBoxIT {

    private static final Path CONTROL = Path.of("/run/control");

    @BeforeEach
    void engine() throws Exception {
        Box.engine();
        Files.createDirectories(CONTROL);
        Files.deleteIfExists(CONTROL.resolve("fifo"));
        assertThat(Box.run("mkfifo", CONTROL + "/fifo")).isEmpty();
    }

    @AfterEach
    void remove() throws Exception {
        Box.remove("web");
    }

    private static void unit(String settings, String script) throws Exception {
        List<String> words = new ArrayList<>(List.of("--notify", "run", "--rm", "--name=web", "-v", "/usr:/usr:ro"));
        for (String library : List.of("/lib", "/lib64")) {
            words.addAll(List.of("-v", library + ":" + library + ":ro"));
        }
        words.addAll(List.of("-v", CONTROL + ":/control", "image", "sh", "-c", script));
        Box.unit("web", settings, words.toArray(String[]::new));
    }

    @Test
    void readyIsWhatTheContainerSays() throws Exception {
        unit(
                "",
                "trap 'exit 0' TERM; read go < /control/fifo; /usr/bin/systemd-notify --status='warm, and ready' --ready;"
                        + " while :; do sleep 0.1; done");

        assertThat(Box.run("systemctl", "start", "--no-block", "web")).isEmpty();
        Box.await(true, () -> Box.show("web", "StatusText").endsWith(" runs"));
        assertThat(Box.show("web", "ActiveState")).isEqualTo("activating");
        String pid = Box.docker("inspect", "-f", "{{.State.Pid}}", "web");
        assertThat(Box.group(Long.parseLong(pid), "memory")).as("moved before").isEqualTo("/system.slice/web.service");
        assertThat(Box.show("web", "MainPID")).isEqualTo(Box.wrapper("web"));

        assertThat(Box.run("systemctl", "log-level", "debug")).isEmpty();
        try {
            Files.writeString(CONTROL.resolve("fifo"), "go\n");
            Box.await("active", () -> Box.show("web", "ActiveState"));
        } finally {
            Box.run("systemctl", "log-level", "info");
        }
        assertThat(Box.log("web"))
                .containsPattern("Got notification message from PID \\d+ \\(.*READY=1.*MAINPID=" + pid);
        assertThat(Box.show("web", "StatusText")).isEqualTo("warm, and ready");
        assertThat(Box.show("web", "MainPID")).isEqualTo(Box.docker("inspect", "-f", "{{.State.Pid}}", "web"));

        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        assertThat(Path.of("/run/systemd-docker")).isEmptyDirectory();
    }

    @Test
    void theWatchdogIsTheContainersToo() throws Exception {
        unit(
                "WatchdogSec=3s\nWatchdogSignal=SIGKILL",
                "/usr/bin/systemd-notify --ready; echo usec $WATCHDOG_USEC; echo pid $WATCHDOG_PID.;"
                        + " for i in 1 2 3 4 5 6 7 8 9 10 11 12; do /usr/bin/systemd-notify WATCHDOG=1; sleep 0.5; done;"
                        + " echo tired; while :; do sleep 0.1; done");

        assertThat(Box.run("systemctl", "start", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();

        Box.await(true, () -> Box.says("web", "tired")); // so it has lived for longer than its watchdog's time
        assertThat(Box.log("web").lines()).contains("usec 3000000", "pid .");
        Box.await("watchdog", () -> Box.show("web", "Result"));
    }

    @Test
    void aContainerThatNeverGetsReadyEndsTheStart() throws Exception {
        unit("", "exit 4");
        Box.run("systemctl", "start", "web");

        assertThat(Box.show("web", "ActiveState")).isEqualTo("failed");
        assertThat(Box.show("web", "ExecMainStatus")).isEqualTo("4");
        assertThat(Path.of("/run/systemd-docker")).isEmptyDirectory();
    }
}
