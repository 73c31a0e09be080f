package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Libc;
import java.io.IOException;
import java.time.Duration;
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

    /** A lock is held for system calls, and for a wait that is bounded itself; so much patience is never too much. */
    private static final long LOCK_PATIENCE_NANOS = 10_000_000;

    private final String text;
    private final byte[] bytes;
    private final @Nullable NotifyAddress address; // null if it is wrong
    private final long timeoutNanos;

    private final ReentrantLock lock = new ReentrantLock(true);
    private @Nullable Transport transport; // guarded by lock
    private volatile boolean ready; // written under lock
    private volatile boolean closed;

    private final AtomicLong failures = new AtomicLong();
    private volatile NotifyResult.@Nullable Failed lastFailure;

    /** A wrong address makes a connection too: each call on it answers what is wrong. */
    Connection(String text, byte[] bytes, long timeoutNanos) {
        NotifyAddress parsed = null;
        try {
            parsed = NotifyAddress.parse(text, bytes);
        } catch (SystemCallException e) {
            // each call says it anew
        }
        this.text = text;
        this.bytes = bytes;
        this.address = parsed;
        this.timeoutNanos = timeoutNanos;
    }

    /**
     * Sends a notification.
     *
     * @param pid the process to send for, 0 for our own
     * @param starting send only while READY=1 was not sent, so that nothing meant for the start can arrive after it
     */
    NotifyResult send(Notification notification, int pid, boolean starting) {
        return send(notification, pid, starting, Deadline.UNSET);
    }

    /** The same, but not waiting beyond a deadline that may be nearer than our own. */
    NotifyResult send(Notification notification, int pid, boolean starting, long deadline) {
        try {
            return trySend(notification, pid, starting, deadline);
        } catch (OutOfMemoryError e) { // direct memory, of which a server may use up all there is
            return count(failed(text, "malloc", Errno.ENOMEM, e.getMessage()));
        }
    }

    private NotifyResult trySend(Notification notification, int pid, boolean starting, long deadline) {
        NotifyAddress to = address;
        if (to == null) {
            return count(wrongAddress());
        }
        // First, because it takes its time once, and must not take it from the deadline.
        Backend backend = Backend.current();
        Libc libc = backend.libc();
        if (libc == null) {
            return count(withoutCalls(backend));
        }
        long limit = deadline;
        // Whoever waits comes first: tryLock alone would let a thread that sends all the time keep the others out.
        if (lock.hasQueuedThreads() || !lock.tryLock()) {
            limit = Deadline.earlier(deadline, Deadline.in(timeoutNanos));
            if (!lockUntil(Deadline.earlier(deadline, Deadline.in(Math.max(timeoutNanos, LOCK_PATIENCE_NANOS))))) {
                return count(failed(text, "send", Errno.EAGAIN, "other threads were sending all the time"));
            }
        }
        try {
            if (closed) {
                return count(failed(text, "send", Errno.EBADF, "this Notifier is closed"));
            }
            if (starting && ready) {
                return Answers.SENT;
            }
            NotifyResult result = transmit(notification, libc, to, pid, limit);
            if (notification.isReady() && result.isSent()) {
                ready = true;
            }
            return count(result);
        } finally {
            lock.unlock();
        }
    }

    /** An interrupt does not end the wait, which is short: a thread that is being stopped still has its last word. */
    private boolean lockUntil(long deadline) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return lock.tryLock(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
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

    NotifyResult barrier(Duration timeout) {
        NotifyAddress to = address;
        if (to == null) {
            return count(wrongAddress());
        }
        Backend backend = Backend.current();
        Libc libc = backend.libc();
        if (libc == null) {
            return count(withoutCalls(backend));
        }
        try {
            return Barrier.await(this, libc, text, timeout);
        } catch (OutOfMemoryError e) {
            return count(failed(text, "malloc", Errno.ENOMEM, e.getMessage()));
        }
    }

    /** Loads and opens what the first notification will need. */
    void openAhead() {
        Notification.load();
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

    boolean isClosed() {
        return closed;
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

    private NotifyResult wrongAddress() {
        try {
            NotifyAddress.parse(text, bytes);
            throw new IllegalStateException(text); // it is as wrong as it was
        } catch (SystemCallException e) {
            return new NotifyResult.Failed(e);
        }
    }

    private NotifyResult withoutCalls(Backend backend) {
        return failed(text, "send", Errno.ENOSYS, "no system calls: " + backend.reason());
    }

    static NotifyResult.Failed failed(String target, String call, int errno, @Nullable String advice) {
        return new NotifyResult.Failed(new SystemCallException(call, target, errno, advice));
    }
}
