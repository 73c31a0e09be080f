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
}
