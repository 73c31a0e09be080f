package io.github.systemd4j.samples.activated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.systemd4j.activation.ListenPolicy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void defaults() throws Exception {
        assertThat(Options.parse(List.of())).isEqualTo(new Options(8080, null, ListenPolicy.STRICT, null, false));
    }

    @Test
    void all() throws Exception {
        assertThat(Options.parse(List.of("--port", "0", "--idle-exit", "5", "--container")))
                .isEqualTo(new Options(0, Duration.ofSeconds(5), ListenPolicy.CONTAINER, null, false));
        assertThat(Options.parse(List.of("--help")).help()).isTrue();
    }

    @Test
    void wrong() {
        assertThatThrownBy(() -> Options.parse(List.of("--port", "http")))
                .hasMessage("--port http: must be a number from 0 to 65535");
        assertThatThrownBy(() -> Options.parse(List.of("--idle-exit"))).hasMessage("--idle-exit needs a value");
        assertThatThrownBy(() -> Options.parse(List.of("--verbose"))).hasMessageContaining("--verbose");
    }
}
