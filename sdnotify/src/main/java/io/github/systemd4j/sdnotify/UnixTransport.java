package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.Message;
import io.github.systemd4j.linux.libc.PollFd;
import io.github.systemd4j.linux.libc.Sockaddr;
import org.jspecify.annotations.Nullable;

/**
 * A datagram socket that stays connected. One system call for each datagram, where libsystemd needs seven; the price is
 * that a receiver which went away must be noticed: then the same socket is connected once more.
 */
final class UnixTransport implements Transport {

    private static final int FLAGS = Constants.MSG_DONTWAIT | Constants.MSG_NOSIGNAL;

    private final Libc libc;
    private final NotifyAddress address;
    private final long timeoutNanos;
    private final Memory sockaddr;
    private final int sockaddrLength;
    private final Message message;
    private final long payload;
    private final PollFd poll;
    private byte @Nullable [] staged;
    private int fd = -1;
    private boolean stale;

    UnixTransport(Libc libc, NotifyAddress address, long timeoutNanos) {
        this.libc = libc;
        this.address = address;
        this.timeoutNanos = timeoutNanos;
        this.sockaddr = Memory.allocate(libc, Sockaddr.SIZE);
        this.sockaddrLength = address.write(sockaddr.bytes());
        this.message = new Message(libc, Fields.MAX_DATAGRAM, Constants.SCM_MAX_FD);
        this.payload = message.payloadAddress();
        this.poll = new PollFd(libc);
    }

    @Override
    public NotifyResult send(byte[] bytes, int[] fds, int[] ucred, long deadline) {
        stage(bytes);
        long limit = deadline;
        boolean fresh = fd < 0 || stale;
        NotifyResult failure = fresh ? connectAnew() : null;
        while (failure == null) {
            long result = transmit(bytes.length, fds, ucred);
            if (result >= 0) {
                return Answers.SENT;
            }
            int errno = (int) -result;
            if (errno == Errno.EAGAIN) {
                limit = Deadline.orIn(limit, timeoutNanos);
                failure = awaitRoom(limit);
            } else if (errno != Errno.EINTR) {
                if (fresh || !isConnectionLost(errno)) {
                    String call = fds.length + ucred.length > 0 ? "sendmsg" : "send";
                    return failed(call, errno, advice(errno, fds, ucred));
                }
                fresh = true;
                failure = connectAnew();
            }
        }
        return failure;
    }

    private @Nullable NotifyResult awaitRoom(long limit) {
        int events = poll.await(fd, Constants.POLLOUT, limit);
        if (events < 0) {
            return failed("poll", -events, null);
        }
        if (events > 0 && !Deadline.isPast(limit)) {
            return null;
        }
        // It may also be the queue of a receiver that hangs while another one is bound to its address by now.
        stale = true;
        return failed("send", Errno.EAGAIN, "the receiver's queue stayed full");
    }

    /** A constant that was sent last is there already: the bytes of a Notification never change. */
    @SuppressWarnings("ReferenceEquality")
    private void stage(byte[] bytes) {
        if (bytes != staged) {
            message.payload().put(message.payloadOffset(), bytes);
            staged = bytes;
        }
    }

    private long transmit(int length, int[] fds, int[] ucred) {
        if (fds.length + ucred.length > 0) {
            return message.send(fd, length, fds, ucred, FLAGS);
        }
        long result = libc.send(fd, payload, length, FLAGS);
        message.keepAlive();
        return result;
    }

    /** A receiver that closed, was replaced, or reads no more; or a descriptor that somebody closed under us. */
    private boolean isConnectionLost(int errno) {
        return switch (errno) {
            case Errno.ECONNREFUSED, Errno.ENOTCONN, Errno.ECONNRESET, Errno.EPIPE -> true;
            case Errno.EBADF, Errno.ENOTSOCK -> forgetLostSocket(errno);
            default -> false;
        };
    }

    private boolean forgetLostSocket(int errno) {
        if (errno == Errno.EBADF && libc.fcntl(fd, Constants.F_GETFD, 0) >= 0) {
            return false; // ours is well: it is one of those to be passed
        }
        fd = -1;
        return true;
    }

    /** Connects the socket, again or for the first time; a connected datagram socket may be connected elsewhere. */
    private @Nullable NotifyResult connectAnew() {
        stale = false;
        if (fd < 0) {
            int opened = libc.socket(Constants.AF_UNIX, Constants.SOCK_DGRAM | Constants.SOCK_CLOEXEC, 0);
            if (opened < 0) {
                return failed("socket", -opened, null);
            }
            fd = opened;
        }
        int result = libc.connect(fd, sockaddr.address(), sockaddrLength);
        sockaddr.keepAlive();
        return result == 0
                ? null
                : failed("connect", -result, advice(-result, Notification.NO_DESCRIPTORS, OWN_CREDENTIALS));
    }

    private NotifyResult failed(String call, int errno, @Nullable String advice) {
        return new NotifyResult.Failed(new SystemCallException(call, address.text(), errno, advice));
    }

    private @Nullable String advice(int errno, int[] fds, int[] ucred) {
        return switch (errno) {
            case Errno.ENOENT -> "nothing is there; in a container, the socket's directory must be mounted";
            case Errno.ECONNREFUSED -> "nobody receives there";
            case Errno.EPIPE -> "the receiver reads no more";
            case Errno.EACCES -> "no permission to write to the socket or to search its directory";
            case Errno.EPERM -> ucred.length > 0 ? "to notify for another process needs CAP_SYS_ADMIN" : null;
            case Errno.EBADF -> closedDescriptor(fds);
            default -> null;
        };
    }

    private @Nullable String closedDescriptor(int[] fds) {
        for (int each : fds) {
            if (libc.fcntl(each, Constants.F_GETFD, 0) < 0) {
                return "descriptor " + each + " is not open";
            }
        }
        return null;
    }

    @Override
    public void warmUp() {
        if (fd < 0) {
            connectAnew();
        }
        libc.send(-1, payload, 0, FLAGS); // refused as it should be; the way there is linked now
    }

    @Override
    public void close() {
        if (fd >= 0) {
            libc.close(fd);
            fd = -1;
        }
    }
}
