package io.github.systemd4j.samples.units;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The .container file of samples/readiness as shipped, through podman's generator, and the unit that comes of it. */
@Tag("v2")
@Timeout(120)
class QuadletBoxIT {

    private static final Path GENERATED = Path.of("/run/systemd/generator/readiness.service");

    @BeforeEach
    void install() throws Exception {
        Box.install();
        Path jar = Path.of("/opt/readiness/readiness.jar");
        Files.createDirectories(jar.getParent());
        Files.copy(Path.of("/opt/web/web.jar"), jar, StandardCopyOption.REPLACE_EXISTING);
        Image.configurePodman();
        Image.importTo("podman", "docker.io/library/eclipse-temurin:25-jre");
        Path generator = Path.of("target/quadlet");
        assertThat(generator).as("run samples/units/quadlet first").exists();
        Path generators = Files.createDirectories(Path.of("/etc/systemd/system-generators"));
        Files.copy(generator, generators.resolve("podman-system-generator"), StandardCopyOption.REPLACE_EXISTING);
        ship(Files.readString(Path.of("../readiness/systemd/readiness.container")));
    }

    @AfterEach
    void remove() throws Exception {
        Files.delete(Path.of("/etc/containers/systemd/readiness.container"));
        Box.remove("readiness");
        Files.delete(Path.of("/etc/systemd/system-generators/podman-system-generator"));
    }

    private static void ship(String container) throws Exception {
        Path directory = Files.createDirectories(Path.of("/etc/containers/systemd"));
        Files.writeString(directory.resolve("readiness.container"), container);
        assertThat(Box.run("systemctl", "daemon-reload")).isEmpty();
    }

    @Test
    void theFileAsShipped() throws Exception {
        Box.start("readiness");

        assertThat(Box.show("readiness", "ActiveState")).isEqualTo("active");
        assertThat(Box.log("readiness")).contains("watchdog PT30S").contains("serving http://");
        String pid = Box.run("podman", "inspect", "--format={{.State.Pid}}", "readiness");
        assertThat(Files.readString(Path.of("/proc", pid, "cgroup"))).contains("/readiness.service/libpod-payload-");

        assertThat(Box.run("systemctl", "reload", "readiness")).isEqualTo("");
        Box.awaitLog("readiness", "reloaded");
        Box.stop("readiness");
        assertThat(Box.show("readiness", "ActiveState")).isEqualTo("inactive");
        assertThat(Box.log("readiness")).contains("stopped after 0 requests");
        assertThat(Box.run("podman", "ps", "--all", "--quiet")).isEmpty();
    }

    @Test
    void whatThePageSaysOfIt() throws Exception {
        assertThat(Files.readAllLines(GENERATED))
                .contains("Delegate=yes", "KillMode=mixed", "Type=notify", "NotifyAccess=all", "SuccessExitStatus=143");
        assertThat(Files.readString(GENERATED))
                .containsPattern("\nExecStart=.* --replace --rm --cgroups=split --sdnotify=container -d ")
                .containsPattern("\nExecStop=.*podman rm ")
                .containsPattern("\nExecStopPost=.*podman rm ");

        String container = Files.readString(Path.of("../readiness/systemd/readiness.container"));
        ship(container.replace("\nNotify=true\n", "\nRunInit=true\n"));
        assertThat(Files.readString(GENERATED))
                .containsPattern("\nExecStart=.* --sdnotify=conmon .*")
                .containsPattern("\nExecStart=.* --init ");
    }
}
