import org.jspecify.annotations.NullMarked;

/**
 * Records for systemd-journald(8), by its native protocol.
 *
 * <p>Start at {@link io.github.systemd4j.journal.JournalWriter}.
 */
@NullMarked
module io.github.systemd4j.journal {
    requires transitive io.github.systemd4j.linux;
    requires static org.jspecify;

    exports io.github.systemd4j.journal;
}
