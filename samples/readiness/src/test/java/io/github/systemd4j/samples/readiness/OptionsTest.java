package io.github.systemd4j.samples.readiness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

    @Test
    void onlyThePortMustBeGiven() throws UsageException {
        assertThat(Options.parse(List.of("--port", "8080")))
                .isEqualTo(new Options("127.0.0.1", 8080, null, Duration.ZERO, false));
    }

    @Test
    void everythingMayBeGiven() throws UsageException {
        assertThat(Options.parse(
                        List.of("--slow-start", "7", "--config", "/etc/hello", "--host", "::1", "--port", "0")))
                .isEqualTo(new Options("::1", 0, Path.of("/etc/hello"), Duration.ofSeconds(7), false));
    }

    @ParameterizedTest
    @CsvSource({"--help", "-h", "--port 1 --help"})
    void helpNeedsNothingElse(String line) throws UsageException {
        assertThat(Options.parse(List.of(line.split(" ", -1))).help()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--host ::1        | --port N is missing; --port 0 takes any free port",
                "--port            | --port needs a value",
                "--port 65536      | --port 65536: must be a number from 0 to 65535",
                "--port -1         | --port -1: must be a number from 0 to 65535",
                "--port http       | --port http: must be a number from 0 to 65535",
                "--slow-start 1.5  | --slow-start 1.5: must be a number from 0 to 86400",
                "--prot 8080       | there is no option \"--prot\"; --help lists them all",
                "8080              | there is no option \"8080\"; --help lists them all",
            })
    void aWrongLineIsAnsweredWithASentence(String line, String sentence) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> Options.parse(List.of(line.split(" ", -1))))
                .withMessage(sentence);
    }
}
