/** Log4j 2 to the journal: {@link io.github.systemd4j.journal.log4j.JournalAppender}. Needs Log4j 2.17.1 or later. */
package io.github.systemd4j.journal.log4j;
