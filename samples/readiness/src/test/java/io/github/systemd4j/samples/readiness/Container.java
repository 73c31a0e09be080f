package io.github.systemd4j.samples.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The {@link Prober} in a container, or in none. The container's root is empty but for the machine's own /usr, read-only; no
 * image is needed.
 *
 * @param engine what runs it
 * @param way how notifications get out
 */
record Container(Engine engine, Way way) {

    static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    static final Path ROOTFS = Path.of("/tmp/rootfs");

    /** Where the programs are, in and out of containers. */
    private static final Path PROGRAMS = Path.of("/opt/probe");
    /** Where the control sockets are, in and out of containers. */
    private static final Path CONTROL = Path.of("/var/probe");

    private static final Path BUNDLES = Path.of("/tmp/bundles");
    private static final String SYSTEMD = "/run/systemd/notify";

    /** Puts the programs where the containers find them. The box's files go with the box. */
    static void install() throws IOException {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        Files.createDirectories(CONTROL);
        Files.createDirectories(PROGRAMS);
        Files.copy(Path.of("target", "readiness.jar"), PROGRAMS.resolve("readiness.jar"));
        Path relay = Path.of("..", "notify-relay", "target", "notify-relay.jar");
        assertThat(relay).as("build samples/notify-relay first").exists();
        Files.copy(relay, PROGRAMS.resolve("notify-relay.jar"));
        String prober = Prober.class.getName().replace('.', '/') + ".class";
        Files.createDirectories(PROGRAMS.resolve(prober).getParent());
        Files.copy(Path.of("target", "test-classes").resolve(prober), PROGRAMS.resolve(prober));
        for (String directory :
                List.of("usr", "etc", "proc", "sys", "dev", "run", "tmp", "var/tmp", "var/probe", "root", "opt")) {
            Files.createDirectories(ROOTFS.resolve(directory));
        }
        for (String link : List.of("bin", "sbin", "lib", "lib64")) {
            Files.createSymbolicLink(ROOTFS.resolve(link), Path.of("usr", link));
        }
    }

    /** Of the unit and the container. */
    String name() {
        return engine + "-" + way.name().toLowerCase(Locale.ROOT);
    }

    Path control() {
        return CONTROL.resolve(name());
    }

    /** The ExecStart= of its unit. */
    String start() throws IOException {
        return switch (way) {
            case OWN -> engine.command(this);
            // An engine that had the variable would speak for the container.
            case BOUND -> "/usr/bin/env -u NOTIFY_SOCKET " + engine.command(this);
            case RELAYED ->
                JAVA + " -jar " + PROGRAMS + "/notify-relay.jar --socket " + notifySocket()
                        + " -- /usr/bin/env -u NOTIFY_SOCKET " + engine.command(this);
        };
    }

    private String notifySocket() {
        return way == Way.RELAYED ? "/run/notify-" + name() : SYSTEMD;
    }

    private boolean isMounted() {
        return way != Way.OWN || engine == Engine.DOCKER;
    }

    /** No engine passes on the interval of the watchdog, so each is given it in the same way. */
    List<String> program() {
        List<String> program = new ArrayList<>(List.of("/usr/bin/env", "-u", "WATCHDOG_PID", "WATCHDOG_USEC=1000000"));
        if (isMounted()) {
            program.add("NOTIFY_SOCKET=" + notifySocket());
        }
        program.addAll(
                List.of(JAVA.toString(), "-cp", PROGRAMS + "/readiness.jar:" + PROGRAMS, Prober.class.getName()));
        program.addAll(List.of(control().toString(), "--port", "0", "--slow-start", "3"));
        return program;
    }

    /** Debian's JDK keeps a part of itself below /etc. */
    private static List<String> readOnly() throws IOException {
        List<String> mounts = new ArrayList<>(List.of("/usr", "/opt"));
        try (Stream<Path> etc = Files.list(Path.of("/etc"))) {
            etc.filter(path -> path.getFileName().toString().startsWith("java-"))
                    .map(Path::toString)
                    .forEach(mounts::add);
        }
        return mounts;
    }

    private List<String> writable() {
        return isMounted() ? List.of(CONTROL.toString(), notifySocket()) : List.of(CONTROL.toString());
    }

    String volumes() throws IOException {
        return readOnly().stream()
                        .map(path -> " -v " + path + ":" + path + ":ro")
                        .collect(Collectors.joining())
                + writable().stream().map(path -> " -v " + path + ":" + path).collect(Collectors.joining());
    }

    String binds() throws IOException {
        return readOnly().stream().map(path -> " --bind-ro=" + path).collect(Collectors.joining())
                + writable().stream().map(path -> " --bind=" + path).collect(Collectors.joining());
    }

    /** For runc and crun, in the unit's control group. With the machine's network, for there is loopback then. */
    Path bundle() throws IOException {
        List<String> mounts = new ArrayList<>();
        mounts.add(mount("proc", "/proc", ""));
        for (String each : List.of("/dev", "/tmp", "/run")) {
            mounts.add(mount("tmpfs", each, ""));
        }
        readOnly().forEach(each -> mounts.add(mount("bind", each, "\"rbind\", \"ro\"")));
        writable().forEach(each -> mounts.add(mount("bind", each, "\"rbind\"")));
        String arguments = program().stream().map(each -> '"' + each + '"').collect(Collectors.joining(", "));
        Path bundle = Files.createDirectories(BUNDLES.resolve(name()));
        Files.writeString(
                bundle.resolve("config.json"), """
                {"ociVersion": "1.0.2",
                 "process": {"user": {"uid": 0, "gid": 0}, "cwd": "/", "args": [%s], "env": ["PATH=/usr/bin"]},
                 "root": {"path": "%s"},
                 "mounts": [%s],
                 "linux": {"namespaces": [{"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}],
                           "cgroupsPath": "/system.slice/%s.service/container"}}
                """.formatted(arguments, ROOTFS, String.join(",\n  ", mounts), name()));
        return bundle;
    }

    private static String mount(String type, String path, String options) {
        return "{\"type\": \"%s\", \"source\": \"%s\", \"destination\": \"%s\", \"options\": [%s]}"
                .formatted(type, path, path, options);
    }
}
