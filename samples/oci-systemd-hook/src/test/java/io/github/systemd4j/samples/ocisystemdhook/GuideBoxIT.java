package io.github.systemd4j.samples.ocisystemdhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The commands of docs/guides/oci-hooks.md, word for word: both hooks, one container. */
@Tag("v1")
@Tag("v2")
@Timeout(180)
class GuideBoxIT {

    private static final Path HERE = Path.of("/tmp/guide");

    @BeforeAll
    static void install() throws Exception {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        Files.createDirectories(HERE);
        for (String sample : List.of("oci-register-machine", "oci-systemd-hook")) {
            Files.copy(Path.of("..", sample, "target", sample + ".jar"), HERE.resolve(sample + ".jar"));
            try (var hooks = Files.list(Path.of("..", sample, "hooks.d"))) {
                for (Path hook : hooks.toList()) {
                    Files.copy(hook, HERE.resolve(hook.getFileName()));
                }
            }
        }
        Path java = Path.of("/usr/bin/java");
        Files.deleteIfExists(java);
        Files.createSymbolicLink(java, Path.of(System.getProperty("java.home"), "bin", "java"));
        configurePodman();
        importImage();
    }

    /** What a box permits; the guide's commands have nothing of it. */
    private static void configurePodman() throws Exception {
        Path directory = Files.createDirectories(Path.of("/etc/containers"));
        Files.writeString(
                directory.resolve("containers.conf"),
                "[containers]\ndefault_ulimits=[\"nofile=1024:1024\",\"nproc=20000:20000\"]\npids_limit=0\n"
                        + "netns=\"none\"\nvolumes=[\"/usr:/usr:ro\"]\n[engine]\nruntime=\"runc\"\n");
        Files.writeString(
                directory.resolve("storage.conf"),
                "[storage]\ndriver=\"vfs\"\ngraphroot=\"/tmp/podman-guide/storage\"\nrunroot=\"/run/podman-guide\"\n");
        Files.writeString(directory.resolve("policy.json"), "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}");
    }

    @AfterAll
    static void forget() throws Exception {
        assertThat(Podman.run("podman", "rm", "--force", "--time=0", "web")).hasSizeLessThan(2);
        for (String file : List.of("containers.conf", "storage.conf", "policy.json")) {
            Files.delete(Path.of("/etc/containers", file));
        }
    }

    /** Empty but for links into the machine's own /usr, and one unit that writes and ends. */
    private static void importImage() throws Exception {
        Path root = Files.createTempDirectory("image");
        for (String directory : List.of("usr", "etc", "proc", "sys", "dev", "run", "tmp", "var/log", "root")) {
            Files.createDirectories(root.resolve(directory));
        }
        for (String link : List.of("bin", "sbin", "lib", "lib64")) {
            Files.createSymbolicLink(root.resolve(link), Path.of("usr", link));
        }
        Path units = Files.createDirectories(root.resolve("etc/systemd/system"));
        Files.writeString(
                units.resolve("default.target"), "[Unit]\nWants=hello.service systemd-journal-flush.service\n");
        Files.writeString(
                units.resolve("hello.service"),
                "[Unit]\nDefaultDependencies=no\nAfter=systemd-journal-flush.service\n[Service]\n"
                        + "ExecStart=/bin/echo hello from the container\n");
        assertThat(Podman.run("sh", "-c", "tar -C " + root + " -c . | podman import --quiet - image"))
                .last()
                .asString()
                .contains("sha256:");
        // what would otherwise be a race of the next line of the guide with the container's start is waited for there
        Files.writeString(
                HERE.resolve("wait"),
                "until journalctl --machine \"$(podman inspect --format '{{.Id}}' web)\" | grep -q 'hello from'; do :; done\n");
    }

    @Test
    void theCommandsDoWhatThePageSays() throws Exception {
        String guide = Files.readString(Path.of("../../docs/guides/oci-hooks.md"));
        String block = guide.split("```sh\n", -1)[1];
        String script = block.substring(0, block.indexOf("```")).replace("\nmachinectl ", "\n. ./wait\nmachinectl ");

        Process process = new ProcessBuilder("sh", "-eu", "-c", script)
                .directory(HERE.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        String id = output.lines().findFirst().orElseThrow();
        assertThat(id).matches("[0-9a-f]{64}");
        assertThat(output)
                .containsPattern(id + " +container +podman ")
                .contains("hello from the container")
                .endsWith("web\n");
        assertThat(Podman.run("machinectl", "list", "--no-legend")).isEmpty();
        assertThat(Podman.run("journalctl", "--merge", "--output=cat", "_MACHINE_ID=" + id.substring(0, 32)))
                .contains("hello from the container");
    }
}
