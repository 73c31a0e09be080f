package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The unit as it is shipped, with an image that is called nginx and wants SIGQUIT as that does. */
@Tag("v1")
@Timeout(180)
class TemplateBoxIT {

    private static final String SCRIPT = "trap \"echo quit; exit 0\" QUIT; trap \"exit 1\" TERM;"
            + " mknod /kmsg c 1 11 && head -c 1 /kmsg >/dev/null && echo device; echo serving; while :; do sleep 0.1; done";

    @BeforeEach
    void install() throws Exception {
        Box.engine();
        Files.deleteIfExists(Path.of("/usr/bin/java"));
        Files.createSymbolicLink(Path.of("/usr/bin/java"), Box.JAVA);
        Files.writeString(
                Box.UNITS.resolve("docker.service"), "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=true\n");
        Files.copy(Path.of("systemd", "nginx.service"), Box.UNITS.resolve("nginx.service"));
        assertThat(Box.run("systemctl", "daemon-reload")).isEmpty();
        Path recipe = Files.createDirectories(Path.of("/tmp/nginx")).resolve("Dockerfile");
        Files.writeString(
                recipe,
                "FROM image\nSTOPSIGNAL SIGQUIT\nCMD [\"sh\", \"-c\", \"" + SCRIPT.replace("\"", "\\\"") + "\"]\n");
        assertThat(Box.docker("build", "--tag=nginx", "/tmp/nginx")).contains("Successfully tagged nginx");
    }

    @AfterEach
    void remove() throws Exception {
        Box.remove("nginx");
        Files.deleteIfExists(Box.UNITS.resolve("docker.service"));
    }

    @Test
    void theUnitAsShipped() throws Exception {
        assertThat(Box.run("systemctl", "start", "nginx"))
                .as(() -> Box.log("nginx"))
                .isEmpty();
        Box.await(true, () -> Box.says("nginx", "serving"));

        assertThat(Box.docker("ps", "--format", "{{.Names}}")).isEqualTo("nginx.service");
        assertThat(Box.show("nginx", "MainPID"))
                .isEqualTo(Box.docker("inspect", "-f", "{{.State.Pid}}", "nginx.service"));
        assertThat(Box.log("nginx")).as("no device but those of the policy").doesNotContain("DevicePolicy");
        assertThat(Box.says("nginx", "device")).isFalse();
        assertThat(Box.run("systemd-analyze", "verify", "nginx.service")).doesNotContain("nginx.service:");

        assertThat(Box.run("systemctl", "stop", "nginx")).isEmpty();

        assertThat(Box.says("nginx", "quit")).as(() -> Box.log("nginx")).isTrue();
        assertThat(Box.show("nginx", "ActiveState")).isEqualTo("inactive");
        assertThat(Box.docker("ps", "--all", "--quiet")).isEmpty();
    }
}
