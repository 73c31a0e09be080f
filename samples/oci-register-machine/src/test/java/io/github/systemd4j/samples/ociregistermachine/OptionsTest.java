package io.github.systemd4j.samples.ociregistermachine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

    @Test
    void allOfThem() throws UsageException {
        assertThat(Options.parse(List.of())).isEqualTo(new Options(false, false, Duration.ofSeconds(5)));
        assertThat(Options.parse(List.of("--timeout", "60", "--fail-open")))
                .isEqualTo(new Options(false, true, Duration.ofSeconds(60)));
        assertThat(Options.parse(List.of("-h")).help()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"--timeout 0,--timeout 0", "--timeout 61,--timeout 61", "--timeout,--timeout", "prestart,prestart"})
    void wrongOnes(String line, String named) {
        assertThatThrownBy(() -> Options.parse(List.of(line.split(" ", -1))))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(named);
    }
}
