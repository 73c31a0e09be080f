/** System.Logger to the journal: {@link io.github.systemd4j.journal.system.JournalLoggerFinder}. */
package io.github.systemd4j.journal.system;
