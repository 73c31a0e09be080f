package io.github.systemd4j.samples.activated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.systemd4j.activation.ListenPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void defaults() throws Exception {
        assertThat(Options.parse(List.of(), Map.of()))
                .isEqualTo(new Options(8080, null, ListenPolicy.STRICT, null, false));
    }

    @Test
    void all() throws Exception {
        assertThat(Options.parse(List.of("--port", "0", "--idle-exit", "5", "--container"), Map.of()))
                .isEqualTo(new Options(0, Duration.ofSeconds(5), ListenPolicy.CONTAINER, null, false));
        assertThat(Options.parse(List.of("--help"), Map.of()).help()).isTrue();
    }

    @Test
    void whereToTakeFrom() throws Exception {
        Map<String, String> environment = Map.of("SOCKET_HANDOVER", "/run/sockets/handover");

        assertThat(Options.parse(List.of(), environment).take()).isEqualTo("/run/sockets/handover");
        assertThat(Options.parse(List.of("--take", "/run/s"), environment).take())
                .isEqualTo("/run/s");
    }

    @Test
    void wrong() {
        assertThatThrownBy(() -> Options.parse(List.of("--port", "http"), Map.of()))
                .hasMessage("--port http: must be a number from 0 to 65535");
        assertThatThrownBy(() -> Options.parse(List.of("--idle-exit"), Map.of()))
                .hasMessage("--idle-exit needs a value");
        assertThatThrownBy(() -> Options.parse(List.of("--verbose"), Map.of())).hasMessageContaining("--verbose");
    }
}
