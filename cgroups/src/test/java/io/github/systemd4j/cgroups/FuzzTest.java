package io.github.systemd4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FuzzTest {

    @Test
    void nothingThatIsReadThrowsOrLeadsAstray() {
        assertThat(Fuzz.run(300_000, 42)).isGreaterThan(300_000); // most files still have some good answers
    }
}
