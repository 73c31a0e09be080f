package io.github.systemd4j.testkit;

/** The failures of waits as AssertJ's, which have the description of their assertion. */
final class Failures {

    private Failures() {}

    static AssertionError because(AssertionError described, AssertionError wait) {
        Throwable cause = wait.getCause();
        if (cause != null) {
            described.initCause(cause);
        }
        return described;
    }
}
