package io.github.systemd4j.testkit;

/**
 * Assertions in the manner of AssertJ, which the tests have to have; nothing else in this package needs it. Import {@code
 * assertThat} statically, beside AssertJ's own. Thread safe.
 */
public final class SystemdAssertions {

    private SystemdAssertions() {}

    /**
     * Begins assertions on what a service says.
     *
     * @param manager who it says it to
     * @return the assertions
     */
    public static ServiceManagerAssert assertThat(ServiceManager manager) {
        return new ServiceManagerAssert(manager);
    }

    /**
     * Begins assertions on what a service writes into the journal.
     *
     * @param journal where it writes
     * @return the assertions
     */
    public static JournalDaemonAssert assertThat(JournalDaemon journal) {
        return new JournalDaemonAssert(journal);
    }

    /**
     * Begins assertions on a record.
     *
     * @param entry the record
     * @return the assertions
     */
    public static JournalEntryAssert assertThat(JournalEntry entry) {
        return new JournalEntryAssert(entry);
    }
}
