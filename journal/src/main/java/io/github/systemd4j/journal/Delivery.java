package io.github.systemd4j.journal;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import org.jspecify.annotations.Nullable;

/**
 * One record that did not go at the first attempt: waits for room, within the bound; connects again, once; puts what is
 * too long for a datagram into a file. Of one thread.
 */
final class Delivery {

    private final Connection connection;
    private final long address;
    private final int length;
    private int file = -1;
    private boolean waiting;
    private long deadline; // once waiting
    private boolean reconnected;

    Delivery(Connection connection, long address, int length) {
        this.connection = connection;
        this.address = address;
        this.length = length;
    }

    /** Connects, and sends. */
    JournalResult start() {
        return goOn(null, Errno.ENOTCONN);
    }

    /**
     * Does what can be done.
     *
     * @param socket where it did not go
     * @param errno why
     */
    JournalResult goOn(@Nullable JournalSocket socket, int errno) {
        try {
            JournalSocket to = socket;
            long result = -errno;
            while (result < 0) {
                JournalResult failure = overcome(to, (int) -result);
                if (failure != null) {
                    return failure;
                }
                to = connection.socket();
                if (to == null) {
                    return connection.failed("send", Errno.ENOTCONN, null); // connect would have said so
                }
                result = file < 0 ? to.send(address, length) : to.pass(file);
            }
            return connection.sent();
        } finally {
            if (file >= 0) {
                connection.libc().close(file);
            }
        }
    }

    /** Null for another attempt, or the end of it. */
    private @Nullable JournalResult overcome(@Nullable JournalSocket to, int errno) {
        return switch (errno) {
            case Errno.EINTR -> null;
            case Errno.EAGAIN -> to == null ? connectOnce(null, errno) : awaitRoom(to);
            case Errno.EMSGSIZE, Errno.ENOBUFS -> putIntoFile(errno);
            // A receiver that closed, was replaced, or reads no more; or a descriptor that somebody closed under us.
            case Errno.ECONNREFUSED, Errno.ENOTCONN, Errno.ECONNRESET, Errno.EPIPE, Errno.EBADF, Errno.ENOTSOCK ->
                connectOnce(to, errno);
            default -> failed(errno);
        };
    }

    private @Nullable JournalResult connectOnce(@Nullable JournalSocket to, int errno) {
        if (reconnected) {
            return failed(errno);
        }
        reconnected = true;
        return connection.connect(to, errno);
    }

    private @Nullable JournalResult awaitRoom(JournalSocket to) {
        if (!waiting && !connection.isCongested()) {
            waiting = true;
            deadline = connection.deadline();
        }
        if (waiting && deadline - System.nanoTime() > 0) {
            int events = to.awaitRoom(deadline);
            if (events > 0) {
                return null;
            }
            if (events < 0 && events != -Errno.EBADF) {
                return connection.failed("poll", -events, null);
            }
        }
        // It may also be the queue of a receiver that hangs while another one is bound to its path by now.
        JournalResult full = connection.congested();
        return reconnected ? full : connectOnce(to, Errno.EAGAIN);
    }

    private @Nullable JournalResult putIntoFile(int errno) {
        if (file >= 0) {
            return failed(errno);
        }
        try {
            file = SealedFile.create(connection.libc(), address, length);
            return null;
        } catch (SystemCallException e) {
            return new JournalResult.Failed(e);
        }
    }

    private JournalResult failed(int errno) {
        return connection.failed(file < 0 ? "send" : "sendmsg", errno, Connection.advice(errno));
    }
}
