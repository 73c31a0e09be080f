package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
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
 * told otherwise): every call answers with a {@link NotifyResult}. Without {@code NOTIFY_SOCKET} every call answers
 * {@link NotifyResult.NotUnderSystemd} and no native code is loaded. A value that the protocol cannot carry is the
 * caller's mistake: {@link IllegalArgumentException}, and nothing is sent.
 *
 * <p>The socket is opened by the first notification and stays connected; a receiver that was replaced is found again.
 * Thread safe; the datagrams of one thread keep their order.
 */
public final class Notifier implements AutoCloseable {

    /** The variable that holds the manager's address. */
    public static final String NOTIFY_SOCKET = "NOTIFY_SOCKET";

    /** How long a call waits at most while the receiver's queue is full. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);

    private final @Nullable NotifyAddress address;
    private final NotifyResult unreachable;
    private final long timeoutNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Transport transport; // guarded by lock
    private volatile boolean ready; // written under lock
    private volatile boolean closed;

    private final AtomicLong failures = new AtomicLong();
    private volatile NotifyResult.@Nullable Failed lastFailure;

    private Notifier(@Nullable NotifyAddress address, NotifyResult unreachable, Duration timeout) {
        this.address = address;
        this.unreachable = unreachable;
        this.timeoutNanos = Fields.nanos(timeout);
    }

    /**
     * The notifier of this process's environment. Never throws: without {@code NOTIFY_SOCKET} its calls answer that
     * there is no manager, with a wrong one that they failed.
     *
     * @return a new notifier; one is enough for a process
     */
    public static Notifier fromEnvironment() {
        String text = System.getenv(NOTIFY_SOCKET);
        return text == null || text.isEmpty()
                ? new Notifier(null, Answers.NOT_UNDER_SYSTEMD, DEFAULT_TIMEOUT)
                : create(text, Environ.bytes(NOTIFY_SOCKET, text), DEFAULT_TIMEOUT);
    }

    /**
     * The notifier of an environment, with the default timeout.
     *
     * @param environment the variables
     * @return a new notifier
     */
    public static Notifier of(Map<String, String> environment) {
        return of(environment, DEFAULT_TIMEOUT);
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
        String text = environment.get(NOTIFY_SOCKET);
        return text == null || text.isEmpty()
                ? new Notifier(null, Answers.NOT_UNDER_SYSTEMD, timeout)
                : create(text, Environ.utf8(text), timeout);
    }

    private static Notifier create(String text, byte[] bytes, Duration timeout) {
        try {
            return new Notifier(NotifyAddress.parse(text, bytes), Answers.NOT_UNDER_SYSTEMD, timeout);
        } catch (SystemCallException e) {
            return new Notifier(null, new NotifyResult.Failed(e), timeout);
        }
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
     * Takes out of a child's environment what is meant for this process alone: {@code NOTIFY_SOCKET}, {@code
     * WATCHDOG_*}, {@code LISTEN_*}. Without it a child could notify in our name. The environment of a Java process
     * itself cannot be changed; this is the way.
     *
     * @param child what starts the child
     * @return the same
     */
    public static ProcessBuilder scrub(ProcessBuilder child) {
        Map<String, String> environment = child.environment();
        for (String name : new String[] {
            NOTIFY_SOCKET,
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
        return address != null || unreachable instanceof NotifyResult.Failed;
    }

    /**
     * {@code READY=1}: start-up, or a reload, is finished. In a datagram of its own, as every relay understands it.
     *
     * @return the answer
     */
    public NotifyResult ready() {
        return address == null ? unreachable : send(Notification.READY);
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
        return address == null ? unreachable : send(Notification.RELOADING);
    }

    /**
     * {@code STOPPING=1}: shutting down.
     *
     * @return the answer
     */
    public NotifyResult stopping() {
        return address == null ? unreachable : send(Notification.STOPPING);
    }

    /**
     * {@code WATCHDOG=1}: the service is alive. {@link #pingWatchdog} calls it in time. Allocates nothing.
     *
     * @return the answer
     */
    public NotifyResult watchdog() {
        return address == null ? unreachable : send(Notification.WATCHDOG);
    }

    /**
     * Sends a notification.
     *
     * @param notification the fields
     * @return the answer
     */
    public NotifyResult send(Notification notification) {
        return dispatch(notification, 0, false);
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
        return dispatch(notification, (int) Fields.requirePid("pid", pid), false);
    }

    /** Sends only while READY=1 was not sent, so that nothing meant for the start can arrive after it. */
    NotifyResult sendWhileStarting(Notification notification) {
        return dispatch(notification, 0, true);
    }

    boolean hasSentReady() {
        return ready;
    }

    /**
     * Waits until the manager has read everything that was sent before, see sd_notify_barrier(3). For a process that
     * is about to end: datagrams of a dead process cannot be attributed to its unit.
     *
     * <p>Relays that do not know the barrier close its descriptor as they read, so behind them it says only that the
     * relay has read.
     *
     * @param timeout how long to wait at most, 1 microsecond or more
     * @return sent, when all was read; failed with ETIMEDOUT when it was not in time
     */
    public NotifyResult barrier(Duration timeout) {
        Fields.requireMicros("timeout", timeout);
        if (address == null) {
            return unreachable;
        }
        Backend backend = Backend.current();
        Libc libc = backend.libc();
        return libc == null ? count(withoutCalls(address, backend)) : Barrier.await(this, libc, address, timeout);
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
        if (address == null) {
            return;
        }
        Thread thread = new Thread(this::openAhead, "systemd4j-notify-warm-up");
        thread.setDaemon(true);
        thread.start();
    }

    private void openAhead() {
        Libc libc = Backend.current().libc();
        if (libc == null || address == null || !lock.tryLock()) {
            return;
        }
        try {
            if (!closed) {
                transport(libc, address).warmUp();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * How many calls have answered {@link NotifyResult.Failed} so far, those of the pinger and the extension included.
     *
     * @return the count
     */
    public long failures() {
        return failures.get();
    }

    /**
     * The last failure.
     *
     * @return why, or empty if there was none
     */
    public Optional<IOException> lastFailure() {
        NotifyResult.Failed failed = lastFailure;
        return failed == null ? Optional.empty() : Optional.of(failed.cause());
    }

    /** Closes the socket. Later calls answer that they failed. May be called again. */
    @Override
    public void close() {
        closed = true;
        // Whoever holds the lock waits for the timeout at most; whoever gets it after us sees that we are closed.
        lock.lock();
        try {
            if (transport != null) {
                transport.close();
                transport = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private NotifyResult dispatch(Notification notification, int pid, boolean starting) {
        NotifyAddress to = address;
        if (to == null) {
            return unreachable;
        }
        // First, because it takes its time once, and must not take it from the deadline.
        Backend backend = Backend.current();
        Libc libc = backend.libc();
        if (libc == null) {
            return count(withoutCalls(to, backend));
        }
        long deadline = Deadline.UNSET;
        if (!lock.tryLock()) {
            deadline = Deadline.in(timeoutNanos);
            if (!lockInTime()) {
                return count(failed(to, "send", Errno.EAGAIN, "other threads were sending all the time"));
            }
        }
        try {
            if (closed) {
                return count(failed(to, "send", Errno.EBADF, "this Notifier is closed"));
            }
            if (starting && ready) {
                return Answers.SENT;
            }
            NotifyResult result = transmit(notification, libc, to, pid, deadline);
            if (notification.isReady() && result.isSent()) {
                ready = true;
            }
            return count(result);
        } finally {
            lock.unlock();
        }
    }

    private NotifyResult transmit(Notification notification, Libc libc, NotifyAddress to, int pid, long deadline) {
        byte[] bytes = notification.isReloading() ? notification.bytesWithTime(libc) : notification.bytes();
        int[] ucred = pid == 0 ? Transport.OWN_CREDENTIALS : new int[] {pid, libc.getuid(), libc.getgid()};
        return transport(libc, to).send(bytes, bytes.length, notification.descriptors(), ucred, deadline);
    }

    private Transport transport(Libc libc, NotifyAddress to) {
        Transport open = transport;
        if (open == null) {
            open = to.kind() == NotifyAddress.Kind.VSOCK
                    ? new VsockTransport(libc, to, timeoutNanos)
                    : new UnixTransport(libc, to, timeoutNanos);
            transport = open;
        }
        return open;
    }

    private boolean lockInTime() {
        try {
            return lock.tryLock(timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    NotifyResult count(NotifyResult result) {
        if (result instanceof NotifyResult.Failed failed) {
            lastFailure = failed;
            failures.incrementAndGet();
        }
        return result;
    }

    private static NotifyResult withoutCalls(NotifyAddress to, Backend backend) {
        return failed(to, "send", Errno.ENOSYS, "no system calls: " + backend.reason());
    }

    static NotifyResult.Failed failed(NotifyAddress to, String call, int errno, @Nullable String advice) {
        return new NotifyResult.Failed(new SystemCallException(call, to.text(), errno, advice));
    }
}
