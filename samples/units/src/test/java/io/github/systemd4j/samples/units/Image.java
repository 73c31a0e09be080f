package io.github.systemd4j.samples.units;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Images without a registry: empty but for links into the machine's own /usr, which each container has, read-only. So "java" is
 * the JDK of this run in them too.
 */
final class Image {

    private Image() {}

    /** What a box permits, and where it can store, said where the page's commands need not say it. */
    static void configurePodman() throws Exception {
        Path directory = Files.createDirectories(Path.of("/etc/containers"));
        String volumes = mounts().stream().map(each -> '"' + each + '"').collect(Collectors.joining(","));
        Files.writeString(
                directory.resolve("containers.conf"),
                "[containers]\ndefault_ulimits=[\"nofile=1024:1024\",\"nproc=20000:20000\"]\npids_limit=0\n"
                        + "netns=\"host\"\nvolumes=[" + volumes + "]\n[engine]\nruntime=\"runc\"\n");
        Files.writeString(
                directory.resolve("storage.conf"),
                "[storage]\ndriver=\"vfs\"\ngraphroot=\"/tmp/podman/storage\"\nrunroot=\"/run/podman-test\"\n");
        Files.writeString(directory.resolve("policy.json"), "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}");
    }

    /** Debian's JDK keeps a part of itself below /etc. */
    static List<String> mounts() throws Exception {
        try (Stream<Path> etc = Files.list(Path.of("/etc"))) {
            return Stream.concat(
                            Stream.of("/usr", Box.PROGRAMS.toString()),
                            etc.filter(path -> path.getFileName().toString().startsWith("java-"))
                                    .map(Path::toString))
                    .map(path -> path + ":" + path + ":ro")
                    .toList();
        }
    }

    static void importTo(String engine, String name) throws Exception {
        Path root = Files.createTempDirectory("image");
        for (String directory : List.of(
                "usr", "etc", "proc", "sys", "dev", "run", "tmp", "var/tmp", "var/log", "root", "opt", "sbin")) {
            Files.createDirectories(root.resolve(directory));
        }
        for (String link : List.of("bin", "lib", "lib64")) {
            Files.createSymbolicLink(root.resolve(link), Path.of("usr", link));
        }
        // A directory, for docker puts its init there; and a systemd that has nothing to do.
        Files.createSymbolicLink(root.resolve("sbin/init"), Path.of("/usr/lib/systemd/systemd"));
        Path units = Files.createDirectories(root.resolve("etc/systemd/system"));
        Files.writeString(units.resolve("default.target"), "[Unit]\nDescription=Nothing\n");
        assertThat(Box.run("sh", "-c", "tar -C " + root + " -c . | " + engine + " import - " + name))
                .contains("sha256:");
    }
}
