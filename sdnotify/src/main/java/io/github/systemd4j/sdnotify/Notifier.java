package io.github.systemd4j.sdnotify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells systemd, or whoever else bound {@code NOTIFY_SOCKET}, how the service is doing. See sd_notify(3).
 *
 * <pre>{@code
 * Notifier notifier = Notifier.fromEnvironment();
 * server.start();
 * notifier.ready();
 * notifier.pingWatchdog(Watchdog.fromEnvironment(), () -> server.answers());
 * }</pre>
 *
 * <p>Nothing here throws because of the outside world, and nothing waits for longer than the timeout (one second unless
 * told otherwise), but for the first call, which also loads what makes system calls ({@link #warmUp}): every call
 * answers with a {@link NotifyResult}. Without {@code NOTIFY_SOCKET} every call answers
 * {@link NotifyResult.NotUnderSystemd} and no native code is loaded. A value that the protocol cannot carry is the
 * caller's mistake: {@link IllegalArgumentException}, and nothing is sent.
 *
 * <p>The socket is opened by the first notification and stays connected; a receiver that went away and was replaced is
 * found again. Keep one notifier for the process: each holds a descriptor until it is closed. Thread safe; the datagrams
 * of one thread keep their order.
 */
public final class Notifier implements AutoCloseable {

    /** The variable that holds the manager's address. */
    public static final String NOTIFY_SOCKET = "NOTIFY_SOCKET";

    private static final long DEFAULT_TIMEOUT_NANOS = 1_000_000_000;

    private static final byte[] NO_BYTES = {};

    private static final NotifyResult NOT_UNDER_SYSTEMD = new NotifyResult.NotUnderSystemd();

    /** Null without a manager. */
    private final @Nullable String address;

    private final byte[] addressBytes;
    private final long timeoutNanos;

    /** Made by whoever needs it first: its classes take milliseconds to load, and warming up takes them elsewhere. */
    private volatile @Nullable Connection connection;

    private Notifier(@Nullable String address, byte[] addressBytes, long timeoutNanos) {
        this.address = address == null || address.isEmpty() ? null : address;
        this.addressBytes = addressBytes;
        this.timeoutNanos = timeoutNanos;
    }

    /**
     * The notifier of this process's environment. Never throws: without {@code NOTIFY_SOCKET} its calls answer that
     * there is no manager, with a wrong one that they failed.
     *
     * @return a new notifier; one is enough for a process
     */
    public static Notifier fromEnvironment() {
        String text = System.getenv(NOTIFY_SOCKET);
        return new Notifier(text, text == null ? NO_BYTES : Environ.bytes(NOTIFY_SOCKET, text), DEFAULT_TIMEOUT_NANOS);
    }

    /**
     * The notifier of an environment, with a timeout of one second.
     *
     * @param environment the variables
     * @return a new notifier
     */
    public static Notifier of(Map<String, String> environment) {
        return of(environment, DEFAULT_TIMEOUT_NANOS);
    }

    /**
     * The notifier of an environment.
     *
     * @param environment the variables
     * @param timeout how long a call waits at most while the receiver's queue is full; zero does not wait at all
     * @return a new notifier
     */
    public static Notifier of(Map<String, String> environment, Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout: " + timeout + ", must not be negative");
        }
        return of(environment, Fields.nanos(timeout));
    }

    private static Notifier of(Map<String, String> environment, long timeoutNanos) {
        String text = environment.get(NOTIFY_SOCKET);
        return new Notifier(text, text == null ? NO_BYTES : Environ.utf8(text), timeoutNanos);
    }

    /**
     * Whether this system was booted with systemd, see sd_booted(3). Not a condition for notifying: containers have a
     * {@code NOTIFY_SOCKET} without it. Never throws.
     *
     * @return whether {@code /run/systemd/system} is a directory
     */
    public static boolean isBooted() {
        return Files.isDirectory(Path.of("/run/systemd/system"), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Takes out of a child's environment what systemd.exec(5) has for this process alone: {@code NOTIFY_SOCKET} and {@code
     * FDSTORE}, {@code WATCHDOG_USEC} and {@code WATCHDOG_PID}, {@code LISTEN_FDS}, {@code LISTEN_PID}, {@code
     * LISTEN_PIDFDID} and {@code LISTEN_FDNAMES}. Without it a child could notify in our name. What children may use as well stays, such
     * as {@code JOURNAL_STREAM}, {@code INVOCATION_ID} and {@code SYSTEMD_EXEC_PID}. The environment of a Java process itself
     * cannot be changed; this is the way.
     *
     * @param child what starts the child
     * @return the same
     */
    public static ProcessBuilder scrub(ProcessBuilder child) {
        Map<String, String> environment = child.environment();
        for (String name : new String[] {
            NOTIFY_SOCKET,
            "FDSTORE",
            "WATCHDOG_USEC",
            "WATCHDOG_PID",
            "LISTEN_FDS",
            "LISTEN_PID",
            "LISTEN_FDNAMES",
            "LISTEN_PIDFDID"
        }) {
            environment.remove(name);
        }
        return child;
    }

    /**
     * Whether {@code NOTIFY_SOCKET} names a manager. A wrong value counts: the calls answer what is wrong with it.
     *
     * @return false if every call will answer {@link NotifyResult.NotUnderSystemd}
     */
    public boolean isEnabled() {
        return address != null;
    }

    /**
     * {@code READY=1}: start-up, or a reload, is finished. In a datagram of its own, as every relay understands it.
     *
     * @return the answer
     */
    public NotifyResult ready() {
        return address == null ? NOT_UNDER_SYSTEMD : connection().send(Notification.READY, 0, false);
    }

    /**
     * {@code READY=1} with a status, in one datagram.
     *
     * @param status one line for people; what is too long is cut
     * @return the answer
     */
    public NotifyResult ready(String status) {
        return send(Notification.builder().ready().status(status).build());
    }

    /**
     * {@code STATUS=}: one line for people, shown by {@code systemctl status}.
     *
     * @param status one line; what is too long is cut between two code points; empty clears it
     * @return the answer
     */
    public NotifyResult status(String status) {
        return send(Notification.ofStatus(status));
    }

    /**
     * {@code RELOADING=1} with {@code MONOTONIC_USEC}: the configuration is being read anew. Call {@link #ready()} when
     * that is done. The answer to SIGHUP under {@code Type=notify-reload}.
     *
     * @return the answer
     */
    public NotifyResult reloading() {
        return address == null ? NOT_UNDER_SYSTEMD : connection().send(Notification.RELOADING, 0, false);
    }

    /**
     * {@code STOPPING=1}: shutting down.
     *
     * @return the answer
     */
    public NotifyResult stopping() {
        return address == null ? NOT_UNDER_SYSTEMD : connection().send(Notification.STOPPING, 0, false);
    }

    /**
     * {@code STOPPING=1} with a status, in one datagram.
     *
     * @param status one line for people; what is too long is cut
     * @return the answer
     */
    public NotifyResult stopping(String status) {
        return send(Notification.builder().stopping().status(status).build());
    }

    /**
     * {@code WATCHDOG=1}: the service is alive. {@link #pingWatchdog} calls it in time. Allocates nothing
     * on a platform thread.
     *
     * @return the answer
     */
    public NotifyResult watchdog() {
        return address == null ? NOT_UNDER_SYSTEMD : connection().send(Notification.WATCHDOG, 0, false);
    }

    /**
     * Sends a notification.
     *
     * @param notification the fields
     * @return the answer
     */
    public NotifyResult send(Notification notification) {
        return address == null ? NOT_UNDER_SYSTEMD : connection().send(notification, 0, false);
    }

    /**
     * Sends a notification in the name of another process, as sd_pid_notify(3). Needs CAP_SYS_ADMIN in the process's
     * pid namespace, else the answer is a failure with EPERM: unlike libsystemd, it is then not sent in our own name.
     *
     * @param notification the fields
     * @param pid the process, as our pid namespace has it
     * @return the answer
     */
    public NotifyResult send(Notification notification, long pid) {
        int sender = (int) Fields.requirePid("pid", pid);
        return address == null ? NOT_UNDER_SYSTEMD : connection().send(notification, sender, false);
    }

    /** Sends within a time of its own, in the terms of {@link Deadline}. */
    NotifyResult sendUntil(Notification notification, long deadline) {
        return address == null ? NOT_UNDER_SYSTEMD : connection().send(notification, 0, false, deadline);
    }

    /** Sends only while READY=1 was not sent, so that nothing meant for the start can arrive after it. */
    NotifyResult sendWhileStarting(Notification notification) {
        return address == null ? NOT_UNDER_SYSTEMD : connection().send(notification, 0, true);
    }

    boolean isClosed() {
        return address != null && connection().isClosed();
    }

    boolean hasSentReady() {
        return address != null && connection().hasSentReady();
    }

    /**
     * Waits until the manager has read everything that was sent before, see sd_notify_barrier(3). For a process that
     * is about to end: datagrams of a dead process cannot be attributed to its unit.
     *
     * <p>A relay that does not know the barrier closes its descriptor as it reads, and a receiver that goes away closes it
     * without: then the answer is the same, and says only that.
     *
     * @param timeout how long to wait at most, a full queue included, 1 microsecond or more
     * @return sent, when all was read; failed with ETIMEDOUT when that was not said in time
     */
    public NotifyResult barrier(Duration timeout) {
        Fields.requireMicros("timeout", timeout);
        return address == null ? NOT_UNDER_SYSTEMD : connection().barrier(timeout);
    }

    /**
     * Starts to ping the watchdog at half its timeout, from a daemon thread, for as long as the service is healthy. If
     * the watchdog is disabled nothing is started, and the pinger says so.
     *
     * @param watchdog what the manager wants, see {@link Watchdog#fromEnvironment}
     * @param health asked before each ping
     * @return the pinger; closing it ends the pings
     */
    public WatchdogPinger pingWatchdog(Watchdog watchdog, HealthCheck health) {
        return new WatchdogPinger(this, watchdog, health);
    }

    /**
     * Keeps asking for more time to start, from a daemon thread, until {@code READY=1} was sent: {@code
     * EXTEND_TIMEOUT_USEC}, repeated at half that time. A start-up that hangs is extended too, without an end: better
     * give a progress check.
     *
     * @param extension how far ahead each request reaches, 1 millisecond or more
     * @return the running extension; closing it ends it
     */
    public StartupExtension extendStartup(Duration extension) {
        return extendStartup(extension, () -> true);
    }

    /**
     * Keeps asking for more time to start, from a daemon thread, for as long as there is progress and until {@code
     * READY=1} was sent.
     *
     * @param extension how far ahead each request reaches, 1 millisecond or more
     * @param progress asked before each request; false or an exception lets the manager's time-out come
     * @return the running extension; closing it ends it
     */
    public StartupExtension extendStartup(Duration extension, HealthCheck progress) {
        if (extension.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("extension: " + extension + ", must be 1 millisecond or more");
        }
        return new StartupExtension(this, extension, progress);
    }

    /**
     * Loads what the first notification needs in a daemon thread, so that it does not cost the main thread. Does
     * nothing without {@code NOTIFY_SOCKET}.
     */
    public void warmUp() {
        if (address != null) {
            WarmUp.start(this);
        }
    }

    /**
     * How many calls have answered {@link NotifyResult.Failed} so far, those of the pinger and the extension included.
     *
     * @return the count
     */
    public long failures() {
        return address == null ? 0 : connection().failures();
    }

    /**
     * The last failure.
     *
     * @return why, or empty if there was none
     */
    public Optional<IOException> lastFailure() {
        return address == null ? Optional.empty() : connection().lastFailure();
    }

    /**
     * Closes the socket, after a call that is under way, which takes the timeout at most. Later calls answer that they
     * failed; pings and extensions end. May be called again.
     */
    @Override
    public void close() {
        if (address != null) {
            connection().close();
        }
    }

    /** Only for those who know that there is an address. */
    Connection connection() {
        Connection made = connection;
        if (made != null) {
            return made;
        }
        synchronized (this) {
            made = connection;
            if (made == null) {
                made = new Connection(Objects.requireNonNull(address), addressBytes, timeoutNanos);
                connection = made;
            }
            return made;
        }
    }
}
