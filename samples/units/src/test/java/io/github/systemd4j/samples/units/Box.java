package io.github.systemd4j.samples.units;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the tests in a box have in common. The box's files go with the box. */
final class Box {

    /** Where {@link Wait} and the like are, in and out of containers. */
    static final Path PROGRAMS = Path.of("/opt/programs");

    private static final Path UNITS = Path.of("/etc/systemd/system");

    /** Where the journal's part of the running test begins. */
    private static String cursor = "";

    private Box() {}

    /** The JDK of this run as /usr/bin/java, the programs of the samples where the page has them, and those of the tests. */
    static void install() throws IOException {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        Path java = Path.of("/usr/bin/java");
        Files.deleteIfExists(java);
        Files.createSymbolicLink(java, Path.of(System.getProperty("java.home"), "bin", "java"));
        for (String name : new String[] {"web", "db", "shop"}) {
            copy(sample("readiness"), Path.of("/opt", name, name + ".jar"));
        }
        copy(sample("activated"), Path.of("/opt/api/api.jar"));
        Path classes = Path.of(Wait.class.getPackageName().replace('.', '/'));
        try (Stream<Path> files = Files.list(Path.of("target/test-classes").resolve(classes))) {
            for (Path file : files.toList()) {
                copy(file, PROGRAMS.resolve(classes).resolve(file.getFileName()));
            }
        }
    }

    private static Path sample(String name) {
        Path jar = Path.of("..", name, "target", name + ".jar");
        assertThat(jar).as("build samples/" + name + " first").exists();
        return jar;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Makes the unit, or changes it, by a drop-in, for as long as the box lasts. */
    static void write(String file, String... lines) throws Exception {
        Path unit = UNITS.resolve(file);
        Files.createDirectories(unit.getParent());
        Files.writeString(unit, String.join("\n", lines) + "\n");
        assertThat(run("systemctl", "daemon-reload")).isEmpty();
    }

    /** A service of ours that runs a program of the tests. */
    static void service(String name, String command, String... lines) throws Exception {
        write(name + ".service", "[Service]", "ExecStart=" + command, String.join("\n", lines));
    }

    /** The command of a JVM that runs a program of the tests. */
    static String java(Class<?> program, String... arguments) {
        return "/usr/bin/java -cp " + PROGRAMS + " " + program.getName() + " " + String.join(" ", arguments);
    }

    static void start(String unit) throws Exception {
        assertThat(run("systemctl", "start", unit)).as(() -> log(unit)).isEmpty();
    }

    static void stop(String unit) throws Exception {
        assertThat(run("systemctl", "stop", unit)).isEmpty();
    }

    /** Stops them, and forgets how they have ended, what they are, what drop-ins say, and what they have logged. */
    static void remove(String... units) throws Exception {
        for (String unit : units) {
            run("systemctl", "stop", unit);
            run("systemctl", "reset-failed", unit);
            run("rm", "-r", UNITS + "/" + unit + ".service.d");
            run("rm", UNITS + "/" + unit + ".service");
        }
        assertThat(run("systemctl", "daemon-reload")).isEmpty();
        assertThat(run("journalctl", "--sync")).isEmpty();
        String last = run("journalctl", "--lines=0", "--show-cursor");
        cursor = last.substring(last.indexOf("s="));
    }

    /** How the unit is, and why, and the status of its main process: {@code failed exit-code 143}. */
    static String ended(String unit) throws Exception {
        return show(unit, "ActiveState") + " " + show(unit, "Result") + " " + show(unit, "ExecMainStatus");
    }

    static String show(String unit, String property) throws Exception {
        return run("systemctl", "show", "--value", "-p", property, unit);
    }

    static long number(String unit, String property) throws Exception {
        return Long.parseLong(show(unit, property));
    }

    /** What the unit, and systemd of it, has logged since the last {@link #remove}. */
    static String log(String unit) {
        try {
            String sync = run("journalctl", "--sync");
            List<String> command = new ArrayList<>(List.of("journalctl", "-u", unit, "-o", "cat"));
            if (!cursor.isEmpty()) {
                command.add("--after-cursor=" + cursor);
            }
            return sync + run(command.toArray(String[]::new));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for it; the bound is the test's. */
    static void awaitLog(String unit, String text) {
        while (!log(unit).contains(text)) {
            Thread.onSpinWait();
        }
    }

    static void awaitState(String unit, String state) throws Exception {
        while (!show(unit, "ActiveState").equals(state)) {
            Thread.onSpinWait();
        }
    }

    /** Output and errors of a command, without the last newline. */
    static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }
}
