/**
 * Writing to the journal of systemd: fields of text and of bytes, as journald's native protocol has them.
 *
 * <p>{@link io.github.systemd4j.journal.JournalRecord} is what is written: fields with {@link
 * io.github.systemd4j.journal.FieldName names}, a message, a {@link io.github.systemd4j.journal.Priority}. {@link
 * io.github.systemd4j.journal.JournalWriter} sends it, and never blocks the service; {@link
 * io.github.systemd4j.journal.JournalResult} is the answer, {@link io.github.systemd4j.journal.Fallback} what becomes
 * of a record that journald does not take. {@link io.github.systemd4j.journal.JournalStream} writes lines without native
 * code; {@link io.github.systemd4j.journal.StandardStreams} tells whether the program's own output goes to the journal;
 * {@link io.github.systemd4j.journal.ContainerFields} name the container that a record is of.
 */
package io.github.systemd4j.journal;
