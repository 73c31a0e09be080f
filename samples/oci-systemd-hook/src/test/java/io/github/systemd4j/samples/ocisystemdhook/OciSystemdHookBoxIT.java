package io.github.systemd4j.samples.ocisystemdhook;

import static io.github.systemd4j.samples.ocisystemdhook.Podman.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** systemd as the first process of containers that podman was told to do nothing for. */
@Tag("v1")
@Tag("v2")
@Timeout(180)
class OciSystemdHookBoxIT {

    private static final Path UP = Podman.ROOT.resolve("up");
    private static final Path JOURNALS = Path.of("/var/log/journal");

    @BeforeAll
    static void install() throws Exception {
        Podman.install();
        // all that systemd is to start in there: the journal, and what tells that it is up
        Path units = Files.createDirectories(Podman.ROOT.resolve("etc/systemd/system"));
        Files.writeString(units.resolve("default.target"), "[Unit]\nWants=up.service systemd-journal-flush.service\n");
        Files.writeString(
                units.resolve("up.service"),
                "[Unit]\nDefaultDependencies=no\nAfter=systemd-journal-flush.service\n[Service]\nType=oneshot\n"
                        + "ExecStart=/bin/echo the service writes\nExecStart=/bin/journalctl --sync\n"
                        + "ExecStart=/bin/sh -c 'echo up > /up'\n");
        assertThat(run("mkfifo", UP.toString())).isEmpty();
        Path init = Files.writeString(Podman.ROOT.resolve("opt/init"), "#!/bin/sh\necho started as it is\n");
        Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectories(JOURNALS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"runc", "crun"})
    void systemdIsUpAndItsJournalIsOnTheHost(String runtime) throws Exception {
        Podman podman = new Podman(runtime);
        List<String> options = new ArrayList<>(List.of("--detach", "--name=" + runtime, "--stop-signal=SIGRTMIN+3"));
        options.addAll(podman.whatTheBoxNeeds());

        String id = podman.run(options, "/sbin/init").get(0);

        assertThat(id).matches("[0-9a-f]{64}");
        assertThat(Files.readString(UP)).isEqualTo("up\n");
        String machine = id.substring(0, 32);
        assertThat(podman.podman("exec", runtime, "cat", "/proc/1/comm", "/etc/machine-id"))
                .containsExactly("systemd", machine);
        assertThat(podman.podman("exec", runtime, "stat", "--file-system", "--format=%T", "/run", "/tmp"))
                .containsExactly("tmpfs", "tmpfs");
        assertThat(run("journalctl", "--directory=" + JOURNALS.resolve(machine), "--output=cat"))
                .contains("the service writes");

        assertThat(podman.podman("stop", "--time=60", runtime)).containsExactly(runtime);
        assertThat(run("journalctl", "--directory=" + JOURNALS.resolve(machine), "--output=cat"))
                .as("it was asked to shut down, not killed")
                .contains("Journal stopped");
        assertThat(podman.podman("rm", runtime)).hasSize(1);
        assertThat(Path.of("/run/oci-systemd-hook")).isEmptyDirectory();
    }

    @Test
    void anyOtherCommandIsLeftAlone() throws Exception {
        String look = "findmnt /tmp || echo no tmpfs; [ -e /etc/machine-id ] || echo no id; echo \"<$container_uuid>\"";
        assertThat(new Podman("runc").run(List.of("--rm"), "/bin/sh", "-c", look))
                .containsExactly("no tmpfs", "no id", "<>");
    }

    @Test
    void aContainerThatCannotBePreparedDoesNotStartUnlessItMay() throws Exception {
        List<String> options = List.of("--rm", "--env=container_uuid=nonsense");
        Podman podman = new Podman("runc");

        assertThat(podman.run(options, "/opt/init")).doesNotContain("started as it is");
        assertThat(complaints()) // podman keeps to itself what a hook of this stage says
                .contains("container_uuid=nonsense is no id")
                .contains("--fail-open would start the container as it is");

        assertThat(podman.run(List.of("--rm", "--env=oci-systemd-hook=disabled"), "/opt/init"))
                .containsExactly("started as it is");
        Podman.failOpen();
        assertThat(podman.run(options, "/opt/init")).containsExactly("started as it is");
        assertThat(complaints()).endsWith("; the container starts as it is");
    }

    private static String complaints() throws Exception {
        assertThat(run("journalctl", "--sync")).isEmpty();
        return String.join("\n", run("journalctl", "--identifier=oci-systemd-hook", "--output=cat"));
    }
}
