package io.github.systemd4j.journal;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.Sockaddr;
import java.lang.ref.Reference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way to journald: a datagram socket that stays connected, one system call for each record and no lock around it.
 * What may go wrong is for {@link Delivery}, once it did. Thread safe.
 */
final class Connection {

    static final JournalResult SENT = new JournalResult.Sent();
    static final JournalResult NOT_UNDER_JOURNALD = new JournalResult.NotUnderJournald();

    /** What libsystemd asks for. The kernel doubles it, and caps it for whoever is not privileged. */
    static final int SEND_BUFFER = 8 * 1024 * 1024;

    /** How often a receiver whose queue stays full is looked for anew. */
    private static final long PROBE_NANOS = 1_000_000_000;

    private final Libc libc;
    private final String path;
    private final long timeoutNanos;
    private final int sendBuffer;
    private final Memory sockaddr; // guarded by lock
    private final int sockaddrLength;

    /** Held for calls that do not wait. */
    private final ReentrantLock lock = new ReentrantLock();

    private volatile @Nullable JournalSocket socket; // written under lock
    private volatile boolean closed; // written under lock

    /** The answer for all records while the queue is full, so that only the first ones wait; null while it is not. */
    private volatile JournalResult.@Nullable Failed congestion;

    private volatile long probeAt;

    Connection(Libc libc, String path, byte[] pathBytes, long timeoutNanos, int sendBuffer) {
        this.libc = libc;
        this.path = path;
        this.timeoutNanos = timeoutNanos;
        this.sendBuffer = sendBuffer;
        this.sockaddr = Memory.allocate(libc, Sockaddr.SIZE);
        this.sockaddrLength = Sockaddr.path(sockaddr.bytes(), 0, pathBytes);
    }

    JournalResult send(RecordBuffer record) {
        int length = record.complete();
        long address = record.address(libc);
        try {
            JournalSocket to = socket;
            if (to == null) {
                return new Delivery(this, address, length).start();
            }
            long result = to.send(address, length);
            if (result >= 0) {
                return sent();
            }
            JournalResult.Failed full = congestion;
            if (result == -Errno.EAGAIN && full != null && probeAt - System.nanoTime() > 0) {
                return full;
            }
            return new Delivery(this, address, length).goOn(to, (int) -result);
        } finally {
            Reference.reachabilityFence(record.bytes());
        }
    }

    /** Sends a record if it goes at the first attempt; whether it did. */
    boolean offer(RecordBuffer record) {
        JournalSocket to = socket;
        try {
            return to != null && to.send(record.address(libc), record.complete()) >= 0;
        } finally {
            Reference.reachabilityFence(record.bytes());
        }
    }

    JournalResult sent() {
        if (congestion != null) {
            congestion = null;
        }
        return SENT;
    }

    boolean isCongested() {
        return congestion != null;
    }

    /** The queue stayed full: from now on nobody waits until a record has gone through. */
    JournalResult congested() {
        JournalResult.Failed full = congestion;
        if (full == null) {
            full = failed("send", Errno.EAGAIN, "journald's queue stayed full");
            congestion = full;
        }
        probeAt = System.nanoTime() + PROBE_NANOS;
        return full;
    }

    @Nullable
    JournalSocket socket() {
        return socket;
    }

    Libc libc() {
        return libc;
    }

    long deadline() {
        return System.nanoTime() + timeoutNanos;
    }

    /**
     * Connects, for the first time or again; a connected datagram socket may be connected elsewhere.
     *
     * @param lost the socket that has to be, null for none yet; nothing is done if another thread has replaced it
     * @param errno why; of a descriptor that somebody closed under us, a new one is opened
     * @return null, or what went wrong
     */
    @Nullable
    JournalResult connect(@Nullable JournalSocket lost, int errno) {
        lock.lock();
        try {
            if (closed) {
                return failed("send", Errno.EBADF, "this JournalWriter is closed");
            }
            JournalSocket open = socket;
            if (open != lost) {
                return null;
            }
            if (open == null || errno == Errno.EBADF || errno == Errno.ENOTSOCK) {
                int fd = libc.socket(Constants.AF_UNIX, Constants.SOCK_DGRAM | Constants.SOCK_CLOEXEC, 0);
                if (fd < 0) {
                    return failed("socket", -fd, null);
                }
                raiseSendBuffer(fd);
                open = new JournalSocket(libc, fd);
                socket = open;
            }
            int result = libc.connect(open.fd(), sockaddr.address(), sockaddrLength);
            sockaddr.keepAlive();
            return result == 0 ? null : unconnected(-result);
        } finally {
            lock.unlock();
        }
    }

    /** So that long records are datagrams too. Where that is refused, they go by a file. */
    private void raiseSendBuffer(int fd) {
        Memory value = Memory.allocate(libc, 8);
        value.bytes().putInt(0, sendBuffer);
        if (libc.setsockopt(fd, Constants.SOL_SOCKET, Constants.SO_SNDBUFFORCE, value.address(), 4) < 0) {
            libc.setsockopt(fd, Constants.SOL_SOCKET, Constants.SO_SNDBUF, value.address(), 4);
        }
        value.keepAlive();
    }

    private JournalResult unconnected(int errno) {
        return errno == Errno.ENOENT ? NOT_UNDER_JOURNALD : failed("connect", errno, advice(errno));
    }

    static @Nullable String advice(int errno) {
        return switch (errno) {
            case Errno.ECONNREFUSED -> "nobody receives there; a namespace's journald runs while a unit needs it";
            case Errno.EACCES -> "no permission to write to the socket or to search its directory";
            default -> null;
        };
    }

    JournalResult.Failed failed(String call, int errno, @Nullable String advice) {
        return new JournalResult.Failed(new SystemCallException(call, path, errno, advice));
    }

    void close() {
        lock.lock();
        try {
            JournalSocket open = socket;
            if (open != null && !closed) {
                open.close();
            }
            closed = true;
        } finally {
            lock.unlock();
        }
    }
}
