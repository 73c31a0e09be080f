package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Libc;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way to a manager that was named: loads the back-end, lets one thread send at a time, keeps the deadline and the
 * count of failures. Apart from {@link Notifier} so that a process without a manager loads none of this.
 */
final class Connection {

    private final @Nullable NotifyAddress address;
    private final @Nullable SystemCallException wrongAddress; // null if and only if address is not
    private final long timeoutNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Transport transport; // guarded by lock
    private volatile boolean ready; // written under lock
    private volatile boolean closed;

    private final AtomicLong failures = new AtomicLong();
    private volatile NotifyResult.@Nullable Failed lastFailure;

    /** A wrong address makes a connection too: each call on it answers what is wrong. */
    Connection(String text, byte[] bytes, long timeoutNanos) {
        NotifyAddress parsed = null;
        SystemCallException wrong = null;
        try {
            parsed = NotifyAddress.parse(text, bytes);
        } catch (SystemCallException e) {
            wrong = e;
        }
        this.address = parsed;
        this.wrongAddress = wrong;
        this.timeoutNanos = timeoutNanos;
    }

    /**
     * Sends a notification.
     *
     * @param pid the process to send for, 0 for our own
     * @param starting send only while READY=1 was not sent, so that nothing meant for the start can arrive after it
     */
    NotifyResult send(Notification notification, int pid, boolean starting) {
        NotifyAddress to = address;
        if (to == null) {
            return count(new NotifyResult.Failed(Objects.requireNonNull(wrongAddress)));
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
        return transport(libc, to).send(bytes, notification.descriptors(), ucred, deadline);
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

    NotifyResult barrier(Duration timeout) {
        NotifyAddress to = address;
        if (to == null) {
            return count(new NotifyResult.Failed(Objects.requireNonNull(wrongAddress)));
        }
        Backend backend = Backend.current();
        Libc libc = backend.libc();
        return libc == null ? count(withoutCalls(to, backend)) : Barrier.await(this, libc, to, timeout);
    }

    /** Loads and opens what the first notification will need. */
    void openAhead() {
        byte[] unused = Notification.READY.bytes(); // the constants are made
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

    boolean hasSentReady() {
        return ready;
    }

    long failures() {
        return failures.get();
    }

    Optional<IOException> lastFailure() {
        NotifyResult.Failed failed = lastFailure;
        return failed == null ? Optional.empty() : Optional.of(failed.cause());
    }

    void close() {
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
