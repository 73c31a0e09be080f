package io.github.systemd4j.samples.readiness;

import static io.github.systemd4j.testkit.SystemdAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.testkit.ServiceManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar as a process, on each JDK and back-end: what only a process has, that is signals and a status. */
@Timeout(180)
class ReadinessIT {

    private static final String BACKEND = "io.github.systemd4j.linux.backend";

    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    final ServiceManager manager = ServiceManager.create();

    @TempDir
    Path directory;

    @Test
    void isStartedReloadedAndStoppedBySignals() throws Exception {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process service = manager.start(new ProcessBuilder(command("--port", "0"))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile()));

        assertThat(manager).isReadyWithin(SOON);
        hangUp(service.pid());
        assertThat(manager).isReloadingWithin(SOON).isReadyWithin(SOON);
        service.destroy();
        assertThat(manager).isStoppingWithin(SOON);

        assertThat(service.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(service.exitValue()).isEqualTo(143);
        assertThat(Files.readString(err)).isEmpty();
        assertThat(Files.readString(out))
                .contains("system calls by " + System.getProperty("systemd4j.expected.backend"))
                .endsWith("stopped after 0 requests\n");
    }

    @Test
    void wrongUsageIsASentenceAnd64() throws Exception {
        Path err = directory.resolve("err");
        Process service = new ProcessBuilder(command("--port", "none"))
                .redirectError(err.toFile())
                .start();

        assertThat(service.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(service.exitValue()).isEqualTo(64);
        assertThat(Files.readString(err)).isEqualTo("readiness: --port none: must be a number from 0 to 65535\n");
    }

    private static List<String> command(String... arguments) {
        // Whatever started this test may ignore HUP, as nohup does.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String backend = System.getProperty(BACKEND);
        if (backend != null) {
            command.add("-D" + BACKEND + "=" + backend);
        }
        command.add("-jar");
        command.add(Objects.requireNonNull(System.getProperty("systemd4j.jar")));
        command.addAll(List.of(arguments));
        return command;
    }

    private static void hangUp(long pid) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }
}
