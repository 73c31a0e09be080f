package io.github.systemd4j.testkit;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An extension of JUnit that is to a service under test what systemd-journald(8) is: it has a socket for the native
 * protocol, reads the records that come as journald reads them, long ones in files too, and waits for them with a bound.
 *
 * <pre>{@code
 * @RegisterExtension
 * final JournalDaemon journal = JournalDaemon.create();
 *
 * @Test
 * void refusalsAreWarnings() throws Exception {
 *     try (JournalWriter writer = JournalWriter.builder().socket(journal.socket()).build()) {
 *         new Orders(writer).refuse(4711);
 *     }
 *     assertThat(journal)
 *             .logsWithin("order refused", Duration.ofSeconds(2))
 *             .hasPriority(Priority.WARNING)
 *             .hasField("ORDER_ID", "4711");
 * }
 * }</pre>
 *
 * <p>{@code assertThat} is that of {@link SystemdAssertions}, for which AssertJ is needed; the methods here do without it.
 *
 * <p>A service in this JVM is given a writer to {@link #socket}. A process needs an option for the path; or, where it may be
 * mounted, the path is journald's own, {@code /run/systemd/journal/socket}.
 *
 * <p>Each wait finds a record that no wait before it has found, in whatever order they came. One that finds nothing is an
 * {@link AssertionError} that lists all that came, and what of it journald would have dropped in silence: fields whose name
 * is not valid, records that are framed wrongly, files with other seals than it wants of an unprivileged service.
 *
 * <p>The socket is there from before a test until after it; that of a static field, or with one test instance for the
 * class, from before the first test of the class until after the last. Needs system calls (JDK 22, or JNA). For JUnit 5.10
 * and later. Thread safe; one thread at a time waits.
 */
public final class JournalDaemon implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

    private final Lifetime<JournalSocket> lifetime = new Lifetime<>(JournalDaemon.class);

    private JournalDaemon() {}

    /**
     * Makes the extension. It opens nothing before JUnit says so.
     *
     * @return for a field with {@code @RegisterExtension}
     */
    public static JournalDaemon create() {
        return new JournalDaemon();
    }

    /**
     * Where it listens.
     *
     * @return a path, as {@link io.github.systemd4j.journal.JournalWriter.Builder#socket} takes it
     */
    public String socket() {
        return running().path();
    }

    /**
     * Waits for a message.
     *
     * @param part a text that {@code MESSAGE} contains
     * @param timeout how long at most, a day at most
     * @return the record
     */
    public JournalEntry awaitMessage(String part, Duration timeout) {
        return await(
                "MESSAGE with \"" + part + "\"",
                entry -> entry.message()
                        .filter(message -> message.contains(part))
                        .isPresent(),
                timeout);
    }

    /**
     * Waits for a field.
     *
     * @param name its name
     * @param value its value
     * @param timeout how long at most, a day at most
     * @return the record
     */
    public JournalEntry awaitField(String name, String value, Duration timeout) {
        return await(
                "record with " + name + "=" + value, entry -> entry.fields(name).contains(value), timeout);
    }

    /**
     * Waits for anything.
     *
     * @param what what it is, for the message if it does not come
     * @param wanted whether a record is the one
     * @param timeout how long at most, a day at most
     * @return the record
     */
    public JournalEntry await(String what, Predicate<? super JournalEntry> wanted, Duration timeout) {
        return running().await(what, wanted, timeout);
    }

    /**
     * All that came so far, whoever waited for it.
     *
     * @return the records in order, also those of which journald stores nothing
     */
    public List<JournalEntry> entries() {
        return running().entries();
    }

    /**
     * All that comes within a time from now on; for what must not come. Takes that long.
     *
     * @param time how long, a day at most
     * @return the records in order
     */
    public List<JournalEntry> during(Duration time) {
        return running().during(time);
    }

    /** {@return what came so far, a line for each record} */
    @Override
    public String toString() {
        return lifetime.isOpen() ? "JournalDaemon" + running().describe() : "JournalDaemon";
    }

    private JournalSocket running() {
        return lifetime.running();
    }

    /** JUnit calls this. */
    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        lifetime.open(context, JournalSocket::open);
    }

    /** JUnit calls this. */
    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        lifetime.open(context, JournalSocket::open);
    }

    /** JUnit calls this. */
    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        lifetime.close(context);
    }

    /** JUnit calls this. */
    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        lifetime.close(context);
    }
}
