package io.github.systemd4j.testkit;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.SocketProcess;
import io.github.systemd4j.sdnotify.Notifier;
import io.github.systemd4j.sdnotify.ParsedNotification.State;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An extension of JUnit that is to a service under test what systemd is to a unit of {@code Type=notify}: it has a
 * {@code NOTIFY_SOCKET}, takes what the service says there, and waits for it with a bound. See sd_notify(3).
 *
 * <pre>{@code
 * @RegisterExtension
 * final ServiceManager manager = ServiceManager.builder().watchdog(Duration.ofSeconds(1)).build();
 *
 * @Test
 * void isReadyInTime() throws Exception {
 *     manager.start(new ProcessBuilder("java", "-jar", "target/web.jar"));
 *     assertThat(manager)
 *             .isReadyWithin(Duration.ofSeconds(2))
 *             .hasStatus("serving")
 *             .pingsAtLeastEvery(Duration.ofMillis(700), Duration.ofSeconds(3));
 * }
 * }</pre>
 *
 * <p>{@code assertThat} is that of {@link SystemdAssertions}, for which AssertJ is needed; the methods here do without it.
 *
 * <p>The waits follow the order in which things come: each looks from the datagram on that the wait before it has found,
 * and after that one if it is for the same field. So {@code awaitReady, awaitReloading, awaitReady} is a reload. A wait that
 * finds nothing is an {@link AssertionError} that lists all that came; it does not wait on for a process that has failed.
 *
 * <p>The socket is there from before a test until after it; that of a static field, or with one test instance for the
 * class, from before the first test of the class until after the last. At the end, however a test ended, processes that
 * still run are ended. A thread of its own receives at once: barriers are answered, and times are those of the arrival.
 *
 * <p>It takes from everybody, as {@code NotifyAccess=all}, and does nothing by itself: no time-out ends a service here, and
 * no missing ping. Needs system calls (JDK 22, or JNA). For JUnit 5.10 and later. Thread safe; one thread at a time waits.
 */
public final class ServiceManager
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

    private final @Nullable Duration watchdog;
    private final Duration stopTimeout;
    private final Lifetime<NotifySocket> lifetime = new Lifetime<>(ServiceManager.class);

    private ServiceManager(@Nullable Duration watchdog, Duration stopTimeout) {
        this.watchdog = watchdog;
        this.stopTimeout = stopTimeout;
    }

    /**
     * A manager without a watchdog.
     *
     * @return for a field with {@code @RegisterExtension}
     */
    public static ServiceManager create() {
        return builder().build();
    }

    /**
     * Begins without a watchdog.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Where it listens.
     *
     * @return a path, as it stands in {@code NOTIFY_SOCKET}
     */
    public String address() {
        return socket().address();
    }

    /**
     * What systemd adds to the environment of a service: {@code NOTIFY_SOCKET}, and {@code WATCHDOG_USEC} if there is a
     * watchdog. {@code WATCHDOG_PID} is left out; without it every process is meant. For a service in this JVM that takes
     * its environment as a parameter, as {@link Notifier#of(Map)} does.
     *
     * @return a new map, the caller's
     */
    public Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put(Notifier.NOTIFY_SOCKET, address());
        if (watchdog != null) {
            environment.put("WATCHDOG_USEC", Long.toString(watchdog.toNanos() / 1000));
        }
        return environment;
    }

    /**
     * Adds {@link #environment} to that of a program, in the place of what the test's own JVM has of it.
     *
     * @param program a program that somebody else starts, such as {@link Activator#start}. It is changed
     * @return the same
     */
    public ProcessBuilder configure(ProcessBuilder program) {
        Notifier.scrub(program).environment().putAll(environment());
        return program;
    }

    /**
     * Starts a service. It also gets what was stored before, as {@link #activation} describes it. It may write into a pipe
     * that nobody reads only until that is full, so redirect its output or read it.
     *
     * @param program what to start, to be {@link #configure configured} here
     * @return the process, which is ended after the test as {@link #stop} does it
     * @throws IOException if it cannot be started, or the kernel refuses
     */
    public SocketProcess start(ProcessBuilder program) throws IOException {
        return socket().start(configure(program));
    }

    /**
     * Ends all processes that {@link #start} started, by SIGTERM; those that are still there after {@link
     * Builder#stopTimeout} by SIGKILL, as well as the processes that they have started.
     *
     * @throws IOException if one survives that for 10 seconds
     */
    public void stop() throws IOException {
        socket().stop();
    }

    /**
     * The descriptor store as the next start of a service finds it, for one in this JVM: new copies on each call, by name,
     * the last that was stored first.
     *
     * @return all of them; those that nobody takes are closed after the test
     * @throws IOException if the kernel refuses
     */
    public Activation activation() throws IOException {
        return socket().activation();
    }

    /**
     * What is in the descriptor store.
     *
     * @return the names in the order of storing, one for each descriptor; {@code stored} for those without a name
     */
    public List<String> storedNames() {
        return socket().stored();
    }

    /**
     * Waits for {@code READY=1}.
     *
     * @param timeout how long at most, a day at most
     * @return the datagram
     */
    public Notice awaitReady(Duration timeout) {
        return socket().await("READY", "READY=1", notice -> notice.is(State.READY), timeout);
    }

    /**
     * Waits for {@code RELOADING=1}.
     *
     * @param timeout how long at most, a day at most
     * @return the datagram
     */
    public Notice awaitReloading(Duration timeout) {
        return socket().await("RELOADING", "RELOADING=1", notice -> notice.is(State.RELOADING), timeout);
    }

    /**
     * Waits for {@code STOPPING=1}.
     *
     * @param timeout how long at most, a day at most
     * @return the datagram
     */
    public Notice awaitStopping(Duration timeout) {
        return socket().await("STOPPING", "STOPPING=1", notice -> notice.is(State.STOPPING), timeout);
    }

    /**
     * Waits for a status.
     *
     * @param part a text that it contains
     * @param timeout how long at most, a day at most
     * @return the datagram
     */
    public Notice awaitStatus(String part, Duration timeout) {
        return socket().await(
                        "STATUS",
                        "STATUS with \"" + part + "\"",
                        notice -> notice.status()
                                .filter(status -> status.contains(part))
                                .isPresent(),
                        timeout);
    }

    /**
     * Waits for {@code WATCHDOG=1}.
     *
     * @param timeout how long at most, a day at most
     * @return the datagram
     */
    public Notice awaitPing(Duration timeout) {
        return socket().await(
                        "WATCHDOG", "WATCHDOG=1", notice -> notice.parsed().isWatchdogPing(), timeout);
    }

    /**
     * Waits for {@code EXTEND_TIMEOUT_USEC}.
     *
     * @param timeout how long at most, a day at most
     * @return the datagram
     */
    public Notice awaitExtension(Duration timeout) {
        return socket().await(
                        "EXTEND_TIMEOUT_USEC",
                        "EXTEND_TIMEOUT_USEC",
                        notice -> notice.parsed().extendTimeout().isPresent(),
                        timeout);
    }

    /**
     * Waits for a descriptor to be stored, {@code FDSTORE=1}.
     *
     * @param name its {@code FDNAME}
     * @param timeout how long at most, a day at most
     * @return the datagram
     */
    public Notice awaitStored(String name, Duration timeout) {
        return socket().await(
                        "FDSTORE",
                        "FDSTORE=1 with FDNAME=" + name + " and a descriptor",
                        notice -> notice.descriptors() > 0
                                && notice.parsed()
                                        .storeName()
                                        .filter(name::equals)
                                        .isPresent(),
                        timeout);
    }

    /**
     * Waits for a barrier, which is answered by then: all that was sent before it is in {@link #notices}.
     *
     * @param timeout how long at most, a day at most
     * @return the datagram
     */
    public Notice awaitBarrier(Duration timeout) {
        return socket().await(
                        "BARRIER",
                        "BARRIER=1 with a descriptor",
                        notice -> notice.parsed().isBarrier() && notice.descriptors() == 1,
                        timeout);
    }

    /**
     * Waits for anything.
     *
     * @param what what it is, for the message if it does not come
     * @param wanted whether a datagram is the one
     * @param timeout how long at most, a day at most
     * @return the datagram
     */
    public Notice await(String what, Predicate<? super Notice> wanted, Duration timeout) {
        return socket().await(what, what, wanted::test, timeout);
    }

    /**
     * All that came so far, whoever waited for it.
     *
     * @return the datagrams in order
     */
    public List<Notice> notices() {
        return socket().notices();
    }

    /**
     * All that comes within a time from now on; for what must not come. Takes that long.
     *
     * @param time how long, a day at most
     * @return the datagrams in order
     */
    public List<Notice> during(Duration time) {
        return socket().during(time);
    }

    /**
     * What {@code systemctl status} would show now.
     *
     * @return the last status that came, empty if none did
     */
    public Optional<String> status() {
        return notices().stream().flatMap(notice -> notice.status().stream()).reduce((before, last) -> last);
    }

    /**
     * Watches the pings of the watchdog. Takes as long as it watches.
     *
     * @param time how long from now on, a day at most
     * @return the longest time without a ping in it, which is all of it if there was none
     */
    public Duration greatestPingGap(Duration time) {
        Duration last = socket().now();
        Duration greatest = Duration.ZERO;
        for (Notice notice : during(time)) {
            if (notice.parsed().isWatchdogPing()) {
                greatest = longer(greatest, notice.at().minus(last));
                last = notice.at();
            }
        }
        return longer(greatest, socket().now().minus(last));
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? b : a;
    }

    /** {@return what came so far, a line for each datagram} */
    @Override
    public String toString() {
        return lifetime.isOpen() ? "ServiceManager" + socket().describe(0) : "ServiceManager";
    }

    private NotifySocket socket() {
        return lifetime.running();
    }

    private void open(ExtensionContext context) throws IOException {
        lifetime.open(context, () -> NotifySocket.open(stopTimeout));
    }

    /** JUnit calls this. */
    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        open(context);
    }

    /** JUnit calls this. */
    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        open(context);
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

    /** What a unit file would say. Not thread safe. */
    public static final class Builder {

        private @Nullable Duration watchdog;
        private Duration stopTimeout = Children.STOP_TIMEOUT;

        private Builder() {}

        /**
         * Asks the service for pings, {@code WatchdogSec=}.
         *
         * @param timeout how long it may be silent; it is to ping at half of it. Positive, a day at most
         * @return this
         */
        public Builder watchdog(Duration timeout) {
            watchdog = Children.checked(timeout);
            return this;
        }

        /**
         * How long a process may take from SIGTERM to its end before it gets SIGKILL, {@code TimeoutStopSec=}.
         *
         * @param timeout 10 seconds if not given; positive, a day at most
         * @return this
         */
        public Builder stopTimeout(Duration timeout) {
            stopTimeout = Children.checked(timeout);
            return this;
        }

        /**
         * Makes the extension. It opens nothing before JUnit says so.
         *
         * @return for a field with {@code @RegisterExtension}
         */
        public ServiceManager build() {
            return new ServiceManager(watchdog, stopTimeout);
        }
    }
}
