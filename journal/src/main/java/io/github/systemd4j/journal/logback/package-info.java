/** Logback to the journal: {@link io.github.systemd4j.journal.logback.JournalAppender}. Needs Logback 1.3 or later. */
package io.github.systemd4j.journal.logback;
