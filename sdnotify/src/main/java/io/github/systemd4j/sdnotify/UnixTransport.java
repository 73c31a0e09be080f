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
        boolean healed = false;
        if (fd < 0) {
            NotifyResult failure = open();
            if (failure != null) {
                return failure;
            }
            healed = true;
        }
        while (true) {
            long result = transmit(bytes.length, fds, ucred);
            if (result >= 0) {
                return Answers.SENT;
            }
            int errno = (int) -result;
            if (errno == Errno.EAGAIN) {
                limit = Deadline.orIn(limit, timeoutNanos);
                if (poll.await(fd, Constants.POLLOUT, limit) <= 0 || Deadline.isPast(limit)) {
                    return failed(
                            "send", errno, "the receiver's queue stayed full for " + timeoutNanos / 1_000_000 + " ms");
                }
            } else if (errno != Errno.EINTR) {
                if (healed || !isReceiverGone(errno)) {
                    return failed(fds.length + ucred.length > 0 ? "sendmsg" : "send", errno, advice(errno, fds, ucred));
                }
                healed = true;
                NotifyResult failure = connect();
                if (failure != null) {
                    return failure;
                }
            }
        }
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

    /** A receiver that closed, was replaced, or reads no more; a new one may be bound to the same address. */
    private static boolean isReceiverGone(int errno) {
        return errno == Errno.ECONNREFUSED
                || errno == Errno.ENOTCONN
                || errno == Errno.ECONNRESET
                || errno == Errno.EPIPE;
    }

    private @Nullable NotifyResult open() {
        int opened = libc.socket(Constants.AF_UNIX, Constants.SOCK_DGRAM | Constants.SOCK_CLOEXEC, 0);
        if (opened < 0) {
            return failed("socket", -opened, null);
        }
        fd = opened;
        NotifyResult failure = connect();
        if (failure != null) {
            close();
        }
        return failure;
    }

    private @Nullable NotifyResult connect() {
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
            open();
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
