import io.github.systemd4j.journal.system.JournalLoggerFinder;
import org.jspecify.annotations.NullMarked;

/**
 * What is logged by {@link System.Logger}, in the journal. The module need only be there.
 *
 * <p>Settings are at {@link io.github.systemd4j.journal.system.JournalLoggerFinder}.
 */
@NullMarked
module io.github.systemd4j.journal.system {
    requires transitive io.github.systemd4j.journal;
    requires static org.jspecify;

    exports io.github.systemd4j.journal.system;

    provides System.LoggerFinder with
            JournalLoggerFinder;
}
