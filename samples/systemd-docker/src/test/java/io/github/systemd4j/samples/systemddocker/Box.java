package io.github.systemd4j.samples.systemddocker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What the tests in a box have in common: an engine, an image, units with our jar, questions. Needs docker.io. */
final class Box {

    static final Duration SOON = Duration.ofSeconds(60);
    static final Path UNITS = Path.of("/run/systemd/system");
    static final Path JAR = Path.of("/opt/systemd-docker/systemd-docker.jar");
    static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    /** What may stop at once, and says how it was told to. */
    static final String OBEDIENT =
            "trap 'echo bye; exit 3' TERM; echo hello; echo oops >&2; while :; do sleep 0.1; done";

    private static String written = "@0";

    private static final String DOCKER = "/usr/bin/docker";

    private Box() {}

    /** Puts the jar where the unit files expect it. The box's files go with the box. */
    static void install() throws IOException {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        if (Files.notExists(JAR)) {
            Files.createDirectories(JAR.getParent());
            Files.copy(Path.of("target", "systemd-docker.jar"), JAR);
        }
    }

    /** Starts dockerd, unless it runs. */
    static void engine() throws Exception {
        install();
        if (run("systemctl", "is-active", "engine").equals("active")) {
            return;
        }
        Files.createDirectories(UNITS);
        Files.writeString(
                UNITS.resolve("engine.service"),
                "[Service]\nType=notify\nDelegate=yes\nKillMode=process\nExecStart=/usr/sbin/dockerd --iptables=false"
                        + " --ip6tables=false --bridge=none --storage-driver=vfs --data-root=/tmp/docker"
                        + " --exec-root=/run/docker-test\n");
        assertThat(run("systemctl", "daemon-reload")).isEmpty();
        assertThat(run("systemctl", "start", "engine")).isEmpty();
        if (docker("images", "--quiet", "image").isEmpty()) {
            makeImage();
        }
    }

    private static void makeImage() throws Exception {
        Path files = Files.createTempDirectory("image");
        Files.createDirectories(files.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), files.resolve("bin/busybox"));
        assertThat(run("chmod", "755", files.toString(), files + "/bin/busybox"))
                .isEmpty();
        for (String command : List.of("sh", "sleep", "env", "cat", "head", "tr", "mknod", "true", "mkfifo", "touch")) {
            Files.createSymbolicLink(files.resolve("bin/" + command), Path.of("busybox"));
        }
        assertThat(run("sh", "-c", "tar -C " + files + " -c . | " + DOCKER + " import - image"))
                .contains("sha256:");
    }

    /** Writes a unit with our program; {@code settings} are lines of its section [Service]. */
    static void unit(String name, String settings, String... arguments) throws Exception {
        Files.createDirectories(UNITS);
        mark();
        Files.writeString(
                UNITS.resolve(name + ".service"),
                "[Service]\nType=notify\nNotifyAccess=all\nDelegate=yes\nSuccessExitStatus=143\n" + settings
                        + "\nExecStart=" + JAVA + " -XX:+UseSerialGC -jar " + JAR + " " + quoted(arguments) + "\n");
        assertThat(run("systemctl", "daemon-reload")).isEmpty();
    }

    static List<String> program(String... arguments) {
        List<String> words = new ArrayList<>(List.of(JAVA.toString(), "-jar", JAR.toString()));
        words.addAll(Arrays.asList(arguments));
        return words;
    }

    /** What was logged before is not of this test. */
    static void mark() {
        Instant now = Instant.now();
        written = "@%d.%06d".formatted(now.getEpochSecond(), now.getNano() / 1000);
    }

    /** The same, and starts it. */
    static void start(String name, String settings, String... arguments) throws Exception {
        unit(name, settings, arguments);
        assertThat(run("systemctl", "start", name)).as(() -> log(name)).isEmpty();
    }

    private static String quoted(String... arguments) {
        return Arrays.stream(arguments)
                .map(word -> '"'
                        + word.replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("$", "$$")
                                .replace("%", "%%")
                        + '"')
                .collect(Collectors.joining(" "));
    }

    /** The end of a test: nothing of this unit is left for the next one. */
    static void remove(String name) throws Exception {
        run("systemctl", "stop", name);
        run("systemctl", "reset-failed", name);
        docker("rm", "--force", name);
        Files.deleteIfExists(UNITS.resolve(name + ".service"));
    }

    static String docker(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = DOCKER;
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return run(command);
    }

    /** A property of a unit. */
    static String show(String unit, String property) throws Exception {
        return run("systemctl", "show", "--value", "-p", property, unit);
    }

    static long mainPid(String unit) throws Exception {
        return Long.parseLong(show(unit, "MainPID"));
    }

    /** The pids of all processes in a unit. */
    static List<String> processes(String unit) throws IOException {
        for (String hierarchy : List.of("systemd", ".")) {
            Path group = Path.of("/sys/fs/cgroup", hierarchy, "system.slice", unit + ".service", "cgroup.procs");
            if (Files.exists(group)) {
                try {
                    return Files.readAllLines(group);
                } catch (IOException e) {
                    return List.of(); // gone in this very moment
                }
            }
        }
        return List.of();
    }

    /**
     * Kills all processes of a unit at once. Whether systemd notices then is another question: where a group is empty, and
     * its main process, which is no child of systemd's, has not yet quite ended, systemd 252 takes the unit for active.
     */
    static void killAll(String unit) throws Exception {
        long main = mainPid(unit);
        assertThat(run("systemctl", "kill", "--signal=KILL", unit)).isEmpty();
        await(true, () -> processes(unit).isEmpty() && Files.notExists(Path.of("/proc/" + main)));
    }

    /** The pid of our program in a unit, whose main process it is not; empty if it is not there. */
    static String wrapper(String unit) throws IOException {
        for (String pid : processes(unit)) {
            Path commandLine = Path.of("/proc", pid, "cmdline");
            if (Files.exists(commandLine) && Files.readString(commandLine).contains("systemd-docker.jar")) {
                return pid;
            }
        }
        return "";
    }

    /** Where a process is in a hierarchy. */
    static String group(long pid, String controller) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/cgroup")).stream()
                .filter(line -> List.of(line.split(":", 3)[1].split(",", -1)).contains(controller))
                .map(line -> line.split(":", 3)[2])
                .findFirst()
                .orElseThrow();
    }

    /** Whether this very line is in it. */
    static boolean says(String unit, String line) {
        return log(unit).lines().anyMatch(line::equals);
    }

    /** What the journal has of a unit, since it was written. */
    static String log(String unit) {
        try {
            run("journalctl", "--sync");
            return run("journalctl", "--no-pager", "-o", "cat", "-u", unit, "--since=" + written);
        } catch (Exception e) {
            return e.toString();
        }
    }

    /** Output and errors of a command, without the last newline. */
    static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }

    /** Asks until the answer is this, with a bound. */
    static void await(Object answer, Callable<?> question) throws Exception {
        long end = System.nanoTime() + SOON.toNanos();
        Object last = question.call();
        while (!answer.equals(last) && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(20);
            last = question.call();
        }
        assertThat(last).isEqualTo(answer);
    }
}
