package io.github.systemd4j.journal;

/** A service with little direct memory that writes a long record, and then a short one. */
public final class MemoryProbe {

    private MemoryProbe() {}

    public static void main(String[] args) throws Exception {
        try (JournalWriter writer = JournalWriter.builder().socket(args[0]).build()) {
            JournalRecord record = JournalRecord.create();
            writer.send(record.message("ü".repeat(5_000_000)).field("AFTER", "1"))
                    .orThrow();
            writer.send(record.clear().message("short")).orThrow();
        }
    }
}
