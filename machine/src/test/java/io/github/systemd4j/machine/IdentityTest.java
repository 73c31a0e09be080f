package io.github.systemd4j.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.systemd4j.machine.IdAnswer.Known;
import io.github.systemd4j.machine.IdAnswer.Reason;
import io.github.systemd4j.machine.IdAnswer.Unknown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTest {

    private static final String DIGITS = "3d1219c7c4c5404aaa1f6d2a48adfda4";
    private static final String DASHED = "3d1219c7-c4c5-404a-aa1f-6d2a48adfda4";

    @TempDir
    Path root;

    private void file(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private Identity process(Map<String, String> environment) {
        return Identity.at(root, environment, 42);
    }

    private String container(Map<String, String> environment, long pid) {
        return Identity.at(root, environment, pid)
                .container()
                .map(container -> container.manager() + " " + container.name() + " by " + container.source())
                .orElse("none");
    }

    private String container() {
        return container(Map.of(), 42);
    }

    @Test
    void anEmptyDirectoryIsNoContainer() {
        assertThat(container()).isEqualTo("none");
        assertThat(container(Map.of(), 1)).isEqualTo("none");
    }

    /** From the last sign to the first: each new one takes precedence over those before. */
    @Test
    void theOrderIsThatOfSystemd() throws IOException {
        Files.createDirectories(root.resolve("proc/self/ns"));
        Files.createSymbolicLink(root.resolve("proc/self/ns/pid"), Path.of("pid:[4026532329]"));
        assertThat(container()).isEqualTo("container-other container-other by /proc/self/ns/pid");
        file(".dockerenv", "");
        assertThat(container()).isEqualTo("docker docker by /.dockerenv");
        file("run/.containerenv", "");
        assertThat(container()).isEqualTo("podman podman by /run/.containerenv");
        file("proc/1/environ", "PATH=/bin\0container=lxc\0");
        assertThat(container()).isEqualTo("lxc lxc by container of pid 1");
        file("run/systemd/container", "box\n");
        assertThat(container()).isEqualTo("container-other box by /run/systemd/container");
        assertThat(container(Map.of("container", "rkt"), 1)).isEqualTo("rkt rkt by container");
        file("run/host/container-manager", "systemd-nspawn\n");
        assertThat(container()).isEqualTo("systemd-nspawn systemd-nspawn by /run/host/container-manager");
        assertThat(container(Map.of("container", "rkt"), 1)).startsWith("systemd-nspawn ");
        file("proc/self/status", "Name:\tjava\nTracerPid:\t77\nUid:\t0\n");
        file("proc/77/comm", "proot-x86_64\n");
        assertThat(container()).isEqualTo("proot proot by TracerPid");
        file("proc/sys/kernel/osrelease", "5.15.90.1-microsoft-standard-WSL2\n");
        assertThat(container()).isEqualTo("wsl wsl by /proc/sys/kernel/osrelease");
        file("proc/vz", "");
        assertThat(container()).isEqualTo("openvz openvz by /proc/vz");
        file("proc/bc", "");
        assertThat(container()).startsWith("wsl ");
    }

    @Test
    void theFirstPidNamespaceIsTheMachineItself() throws IOException {
        Files.createDirectories(root.resolve("proc/self/ns"));
        Files.createSymbolicLink(root.resolve("proc/self/ns/pid"), Path.of("pid:[4026531836]"));
        assertThat(container()).isEqualTo("none");
    }

    @Test
    void aDebuggerIsNoContainer() throws IOException {
        file("proc/self/status", "TracerPid:\t77\n");
        file("proc/77/comm", "gdb\n");
        assertThat(container()).isEqualTo("none");
    }

    /** Images have container=oci in their environment whoever runs them. */
    @Test
    void ociIsNobody() throws IOException {
        assertThat(container(Map.of("container", "oci"), 1)).isEqualTo("container-other oci by container");
        file(".dockerenv", "");
        assertThat(container(Map.of("container", "oci"), 1)).isEqualTo("docker oci by container");
        file("run/.containerenv", "");
        assertThat(container(Map.of("container", "oci"), 1)).isEqualTo("podman oci by container");
    }

    @Test
    void pid1WithAnEmptyNameIsInNone() throws IOException {
        file(".dockerenv", "");
        assertThat(container(Map.of("container", ""), 1)).isEqualTo("none");
        assertThat(container(Map.of(), 1)).startsWith("docker ");
        // somebody else's variable says nothing: it may be left from anywhere
        assertThat(container(Map.of("container", "lxc"), 42)).startsWith("docker ");
    }

    @Test
    void anEmptyFileSaysNothing() throws IOException {
        file("run/host/container-manager", "");
        file("run/systemd/container", "");
        file("run/.containerenv", "");
        assertThat(container()).startsWith("podman ");
        file("run/systemd/container", "\n"); // systemd takes an empty line for the name of somebody
        assertThat(container()).isEqualTo("container-other  by /run/systemd/container");
    }

    @Test
    void aFifoIsNotWaitedFor() throws Exception {
        Files.createDirectories(root.resolve("run/host"));
        assertThat(new ProcessBuilder(
                                "mkfifo",
                                root.resolve("run/host/container-manager").toString())
                        .start()
                        .waitFor())
                .isZero();
        assertThat(container()).isEqualTo("none");
    }

    @Test
    void theMachineId() throws IOException {
        file("etc/machine-id", DIGITS + "\n");
        assertThat(process(Map.of()).machineId()).isEqualTo(new Known(Id128.of(DIGITS), "/etc/machine-id"));
        assertThat(process(Map.of()).machineId().id()).contains(Id128.of(DIGITS));
        file("etc/machine-id", DIGITS);
        assertThat(process(Map.of()).machineId().id()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "uninitialized\n", "uninitialized"})
    void anImageThatWasNotBooted(String content) throws IOException {
        file("etc/machine-id", content);
        assertThat(process(Map.of()).machineId()).isInstanceOfSatisfying(Unknown.class, unknown -> {
            assertThat(unknown.reason()).isEqualTo(Reason.UNINITIALIZED);
            assertThat(unknown.message()).contains("systemd-machine-id-setup").contains("container_uuid");
            assertThat(unknown.id()).isEmpty();
        });
    }

    /** What sd_id128_get_machine() refuses too. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                DASHED,
                "00000000000000000000000000000000",
                "3d1219c7c4c5404aaa1f6d2a48adfda4\n\n",
                " 3d1219c7c4c5404aaa1f6d2a48adfda",
                "a text that has nothing to do with what is to be here, and is long\n"
            })
    void whatIsNoMachineId(String content) throws IOException {
        file("etc/machine-id", content);
        assertThat(process(Map.of()).machineId()).isInstanceOfSatisfying(Unknown.class, unknown -> {
            assertThat(unknown.reason()).isEqualTo(Reason.MALFORMED);
            assertThat(unknown.message()).startsWith("/etc/machine-id has \"").hasSizeLessThan(100);
        });
    }

    @Test
    void aFileThatIsNotThereOrNoFile() throws IOException {
        assertThat(process(Map.of()).machineId()).isInstanceOfSatisfying(Unknown.class, unknown -> {
            assertThat(unknown.reason()).isEqualTo(Reason.ABSENT);
            assertThat(unknown.message()).startsWith("open(/etc/machine-id): ENOENT (2): there is no such file; ");
        });
        Files.createDirectories(root.resolve("etc/machine-id"));
        assertThat(process(Map.of()).machineId())
                .isInstanceOfSatisfying(
                        Unknown.class, unknown -> assertThat(unknown.reason()).isEqualTo(Reason.UNREADABLE));
    }

    @Test
    void theBootIdHasDashes() throws IOException {
        assertThat(process(Map.of()).bootId().id()).isEmpty();
        file("proc/sys/kernel/random/boot_id", DASHED + "\n");
        assertThat(process(Map.of()).bootId().id()).contains(Id128.of(DIGITS));
    }

    @ParameterizedTest
    @ValueSource(strings = {DIGITS, DASHED})
    void theUuidOfAContainerInBothForms(String text) throws IOException {
        assertThat(process(Map.of()).containerUuid())
                .isInstanceOfSatisfying(
                        Unknown.class, unknown -> assertThat(unknown.reason()).isEqualTo(Reason.ABSENT));
        file("proc/1/environ", "container_uuid=" + text + "\0");
        assertThat(process(Map.of()).containerUuid()).isEqualTo(new Known(Id128.of(DIGITS), "container_uuid of pid 1"));
        assertThat(process(Map.of("container_uuid", text)).containerUuid())
                .isEqualTo(new Known(Id128.of(DIGITS), "container_uuid"));
        file("run/host/container-uuid", text + "\n");
        assertThat(process(Map.of("container_uuid", "no")).containerUuid())
                .isEqualTo(new Known(Id128.of(DIGITS), "/run/host/container-uuid"));
    }

    @Test
    void aUuidThatIsNone() {
        assertThat(process(Map.of("container_uuid", "web-1")).containerUuid())
                .isEqualTo(new Unknown(Reason.MALFORMED, "container_uuid has \"web-1\", which is no id"));
    }

    @Test
    void whatTheManagerPutBelowRunHost() throws IOException {
        assertThat(process(Map.of()).hostFile("notify")).isEmpty();
        file("run/host/notify", "");
        assertThat(process(Map.of()).hostFile("notify")).contains(root.resolve("run/host/notify"));
        for (String name : new String[] {"", "..", "a/b", "/etc/passwd"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> process(Map.of()).hostFile(name))
                    .withMessageStartingWith("name: ");
        }
    }

    @Test
    void theReleaseOfTheHost() throws IOException {
        assertThat(process(Map.of()).hostRelease()).isEmpty();
        file("proc/1/environ", "container_host_id=fedora\0container_host_version_id=40\0container_host_=\0");
        assertThat(process(Map.of("container_host_id", "debian")).hostRelease())
                .containsEntry("ID", "debian")
                .containsEntry("VERSION_ID", "40");
        file("run/host/os-release", "ID=debian\nPRETTY_NAME=\"Debian 12\"\n");
        assertThat(process(Map.of("container_host_id", "fedora")).hostRelease())
                .isEqualTo(Map.of("ID", "debian", "PRETTY_NAME", "Debian 12"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "A=b|b",
                "A='b c'|b c",
                "A=\"b \\\"c\\\" \\$d\"|b \"c\" $d",
                "A='b\\c'|b\\c",
                "A=b c|b",
                "A=|``",
                "A=\"b\"'c'd|bcd",
                "A=\"b|none",
                "# A=b|none",
                "a=b|none",
                "A b|none"
            })
    void linesOfOsRelease(String line, String value) {
        assertThat(OsRelease.parse(line + "\n").getOrDefault("A", "none")).isEqualTo(value);
    }

    @Test
    void aPidIsPositive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Identity.at(root, Map.of(), 0))
                .withMessageStartingWith("pid: ");
    }
}
