package io.github.systemd4j.testkit;

import io.github.systemd4j.journal.Priority;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.AbstractAssert;

/** Assertions on a record as journald would store it. A message of one that fails has the whole record. Not thread safe. */
public final class JournalEntryAssert extends AbstractAssert<JournalEntryAssert, JournalEntry> {

    JournalEntryAssert(JournalEntry actual) {
        super(actual, JournalEntryAssert.class);
    }

    /**
     * The message.
     *
     * @param expected the whole of it
     * @return this
     */
    public JournalEntryAssert hasMessage(String expected) {
        return hasField("MESSAGE", expected);
    }

    /**
     * The priority.
     *
     * @param expected the priority
     * @return this
     */
    public JournalEntryAssert hasPriority(Priority expected) {
        isNotNull();
        Optional<Priority> priority = actual.priority();
        if (!priority.equals(Optional.of(expected))) {
            throw failure(
                    "the priority is %s, not %s%n%s",
                    priority.map(Priority::name).orElse("not given"), expected, actual);
        }
        return this;
    }

    /**
     * A field.
     *
     * @param name its name
     * @param value one of its values
     * @return this
     */
    public JournalEntryAssert hasField(String name, String value) {
        isNotNull();
        List<String> values = actual.fields(name);
        if (!values.contains(value)) {
            throw failure(
                    "%s, not \"%s\"%n%s",
                    values.isEmpty()
                            ? "there is no " + name
                            : name + " is \"" + String.join("\" and \"", values) + "\"",
                    value,
                    actual);
        }
        return this;
    }

    /**
     * A field that must not be there.
     *
     * @param name its name
     * @return this
     */
    public JournalEntryAssert hasNoField(String name) {
        isNotNull();
        if (actual.names().contains(name)) {
            throw failure("there is a field %s%n%s", name, actual);
        }
        return this;
    }
}
