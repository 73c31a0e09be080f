package io.github.systemd4j.samples.ocisystemdhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.machine.oci.OciConfig;
import io.github.systemd4j.machine.oci.OciMount;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On hosts that are directories. */
class OciSystemdHookTest {

    private static final String ID = "cc8d10c7b9892b75b5ec3ae7d4e1aa4d1ad3e7d5f93ec3a1b6a4d5fd1b7a8c90";
    private static final String MACHINE = ID.substring(0, 32);
    private static final String CONFIG = "{\"process\":{\"args\":[\"/sbin/init\"],\"env\":[]},"
            + "\"mounts\":[{\"destination\":\"/sys/fs/cgroup\",\"type\":\"cgroup\",\"options\":[\"ro\",\"nosuid\"]},"
            + "{\"destination\":\"/run/secrets\",\"source\":\"/s\"}],\"linux\":{\"namespaces\":[{\"type\":\"cgroup\"}],"
            + "\"cgroupsPath\":\"machine.slice:libpod:" + ID + "\"}}";

    @TempDir
    Path root;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String input, String... arguments) {
        out.reset();
        err.reset();
        Complaints complaints = new Complaints(
                new PrintStream(err, true, UTF_8), root.resolve("no").toString());
        ByteArrayInputStream in = new ByteArrayInputStream(input.getBytes(UTF_8));
        return new OciSystemdHook(in, new PrintStream(out, true, UTF_8), complaints, new Host(root))
                .run(List.of(arguments));
    }

    private OciConfig edited() throws Exception {
        return OciConfig.parse(out.toByteArray());
    }

    private void unified() throws Exception {
        Files.createDirectories(root.resolve("sys/fs/cgroup"));
        Files.createFile(root.resolve("sys/fs/cgroup/cgroup.controllers"));
    }

    @Test
    void allThatSystemdNeeds() throws Exception {
        unified();
        Files.createDirectories(root.resolve("var/log/journal"));

        assertThat(run(CONFIG, "precreate")).isZero();

        OciConfig config = edited();
        assertThat(config.environment()).containsExactly("container=oci", "container_uuid=" + MACHINE);
        assertThat(config.mounts())
                .extracting(OciMount::destination)
                .containsExactly(
                        "/sys/fs/cgroup",
                        "/run",
                        "/run/secrets",
                        "/run/lock",
                        "/tmp",
                        "/var/log/journal/" + MACHINE,
                        "/etc/machine-id");
        assertThat(config.mount("/sys/fs/cgroup").orElseThrow().options()).containsExactly("nosuid", "rw");
        Path journal = root.resolve("var/log/journal/" + MACHINE);
        assertThat(journal).isDirectory();
        assertThat(config.mount("/var/log/journal/" + MACHINE).orElseThrow().source())
                .contains(journal.toString());
        Path machineId = root.resolve("run/oci-systemd-hook/" + ID + "/machine-id");
        assertThat(machineId).hasContent(MACHINE + "\n").isReadable();
        assertThat(config.mount("/etc/machine-id").orElseThrow().source()).contains(machineId.toString());

        assertThat(run("{\"id\":\"" + ID + "\",\"status\":\"stopped\",\"bundle\":\"/b\"}", "poststop"))
                .isZero();
        assertThat(root.resolve("run/oci-systemd-hook")).isEmptyDirectory();
        assertThat(journal).as("it is to be read afterwards").isDirectory();
    }

    @Test
    void whatIsThereAlreadyStays() throws Exception {
        unified();
        Files.createDirectories(root.resolve("var/log/journal"));
        String mounts = "\"mounts\":[{\"destination\":\"/tmp\",\"type\":\"bind\",\"source\":\"/t\"},"
                + "{\"destination\":\"/var/log/journal\",\"type\":\"tmpfs\"},"
                + "{\"destination\":\"/etc/machine-id\",\"source\":\"/m\"},";
        String given = CONFIG.replace("\"mounts\":[", mounts)
                .replace(
                        "\"env\":[]",
                        "\"env\":[\"container=podman\"," + "\"container_uuid=3d1219c7-c4c5-404a-aa1f-6d2a48adfda4\"]");

        assertThat(run(given, "precreate")).isZero();

        OciConfig config = edited();
        assertThat(config.environment())
                .containsExactly("container=podman", "container_uuid=3d1219c7c4c5404aaa1f6d2a48adfda4");
        assertThat(config.mount("/tmp").orElseThrow().type()).contains("bind");
        assertThat(config.mount("/etc/machine-id").orElseThrow().source()).contains("/m");
        assertThat(config.mount("/var/log/journal/3d1219c7c4c5404aaa1f6d2a48adfda4"))
                .isEmpty();
        assertThat(root.resolve("run")).doesNotExist();
    }

    @Test
    void aHostOfV1WithoutAJournal() throws Exception {
        Files.createDirectories(root.resolve("sys/fs/cgroup/systemd"));
        assertThat(run(CONFIG.replace("{\"type\":\"cgroup\"}", ""), "precreate"))
                .isZero();
        OciConfig config = edited();
        assertThat(config.mount("/sys/fs/cgroup").orElseThrow().options()).containsExactly("ro", "nosuid");
        assertThat(config.mount("/sys/fs/cgroup/systemd").orElseThrow().source())
                .contains(root.resolve("sys/fs/cgroup/systemd").toString());
        assertThat(config.maskedPaths()).containsExactly("/sys/fs/cgroup/systemd/release_agent");
        assertThat(config.toString()).doesNotContain("/var/log/journal");
    }

    @Test
    void whoIsNoInitIsLeftAloneToTheByte() {
        String other = CONFIG.replace("/sbin/init", "/bin/sh").replace(",", " , ");
        assertThat(run(other, "precreate")).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo(other);
        String disabled = CONFIG.replace("\"env\":[]", "\"env\":[\"oci-systemd-hook=disabled\"]");
        assertThat(run(disabled, "precreate")).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo(disabled);
        assertThat(root).isEmptyDirectory();
    }

    /** Its systemd would write to the control groups of the host. */
    @Test
    void noContainerGetsTheHostsOwnHierarchy() throws Exception {
        unified();
        String open = CONFIG.replace("{\"type\":\"cgroup\"}", "");
        assertThat(run(open, "precreate")).isEqualTo(1);
        assertThat(out.size()).isZero();
        assertThat(err.toString(UTF_8)).contains("--cgroupns=private").contains("--fail-open would");
        assertThat(run(open, "precreate", "--fail-open")).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo(open);
        assertThat(err.toString(UTF_8)).contains("; the container starts as it is");
        assertThat(root.resolve("run")).doesNotExist();
    }

    @Test
    void whatIsWrongIsSaid() throws Exception {
        unified();
        assertThat(run("{", "precreate")).isEqualTo(1);
        assertThat(err.toString(UTF_8)).contains("it is no JSON object");
        assertThat(run(CONFIG.replace(ID, "web"), "precreate")).isEqualTo(1);
        assertThat(err.toString(UTF_8)).contains("give it by --id");
        assertThat(run("", "poststop")).isEqualTo(1);
        assertThat(run("", "prestart")).isEqualTo(64);
        assertThat(run("", "--help")).isZero();
        assertThat(out.toString(UTF_8)).startsWith("usage: ");
    }

    @Test
    void aBundleOfAnyRuntime() throws Exception {
        unified();
        Path config = Files.writeString(root.resolve("config.json"), CONFIG.replace(ID, "web"));
        assertThat(run("", "bundle", root.toString(), "--id", "web")).isZero();
        assertThat(OciConfig.read(config).mount("/run").map(OciMount::type)).contains(Optional.of("tmpfs"));
        assertThat(root.resolve("run/oci-systemd-hook/web/machine-id")).exists();
    }
}
