/** java.util.logging to the journal: {@link io.github.systemd4j.journal.logging.JournalHandler}. */
package io.github.systemd4j.journal.logging;
