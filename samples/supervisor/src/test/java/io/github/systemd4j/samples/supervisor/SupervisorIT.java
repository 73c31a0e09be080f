package io.github.systemd4j.samples.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar as a process, on each JDK and back-end: what only a process has, that is signals and a status. */
@Timeout(120)
class SupervisorIT {

    private static final String BACKEND = "io.github.systemd4j.linux.backend";

    @TempDir
    Path directory;

    @Test
    void sigtermStopsTheServiceAndLeavesNothing() throws Exception {
        List<String> service = new ArrayList<>(List.of("--"));
        service.addAll(Program.command("ready", "hang"));
        Process supervisor = supervisor(service)
                .redirectError(directory.resolve("err").toFile())
                .start();
        ProcessHandle child;
        try (var out = supervisor.inputReader()) {
            String line = Objects.requireNonNull(out.readLine());
            while (!line.endsWith("READY=1  -> active")) {
                line = Objects.requireNonNull(out.readLine());
            }
            child = supervisor.children().findFirst().orElseThrow();
            assertThat(leftovers()).isNotEmpty();

            supervisor.toHandle().destroy(); // the process itself would close its output as well

            assertThat(out.lines().toList()).last().asString().endsWith("ended with status 143 (SIGTERM)");
        }
        assertThat(status(supervisor)).isZero();
        assertThat(child.isAlive()).isFalse();
        assertThat(leftovers()).isEmpty();
        assertThat(directory.resolve("err")).isEmptyFile();
    }

    @Test
    void whatCannotBeStartedIsASentenceAndAStatus() throws Exception {
        Path text = Files.writeString(directory.resolve("text"), "no program");

        assertThat(refused("--watchdog", "x", "--", "true"))
                .isEqualTo("64 supervisor: --watchdog x: must be seconds, from 0.000001 to 1000000\n");
        assertThat(refused("--", "no-such-command"))
                .isEqualTo("127 supervisor: no-such-command: there is no such command\n");
        assertThat(refused("--", directory + "/nothing"))
                .isEqualTo("127 supervisor: " + directory + "/nothing: there is no such command\n");
        assertThat(refused("--", text.toString()))
                .isEqualTo("126 supervisor: " + text + ": this user may not execute it\n");
        assertThat(leftovers()).isEmpty();
    }

    private String refused(String... arguments) throws IOException, InterruptedException {
        Path err = directory.resolve("err");
        Process supervisor =
                supervisor(List.of(arguments)).redirectError(err.toFile()).start();
        return status(supervisor) + " " + Files.readString(err);
    }

    private static int status(Process supervisor) throws InterruptedException {
        boolean ended = supervisor.waitFor(60, TimeUnit.SECONDS);
        supervisor.destroyForcibly();
        assertThat(ended).isTrue();
        return supervisor.exitValue();
    }

    private List<Path> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("systemd4j-supervisor-"))
                    .toList();
        }
    }

    private ProcessBuilder supervisor(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Djava.io.tmpdir=" + directory);
        String backend = System.getProperty(BACKEND);
        if (backend != null) {
            command.add("-D" + BACKEND + "=" + backend);
        }
        command.add("-jar");
        command.add(Objects.requireNonNull(System.getProperty("systemd4j.jar")));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }
}
