package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code --engine podman} where there are controllers. */
@Tag("v1")
@Timeout(180)
class PodmanLimitsBoxIT {

    @BeforeAll
    static void image() throws Exception {
        Podman.image();
    }

    @AfterEach
    void remove() throws Exception {
        Podman.removeAll();
    }

    @Test
    void theLimitOfTheUnitKillsAHog() throws Exception {
        Podman.unit(
                "MemoryMax=400M\nOOMPolicy=continue",
                List.of(),
                List.of("--rm"),
                "trap 'exit 0' TERM; sh -c 'x=1234567890; while :; do x=$x$x; done'; echo eaten $?; while :; do sleep 0.1; done");
        assertThat(Box.run("systemctl", "start", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();

        Box.await(true, () -> Box.says("web", "eaten 137"));
        assertThat(Box.show("web", "ActiveState")).isEqualTo("active");
        for (String controller : List.of("cpu", "memory", "pids", "devices", "name=systemd", "")) {
            assertThat(Box.group(Box.mainPid("web"), controller)).as(controller).isEqualTo("/system.slice/web.service");
        }
    }
}
