package io.github.systemd4j.samples.ocisystemdhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** podman in a box, with the hooks of this sample, and a root directory that is empty but for the machine's own /usr. */
final class Podman {

    private static final Path HOOKS = Path.of("/etc/containers/hooks-test.d");
    static final Path PROGRAM = Path.of("/opt/oci-systemd-hook/oci-systemd-hook.jar");
    static final Path ROOT = Path.of("/tmp/podman/rootfs");

    /** No systemd mode of podman's own. What a box permits; --pids-limit 0 because it has no controller for it. */
    static final List<String> LIMITS = List.of(
            "--systemd=false",
            "--network=none",
            "--pids-limit=0",
            "--ulimit=nofile=1024:1024",
            "--ulimit=nproc=20000:20000",
            "--volume=/usr:/usr:ro");

    private final String runtime;

    Podman(String runtime) {
        this.runtime = runtime;
    }

    /** Puts the program and the hooks where their documentation says. The box's files go with the box. */
    static void install() throws IOException {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        Files.createDirectories(PROGRAM.getParent());
        Files.copy(Path.of("target", "oci-systemd-hook.jar"), PROGRAM, StandardCopyOption.REPLACE_EXISTING);
        Files.createDirectories(HOOKS);
        for (String hook : List.of("oci-systemd-hook.json", "oci-systemd-hook-poststop.json")) {
            String text = Files.readString(Path.of("hooks.d", hook));
            Path java = Path.of(System.getProperty("java.home"), "bin", "java");
            Files.writeString(HOOKS.resolve(hook), text.replace("/usr/bin/java", java.toString()));
        }
        for (String directory : List.of("usr", "etc", "proc", "sys", "dev", "run", "tmp", "var/log", "root", "opt")) {
            Files.createDirectories(ROOT.resolve(directory));
        }
        for (String link : List.of("bin", "sbin", "lib", "lib64")) {
            Files.createSymbolicLink(ROOT.resolve(link), Path.of("usr", link));
        }
    }

    /** Has the hooks that are there let containers start in any case. */
    static void failOpen() throws IOException {
        Path hook = HOOKS.resolve("oci-systemd-hook.json");
        String text = Files.readString(hook);
        int end = text.indexOf(']'); // of the arguments
        Files.writeString(hook, text.substring(0, end) + ", \"--fail-open\"" + text.substring(end));
    }

    /** crun needs more rights for the devices of v2 than root has in a box, unless the container may use all of them. */
    List<String> whatTheBoxNeeds() {
        boolean isUnified = Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
        return runtime.equals("crun") && isUnified ? List.of("--privileged") : List.of();
    }

    List<String> global() {
        return List.of(
                "--root=/tmp/podman/storage",
                "--runroot=/run/podman-test",
                "--storage-driver=vfs",
                "--runtime=" + runtime,
                "--hooks-dir=" + HOOKS);
    }

    List<String> run(List<String> options, String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of("run"));
        all.addAll(LIMITS);
        all.addAll(options);
        all.addAll(List.of("--rootfs", ROOT.toString()));
        all.addAll(Arrays.asList(command));
        return podman(all.toArray(String[]::new));
    }

    List<String> podman(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("/usr/bin/podman"));
        all.addAll(global());
        all.addAll(Arrays.asList(arguments));
        // Its output alone: it warns of what an earlier one, that was killed with its unit, has left.
        return lines(new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.INHERIT));
    }

    /** Lines of output and errors. */
    static List<String> run(String... command) throws Exception {
        return lines(new ProcessBuilder(command).redirectErrorStream(true));
    }

    private static List<String> lines(ProcessBuilder command) throws Exception {
        Process process = command.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output.lines().toList();
    }
}
