package io.github.systemd4j.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.journal.JournalRecord;
import io.github.systemd4j.journal.JournalWriter;
import io.github.systemd4j.sdnotify.Notifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests that have no AssertJ have the rest. */
@Timeout(120)
class WithoutAssertJIT {

    static class Plain {
        private static final Duration SOON = Duration.ofSeconds(60);

        @RegisterExtension
        final ServiceManager manager = ServiceManager.create();

        @RegisterExtension
        final JournalDaemon journal = JournalDaemon.create();

        @Test
        void waits() {
            Assertions.assertThrows(
                    ClassNotFoundException.class, () -> Class.forName("org.assertj.core.api.Assertions"));
            try (Notifier service = Notifier.of(manager.environment());
                    JournalWriter writer =
                            JournalWriter.builder().socket(journal.socket()).build()) {
                service.ready("up");
                writer.send(JournalRecord.create().message("up"));
                Assertions.assertEquals("up", manager.awaitReady(SOON).status().orElse(""));
                Assertions.assertEquals(
                        "up", journal.awaitMessage("up", SOON).message().orElse(""));
            }
        }
    }

    @Test
    void theWaitsAreThere() throws Exception {
        ProcessBuilder program = Jvm.program(WithoutAssertJIT.class);
        program.command().set(program.command().indexOf("-cp") + 1, classPath());
        program.command().remove(program.command().size() - 1);
        program.command()
                .addAll(List.of(
                        "org.junit.platform.console.ConsoleLauncher",
                        "execute",
                        "--disable-banner",
                        "--details=summary"));
        program.command().addAll(List.of("--disable-ansi-colors", "-c", Plain.class.getName()));
        Process process = program.redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
            assertThat(said).containsPattern("\\[ +1 tests successful +]");
        } finally {
            process.destroyForcibly();
        }
    }

    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(":", -1))
                .filter(entry -> !entry.contains("assertj"))
                .collect(Collectors.joining(":"));
    }
}
