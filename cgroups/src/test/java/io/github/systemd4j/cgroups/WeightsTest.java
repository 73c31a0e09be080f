package io.github.systemd4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 1",
        "1, 1",
        "2, 1",
        "3, 2",
        "512, 59",
        "1024, 100",
        "2048, 174",
        "100000, 4340",
        "262143, 10000",
        "262144, 10000"
    })
    void sharesBecomeAWeight(long shares, long weight) {
        assertThat(Weights.ofShares(shares)).isEqualTo(weight);
    }

    @Test
    void everyWeightComesBackOrItsNextOne() {
        for (long weight = Weights.LEAST; weight <= Weights.MOST; weight++) {
            assertThat(Weights.ofShares(Weights.shares(weight))).as("shares").isEqualTo(weight);
            assertThat(Weights.ofBlkio(Weights.blkio(weight))).as("blkio").isBetween(weight, weight + 10);
            assertThat(Weights.ofBfq(Weights.bfq(weight))).as("bfq").isBetween(weight - 10, weight);
            assertThat(Weights.shares(weight)).isBetween(2L, 262_144L);
            assertThat(Weights.blkio(weight)).isBetween(10L, 1_000L);
            assertThat(Weights.bfq(weight)).isBetween(1L, 1_000L);
        }
    }
}
