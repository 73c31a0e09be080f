package io.github.systemd4j.journal.internal;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Entries to be used again, a few for each processor. Threads may be virtual and many, and those of a server outlive the
 * application that logged in them: what belonged to a thread would be kept for each, and would keep the class loader.
 * Thread safe.
 */
final class EntryPool {

    /** Places apart, for neighbours would be in each other's line of the cache. */
    private static final int STRIDE = 16;

    private static final int PROBES = 4;

    private final AtomicReferenceArray<LogEntry> places;
    private final int mask;
    private final Supplier<LogEntry> maker;

    EntryPool(int processors, Supplier<LogEntry> maker) {
        int count = Integer.highestOneBit(Math.max(2, Math.min(processors, 64)) * 2 - 1) * 2;
        this.places = new AtomicReferenceArray<>(count * STRIDE);
        this.mask = count - 1;
        this.maker = maker;
    }

    /** One that is nobody else's until it is given back. */
    LogEntry take() {
        int start = start();
        for (int i = 0; i < PROBES; i++) {
            int place = ((start + i) & mask) * STRIDE;
            if (places.get(place) != null) {
                LogEntry entry = places.getAndSet(place, null);
                if (entry != null) {
                    return entry;
                }
            }
        }
        return maker.get();
    }

    /** Where there is no place for it, it is garbage. */
    void give(LogEntry entry) {
        int start = start();
        for (int i = 0; i < PROBES; i++) {
            int place = ((start + i) & mask) * STRIDE;
            if (places.get(place) == null && places.compareAndSet(place, null, entry)) {
                return;
            }
        }
    }

    private static int start() {
        return (int) ((Thread.currentThread().getId() * 0x9E3779B9L) >>> 16);
    }
}
