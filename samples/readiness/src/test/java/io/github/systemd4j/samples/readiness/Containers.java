package io.github.systemd4j.samples.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The same program in each kind of container. The root is empty but for the machine's own /usr, read-only; no image is
 * needed.
 */
final class Containers {

    static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    /** Where the program and its control sockets are, in and out of containers. */
    static final Path PROGRAM = Path.of("/opt/probe");

    static final Path CONTROL = Path.of("/var/probe");

    private static final Path ROOT = Path.of("/tmp/relays");
    private static final Path ROOTFS = ROOT.resolve("rootfs");

    private Containers() {}

    static void install() throws IOException {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        Files.createDirectories(CONTROL);
        Files.createDirectories(PROGRAM);
        Files.copy(Path.of("target", "readiness.jar"), PROGRAM.resolve("readiness.jar"));
        String prober = Prober.class.getName().replace('.', '/') + ".class";
        Files.createDirectories(PROGRAM.resolve(prober).getParent());
        Files.copy(Path.of("target", "test-classes").resolve(prober), PROGRAM.resolve(prober));
        for (String directory :
                List.of("usr", "etc", "proc", "sys", "dev", "run", "tmp", "var/tmp", "var/probe", "root", "opt")) {
            Files.createDirectories(ROOTFS.resolve(directory));
        }
        for (String link : List.of("bin", "sbin", "lib", "lib64")) {
            Files.createSymbolicLink(ROOTFS.resolve(link), Path.of("usr", link));
        }
    }

    static Path control(String name) {
        return CONTROL.resolve(name);
    }

    /** The interval of the watchdog is given to each in the same way: engines don't pass it on. */
    private static List<String> command(String name) {
        return List.of(
                "/usr/bin/env",
                "-u",
                "WATCHDOG_PID",
                "WATCHDOG_USEC=1000000",
                JAVA.toString(),
                "-cp",
                PROGRAM + "/readiness.jar:" + PROGRAM,
                Prober.class.getName(),
                control(name).toString(),
                "--port",
                "0",
                "--slow-start",
                "1");
    }

    static String program(String name) {
        return String.join(" ", command(name));
    }

    /** What is mounted from the machine; Debian's JDK keeps a part of itself below /etc. */
    private static List<Path> readOnly() throws IOException {
        List<Path> mounts = new ArrayList<>(List.of(Path.of("/usr"), Path.of("/opt")));
        try (Stream<Path> etc = Files.list(Path.of("/etc"))) {
            etc.filter(path -> path.getFileName().toString().startsWith("java-"))
                    .forEach(mounts::add);
        }
        return mounts;
    }

    /** A bundle for runc and crun, in the unit's control group. With the machine's network, for there is loopback then. */
    static Path bundle(String name, String notifySocket) throws IOException {
        List<String> mounts = new ArrayList<>();
        mounts.add(mount("proc", "proc", "/proc", ""));
        mounts.add(mount("tmpfs", "tmpfs", "/dev", ""));
        mounts.add(mount("tmpfs", "tmpfs", "/tmp", ""));
        mounts.add(mount("tmpfs", "tmpfs", "/run", ""));
        for (Path each : readOnly()) {
            mounts.add(mount("bind", each.toString(), each.toString(), "\"rbind\", \"ro\""));
        }
        mounts.add(mount("bind", CONTROL.toString(), CONTROL.toString(), "\"rbind\""));
        String environment = "\"PATH=/usr/bin\"";
        if (!notifySocket.isEmpty()) {
            mounts.add(mount("bind", notifySocket, notifySocket, "\"bind\""));
            environment += ", \"NOTIFY_SOCKET=" + notifySocket + "\"";
        }
        String arguments = command(name).stream().map(each -> '"' + each + '"').collect(Collectors.joining(", "));
        Path bundle = Files.createDirectories(ROOT.resolve(name));
        Files.writeString(bundle.resolve("config.json"), """
                {"ociVersion": "1.0.2",
                 "process": {"user": {"uid": 0, "gid": 0}, "cwd": "/", "args": [%s], "env": [%s]},
                 "root": {"path": "%s"},
                 "mounts": [%s],
                 "linux": {"namespaces": [{"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}],
                           "cgroupsPath": "/system.slice/%s.service/container"}}
                """.formatted(
                        arguments, environment, ROOTFS, String.join(",\n  ", mounts), name));
        return bundle;
    }

    private static String mount(String type, String source, String target, String options) {
        return "{\"type\": \"%s\", \"source\": \"%s\", \"destination\": \"%s\", \"options\": [%s]}"
                .formatted(type, source, target, options);
    }

    /** The limits are what the box permits; --pids-limit 0 because it has no pids controller. */
    static String podman(String name, String... options) throws IOException {
        return "/usr/bin/podman --root " + ROOT
                + "/storage --runroot /run/podman-test --storage-driver vfs --runtime runc"
                + " run --rm --replace --name " + name + " --cgroups=split --network none --pids-limit 0"
                + " --ulimit nofile=1024:1024 --ulimit nproc=20000:20000 "
                + readOnly().stream()
                        .map(path -> "-v " + path + ":" + path + ":ro ")
                        .collect(Collectors.joining())
                + "-v " + CONTROL + ":" + CONTROL + " " + String.join(" ", options) + " --rootfs " + ROOTFS + " "
                + program(name);
    }

    static String nspawn(String name, String... options) throws IOException {
        return "/usr/bin/systemd-nspawn -q --keep-unit -M " + name + " -D " + ROOTFS + " "
                + readOnly().stream().map(path -> "--bind-ro=" + path + " ").collect(Collectors.joining())
                + "--bind=" + CONTROL + " " + String.join(" ", options) + " " + program(name);
    }

    static void dockerd() throws Exception {
        assertThat(Box.run(
                        "systemd-run",
                        "--quiet",
                        "--unit=engine",
                        "--service-type=notify",
                        "-p",
                        "Delegate=yes",
                        "-p",
                        "KillMode=process",
                        "dockerd",
                        "--iptables=false",
                        "--ip6tables=false",
                        "--bridge=none",
                        "--storage-driver=vfs",
                        "--data-root=/tmp/docker",
                        "--exec-root=/run/docker-test"))
                .isEmpty();
        assertThat(Box.run("sh", "-c", "tar -C " + ROOTFS + " -c . | /usr/bin/docker import - image"))
                .contains("sha256:");
    }

    static String docker(String name, String notifySocket) throws IOException {
        return "/usr/bin/docker run --rm --name=" + name + " --network=none --cgroup-parent=/system.slice/" + name
                + ".service "
                + readOnly().stream()
                        .map(path -> "-v " + path + ":" + path + ":ro ")
                        .collect(Collectors.joining())
                + "-v " + CONTROL + ":" + CONTROL + " -v " + notifySocket + ":" + notifySocket + " -e NOTIFY_SOCKET="
                + notifySocket + " image " + program(name);
    }
}
