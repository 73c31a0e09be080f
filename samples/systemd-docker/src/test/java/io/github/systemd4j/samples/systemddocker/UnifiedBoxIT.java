package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** dockerd where there is v2 alone, with all its controllers, and where v1 has them beside it. */
@Tag("guest-v2")
@Tag("guest-hybrid")
@Timeout(400)
class UnifiedBoxIT {

    @AfterEach
    void remove() throws Exception {
        Box.remove("web");
    }

    @Test
    void theContainerObeysTheUnitAndEndsWithIt() throws Exception {
        Box.engine();
        Box.start(
                "web",
                "MemoryMax=300M\nOOMPolicy=continue\nDevicePolicy=closed",
                "run",
                "--rm",
                "--name=web",
                "image",
                "sh",
                "-c",
                "trap 'exit 3' TERM; sh -c 'x=1234567890; while :; do x=$x$x; done'; echo eaten $?;"
                        + " while :; do sleep 0.1; done");

        long pid = Box.mainPid("web");
        assertThat(Long.toString(pid)).isEqualTo(Box.docker("inspect", "-f", "{{.State.Pid}}", "web"));
        assertThat(Box.group(pid, "")).isEqualTo("/system.slice/web.service");
        Box.await(true, () -> Box.says("web", "eaten 137"));
        assertThat(Box.show("web", "ActiveState")).isEqualTo("active");

        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        assertThat(Path.of("/proc/" + pid)).doesNotExist();
        assertThat(Box.docker("ps", "--all", "--quiet")).isEmpty();
    }
}
