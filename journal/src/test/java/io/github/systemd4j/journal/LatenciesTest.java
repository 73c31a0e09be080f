package io.github.systemd4j.journal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The measure of {@link JournalLoadBoxIT} is right itself. */
class LatenciesTest {

    @Test
    void quantilesAreThoseOfTheValues() {
        Latencies latencies = new Latencies();
        for (int i = 1; i <= 100_000; i++) {
            latencies.add(i);
        }

        assertThat(latencies.count()).isEqualTo(100_000);
        assertThat(latencies.quantile(0.5)).isBetween(50_000L, 51_600L);
        assertThat(latencies.quantile(0.999)).isBetween(99_900L, 100_000L);
        assertThat(latencies.max()).isEqualTo(100_000);
    }

    @Test
    void eachValueIsInAStepThatHoldsIt() {
        for (long value : new long[] {0, 1, 31, 32, 33, 63, 64, 1000, 123_456_789, Long.MAX_VALUE}) {
            Latencies latencies = new Latencies();
            latencies.add(value);
            latencies.add(Long.MAX_VALUE);

            assertThat(latencies.quantile(0.5))
                    .isBetween(value, value > Long.MAX_VALUE / 2 ? value : value + value / 32);
        }
    }

    @Test
    void twoThreadsAreOneAfterwards() {
        Latencies one = new Latencies();
        Latencies other = new Latencies();
        one.add(10);
        other.add(1_000_000);

        one.add(other);

        assertThat(one.count()).isEqualTo(2);
        assertThat(one.quantile(0.5)).isEqualTo(10);
        assertThat(one.max()).isEqualTo(1_000_000);
    }
}
