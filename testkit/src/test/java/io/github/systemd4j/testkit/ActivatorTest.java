package io.github.systemd4j.testkit;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ActivatorTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "a:b", "a\n", "\u00e4", "\u007f"})
    void whatSystemdTakesForNoNameIsRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Activator.builder().tcp(name))
                .withMessageStartingWith("name: ");
    }

    @Test
    void theLongestName() {
        assertThatNoException().isThrownBy(() -> Activator.builder().fifo("n".repeat(255)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Activator.builder().fifo("n".repeat(256)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT24H0.001S"})
    void aTimeoutHasBounds(Duration timeout) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Activator.builder().stopTimeout(timeout))
                .withMessageStartingWith("timeout: ");
    }

    @Test
    void outsideOfATestThereIsNothing() {
        Activator activator = Activator.builder().tcp("http").build();

        assertThatIllegalStateException().isThrownBy(activator::activation).withMessageContaining("@RegisterExtension");
    }
}
