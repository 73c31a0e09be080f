import org.jspecify.annotations.NullMarked;

/**
 * For the tests of services: extensions of JUnit that do what systemd does, without systemd.
 *
 * <p>Start at {@link io.github.systemd4j.testkit.ServiceManager}, {@link io.github.systemd4j.testkit.Activator} or {@link
 * io.github.systemd4j.testkit.JournalDaemon}.
 */
@NullMarked
module io.github.systemd4j.testkit {
    requires transitive io.github.systemd4j.activation;
    requires transitive io.github.systemd4j.journal;
    requires transitive io.github.systemd4j.sdnotify;
    requires transitive org.junit.jupiter.api;
    requires static org.assertj.core; // SystemdAssertions alone
    requires static org.jspecify;

    exports io.github.systemd4j.testkit;
}
