package io.github.systemd4j.samples.ociregistermachine;

import static io.github.systemd4j.samples.ociregistermachine.Podman.run;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.machine.oci.HookStage;
import io.github.systemd4j.machine.oci.OciConfig;
import io.github.systemd4j.machine.oci.OciHook;
import io.github.systemd4j.machine.oci.OciMount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hook, started by podman as its JSON says. */
@Tag("v1")
@Tag("v2")
@Timeout(180)
class OciRegisterMachineBoxIT {

    private static final Path UNITS = Path.of("/etc/systemd/system");

    @BeforeAll
    static void install() throws Exception {
        Podman.install();
        Path init = Files.writeString(Podman.ROOT.resolve("opt/init"), "#!/bin/sh\nexec sleep infinity\n");
        Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static List<String> property(String machine, String name) throws Exception {
        return run("machinectl", "show", machine, "--value", "--property=" + name);
    }

    private static List<String> machines() throws Exception {
        return run("machinectl", "list", "--no-legend", "--full");
    }

    private static List<String> options(Podman podman, String... more) {
        List<String> options = new ArrayList<>(List.of(more));
        options.addAll(podman.whatTheBoxNeeds());
        return options;
    }

    @ParameterizedTest
    @ValueSource(strings = {"runc", "crun"})
    void aContainerIsAMachineForAsLongAsItRuns(String runtime) throws Exception {
        Podman podman = new Podman(runtime);
        String id = podman.run(options(podman, "--detach", "--name=" + runtime, "--systemd=false"), "/opt/init")
                .get(0);
        assertThat(id).matches("[0-9a-f]{64}");

        assertThat(machines()).singleElement().asString().matches(id + " +container +podman .*");
        assertThat(property(id, "Id")).containsExactly(id.substring(0, 32));
        assertThat(property(id, "Leader")).isEqualTo(podman.podman("inspect", "--format={{.State.Pid}}", runtime));
        assertThat(property(id, "Unit")).containsExactly("libpod-" + id + ".scope");
        assertThat(property(id, "RootDirectory")).containsExactly(Podman.ROOT.toString());
        assertThat(String.join("\n", run("machinectl", "status", "--no-pager", id)))
                .contains("Service: podman; class container")
                .contains("sleep infinity");

        assertThat(podman.podman("rm", "--force", "--time=0", runtime)).hasSize(1);
        assertThat(machines()).isEmpty();
    }

    /** With podman doing what systemd needs; the sample oci-systemd-hook can do it too. */
    @Test
    void theJournalOfAContainerIsReadFromOutside() throws Exception {
        Path up = Podman.ROOT.resolve("up");
        assertThat(run("mkfifo", up.toString())).isEmpty();
        Path units = Files.createDirectories(Podman.ROOT.resolve("etc/systemd/system"));
        Files.writeString(units.resolve("default.target"), "[Unit]\nWants=up.service systemd-journald.service\n");
        Files.writeString(
                units.resolve("up.service"),
                "[Unit]\nDefaultDependencies=no\nAfter=systemd-journald.service\n[Service]\nType=oneshot\n"
                        + "ExecStart=/bin/echo the service writes\nExecStart=/bin/journalctl --sync\n"
                        + "ExecStart=/bin/sh -c 'echo up > /up'\n");
        Podman podman = new Podman("runc");

        String id = podman.run(List.of("--detach", "--name=systemd", "--systemd=always"), "/sbin/init")
                .get(0);

        assertThat(Files.readString(up)).isEqualTo("up\n");
        assertThat(run("journalctl", "--machine=" + id, "--unit=up.service", "--output=cat"))
                .contains("the service writes");
        assertThat(podman.podman("exec", "systemd", "cat", "/proc/1/environ")
                        .get(0)
                        .split("\0", -1))
                .contains("container_uuid=" + property(id, "Id").get(0));
        assertThat(podman.podman("rm", "--force", "--time=0", "systemd")).hasSize(1);
        assertThat(machines()).isEmpty();
    }

    /** What podman leaves in the service belongs to its unit; the machine does too, and goes without it. */
    @Test
    void aContainerWithinAService() throws Exception {
        String command = "/usr/bin/podman " + String.join(" ", new Podman("runc").global())
                + " run --rm --name inside --cgroups=split --sdnotify=conmon --systemd=false "
                + String.join(" ", Podman.LIMITS) + " --rootfs " + Podman.ROOT + " /opt/init";
        Files.writeString(
                UNITS.resolve("inside.service"),
                "[Service]\nType=notify\nNotifyAccess=all\nDelegate=yes\nEnvironment=HOME=/root\nExecStart=" + command
                        + "\n");
        assertThat(run("systemctl", "daemon-reload")).isEmpty();
        assertThat(run("systemctl", "start", "inside.service")).isEmpty();

        String name = machines().get(0).split(" ", -1)[0];
        assertThat(property(name, "Unit")).containsExactly("inside.service");

        assertThat(new Podman("runc").podman("stop", "--time=0", "inside")).containsExactly("inside");
        assertThat(run("systemctl", "stop", "inside.service")).isEmpty();
        assertThat(machines()).isEmpty();
    }

    @Test
    void anyOtherCommandIsNoMachine() throws Exception {
        Podman podman = new Podman("runc");
        assertThat(podman.run(List.of("--detach", "--name=other"), "/bin/sleep", "infinity"))
                .hasSize(1);
        assertThat(machines()).isEmpty();
        assertThat(podman.podman("rm", "--force", "--time=0", "other")).hasSize(1);
    }

    /** A runtime alone makes control groups of which systemd knows nothing; machined registers what is in a unit. */
    @Test
    void aContainerInNoUnitIsRefusedAndTheMessageSaysWhatToDo() throws Exception {
        assertThat(bundle(List.of()))
                .contains("NOT_IN_UNIT")
                .contains("--systemd-cgroup")
                .contains("--fail-open would");
        assertThat(bundle(List.of("--fail-open"))).isEqualTo("it runs");
        assertThat(run("journalctl", "--sync")).isEmpty();
        assertThat(String.join("\n", run("journalctl", "--identifier=oci-register-machine", "--output=cat")))
                .contains("NOT_IN_UNIT")
                .endsWith("; the container is not registered, and starts all the same");
        assertThat(machines()).isEmpty();
    }

    /** A bundle as runc makes it, with the hook put into it by the library. */
    private static String bundle(List<String> arguments) throws Exception {
        Path bundle = Files.createTempDirectory("bundle");
        Path file = bundle.resolve("config.json");
        assertThat(run("runc", "spec", "--bundle", bundle.toString())).isEmpty();
        String text = Files.readString(file)
                .replace("\"sh\"", "\"echo\", \"it runs\"")
                .replace("\"terminal\": true", "\"terminal\": false")
                .replace("\"path\": \"rootfs\"", "\"path\": \"" + Podman.ROOT + "\"")
                .replaceAll("(?s)\"rlimits\": \\[.*?\\],", ""); // the box permits fewer files
        OciConfig config = OciConfig.parse(text.getBytes(UTF_8));
        config.putMount(OciMount.bind("/usr", "/usr", "ro"));
        String java = System.getProperty("java.home") + "/bin/java";
        List<String> command = new ArrayList<>(List.of("java", "-jar", Podman.PROGRAM.toString()));
        command.addAll(arguments);
        OciHook hook = new OciHook(java, command, List.of(), Optional.of(Duration.ofSeconds(60)));
        config.addHook(HookStage.CREATE_RUNTIME, hook);
        config.addHook(HookStage.POSTSTOP, hook);
        config.write(file);
        return String.join("\n", run("runc", "run", "--bundle", bundle.toString(), "alone"));
    }
}
