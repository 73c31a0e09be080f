package io.github.systemd4j.testkit;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions on what a service sends to its {@link JournalDaemon}. A message of one that fails lists all that came. Not thread
 * safe.
 */
public final class JournalDaemonAssert extends AbstractAssert<JournalDaemonAssert, JournalDaemon> {

    JournalDaemonAssert(JournalDaemon actual) {
        super(actual, JournalDaemonAssert.class);
    }

    /**
     * Waits for a message.
     *
     * @param part a text that {@code MESSAGE} contains
     * @param timeout how long at most
     * @return assertions on the record
     */
    public JournalEntryAssert logsWithin(String part, Duration timeout) {
        return after(() -> actual.awaitMessage(part, timeout));
    }

    /**
     * Waits for a field.
     *
     * @param name its name
     * @param value its value
     * @param timeout how long at most
     * @return assertions on the record
     */
    public JournalEntryAssert logsFieldWithin(String name, String value, Duration timeout) {
        return after(() -> actual.awaitField(name, value, timeout));
    }

    /**
     * Watches for records that must not come. Takes as long as it watches.
     *
     * @param time how long to watch from now on
     * @return this
     */
    public JournalDaemonAssert logsNothingFor(Duration time) {
        isNotNull();
        List<JournalEntry> came = actual.during(time);
        if (!came.isEmpty()) {
            throw failure("%s records in %s%n%s", came.size(), time, actual);
        }
        return this;
    }

    /**
     * Nothing that came so far is of the kind that journald drops in silence.
     *
     * @return this
     */
    public JournalDaemonAssert droppedNothing() {
        isNotNull();
        if (actual.entries().stream().anyMatch(entry -> !entry.dropped().isEmpty())) {
            throw failure("journald drops of it%n%s", actual);
        }
        return this;
    }

    private JournalEntryAssert after(Supplier<JournalEntry> wait) {
        isNotNull();
        try {
            return new JournalEntryAssert(wait.get());
        } catch (AssertionError e) {
            throw Failures.because(failure("%s", e.getMessage()), e);
        }
    }
}
