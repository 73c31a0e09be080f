package io.github.systemd4j.samples.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The packaged jar, where journald may be or not. */
@Timeout(120)
class OrdersIT {

    private static final Path JAR = Path.of("target", "orders.jar");

    @Test
    void runsAndTellsWhatWouldBeInTheJournal() throws Exception {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        String backend = System.getProperty("io.github.systemd4j.linux.backend", "");
        command.addAll(List.of("-Dio.github.systemd4j.linux.backend=" + backend, "-jar", JAR.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        if (new File("/run/systemd/journal/socket").exists()) {
            assertThat(output).isEmpty();
        } else {
            assertThat(output)
                    .contains("<6>order received\n<6>order accepted\n", "<3>order refused\n")
                    .contains("<3>java.lang.IllegalStateException: no price\n");
        }
    }
}
