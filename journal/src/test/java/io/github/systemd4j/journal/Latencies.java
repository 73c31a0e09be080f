package io.github.systemd4j.journal;

/**
 * How long calls took, in nanoseconds: counted in steps of 3 %, so that nothing is allocated while it is measured. Not
 * thread safe.
 */
final class Latencies {

    private static final int BITS = 5;
    private static final int STEPS = 1 << BITS;

    private final long[] counts = new long[(Long.SIZE - BITS) * STEPS];
    private long max;

    void add(long nanos) {
        long value = Math.max(nanos, 0);
        counts[index(value)]++;
        max = Math.max(max, value);
    }

    void add(Latencies other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        max = Math.max(max, other.max);
    }

    private static int index(long value) {
        if (value < STEPS) {
            return (int) value;
        }
        int exponent = Long.SIZE - 1 - BITS - Long.numberOfLeadingZeros(value);
        return (exponent + 1) * STEPS + (int) (value >>> exponent) - STEPS;
    }

    /** The least value that this part of the calls did not exceed, to 3 %. */
    long quantile(double part) {
        long wanted = (long) Math.ceil(part * count());
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return Math.min(max, most(i));
            }
        }
        return max;
    }

    private static long most(int index) {
        if (index < STEPS) {
            return index;
        }
        int exponent = index / STEPS - 1;
        return ((index % STEPS + STEPS + 1L) << exponent) - 1;
    }

    long count() {
        long count = 0;
        for (long each : counts) {
            count += each;
        }
        return count;
    }

    long max() {
        return max;
    }
}
