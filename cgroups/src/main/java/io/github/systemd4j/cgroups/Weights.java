package io.github.systemd4j.cgroups;

/**
 * Weights of v2 as v1 has them. CPU weights go by the curve that the OCI runtimes have used since 2025, on which both
 * defaults and both ends meet; the straight line before that made 39 of the default of 1024 shares.
 */
final class Weights {

    static final long LEAST = 1;
    static final long MOST = 10_000;

    private static final long LEAST_SHARES = 2;
    private static final long MOST_SHARES = 262_144;

    private static final long LEAST_BLKIO = 10;
    private static final long MOST_BLKIO = 1_000;

    /** From here up the weights of bfq are compressed. */
    private static final long DEFAULT = 100;

    private Weights() {}

    static long ofShares(long shares) {
        if (shares <= LEAST_SHARES) {
            return LEAST;
        } else if (shares >= MOST_SHARES) {
            return MOST;
        }
        double log = Math.log((double) shares) / Math.log(2);
        double exponent = (log * log + 125 * log) / 612 - 7.0 / 34;
        return (long) Math.ceil(Math.pow(10, exponent) - 1e-9); // 1024 is 100, not 100.00000000000003
    }

    /** The largest number of shares that comes back as this weight. */
    static long shares(long weight) {
        double exponent = Math.log10((double) weight) + 7.0 / 34;
        double log = (Math.sqrt(125 * 125 + 4 * 612 * exponent) - 125) / 2;
        return Math.max(LEAST_SHARES, Math.min((long) Math.floor(Math.pow(2, log) + 1e-6), MOST_SHARES));
    }

    static long ofBlkio(long weight) {
        return LEAST + (weight - LEAST_BLKIO) * (MOST - LEAST) / (MOST_BLKIO - LEAST_BLKIO);
    }

    /** The least one that comes back as this weight or more. */
    static long blkio(long weight) {
        return LEAST_BLKIO + ((weight - LEAST) * (MOST_BLKIO - LEAST_BLKIO) + MOST - LEAST - 1) / (MOST - LEAST);
    }

    /** As systemd has it: equal up to the default, then 900 steps for 9,900. */
    static long bfq(long weight) {
        return weight <= DEFAULT ? weight : DEFAULT + (weight - DEFAULT) / 11;
    }

    static long ofBfq(long weight) {
        return weight <= DEFAULT ? weight : DEFAULT + (weight - DEFAULT) * 11;
    }
}
