package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.PollFd;
import io.github.systemd4j.linux.libc.Sockaddr;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Notifies the manager of the host from inside a virtual machine, see vsock(7): a connection for each datagram, its end
 * is the datagram's end, and the receiver's end of it says that it was read. As libsystemd does, but never without a
 * bound.
 */
final class VsockTransport implements Transport {

    private static final int CID_ANY = -1;
    private static final int PRIVILEGED_PORTS = 1024;

    private final Libc libc;
    private final NotifyAddress address;
    private final long timeoutNanos;
    private final Memory sockaddr;
    private final Memory payload;
    private final Memory option;
    private final PollFd poll;

    VsockTransport(Libc libc, NotifyAddress address, long timeoutNanos) {
        this.libc = libc;
        this.address = address;
        this.timeoutNanos = timeoutNanos;
        this.sockaddr = Memory.allocate(libc, Sockaddr.SIZE);
        this.payload = Memory.allocate(libc, Fields.MAX_DATAGRAM);
        this.option = Memory.allocate(libc, 8);
        this.poll = new PollFd(libc);
    }

    @Override
    public NotifyResult send(byte[] bytes, int[] fds, int[] ucred, long deadline) {
        if (fds.length + ucred.length > 0) {
            return failed("sendmsg", Errno.EOPNOTSUPP, "vsock carries neither descriptors nor another process's pid");
        }
        payload.bytes().put(0, bytes);
        long limit = Deadline.earlier(deadline, Deadline.in(timeoutNanos));
        NotifyResult last = failed("socket", Errno.EAFNOSUPPORT, null);
        for (int type : address.types()) {
            NotifyResult result = sendBy(type, bytes.length, limit);
            if (!(result instanceof NotifyResult.Failed failure) || !isUnsupported(failure)) {
                return result;
            }
            last = result;
        }
        return last;
    }

    /** Hypervisors lack some of the socket types: QEMU has no datagrams and says ENODEV. */
    private static boolean isUnsupported(NotifyResult.Failed failure) {
        return switch (((SystemCallException) failure.cause()).errno()) {
            case Errno.ENODEV, Errno.EAFNOSUPPORT, Errno.ESOCKTNOSUPPORT, Errno.EPROTONOSUPPORT, Errno.EOPNOTSUPP ->
                true;
            default -> false;
        };
    }

    private NotifyResult sendBy(int type, int length, long deadline) {
        int fd = libc.socket(Constants.AF_VSOCK, type | Constants.SOCK_CLOEXEC | Constants.SOCK_NONBLOCK, 0);
        if (fd < 0) {
            return failed("socket", -fd, fd == -Errno.EAFNOSUPPORT ? "this kernel has no vsock" : null);
        }
        try {
            bindPrivilegedPort(fd);
            NotifyResult failure = connect(fd, deadline);
            if (failure == null) {
                failure = write(fd, length, deadline);
            }
            if (failure == null && type != Constants.SOCK_DGRAM) {
                failure = finish(fd, deadline);
            }
            return failure == null ? Answers.SENT : failure;
        } finally {
            libc.close(fd);
        }
    }

    /** A port below 1024 shows the host that root of the machine speaks. Best effort: without privilege, without it. */
    private void bindPrivilegedPort(int fd) {
        for (int port = PRIVILEGED_PORTS - 1; port > 0; port--) {
            int length = Sockaddr.vsock(sockaddr.bytes(), 0, CID_ANY, port);
            int result = libc.bind(fd, sockaddr.address(), length);
            sockaddr.keepAlive();
            if (result != -Errno.EADDRINUSE) {
                return;
            }
        }
    }

    private @Nullable NotifyResult connect(int fd, long deadline) {
        int length = address.write(sockaddr.bytes());
        int result = libc.connect(fd, sockaddr.address(), length);
        sockaddr.keepAlive();
        if (result == -Errno.EINPROGRESS) {
            int events = poll.await(fd, Constants.POLLOUT, deadline);
            result = events > 0 ? -socketError(fd) : events == 0 ? -Errno.ETIMEDOUT : events;
        }
        return result == 0 ? null : failed("connect", -result, advice(-result));
    }

    private static @Nullable String advice(int errno) {
        return switch (errno) {
            case Errno.ENODEV -> "this kernel or hypervisor has no vsock of that type";
            case Errno.EADDRNOTAVAIL, Errno.ECONNRESET -> "nobody listens at that CID and port";
            default -> null;
        };
    }

    private int socketError(int fd) {
        ByteBuffer b = option.bytes();
        b.putInt(0, 0).putInt(4, 4);
        int result =
                libc.getsockopt(fd, Constants.SOL_SOCKET, Constants.SO_ERROR, option.address(), option.address() + 4);
        option.keepAlive();
        return result < 0 ? -result : b.getInt(0);
    }

    private @Nullable NotifyResult write(int fd, int length, long deadline) {
        int done = 0;
        while (done < length) {
            long result = libc.send(fd, payload.address() + done, length - done, Constants.MSG_NOSIGNAL);
            payload.keepAlive();
            if (result >= 0) {
                done += (int) result;
            } else if (result == -Errno.EAGAIN) {
                if (poll.await(fd, Constants.POLLOUT, deadline) <= 0) {
                    return failed("send", Errno.EAGAIN, "the receiver took no more of it in time");
                }
            } else if (result != -Errno.EINTR) {
                return failed("send", (int) -result, null);
            }
        }
        return null;
    }

    /** Ends the datagram and waits until the receiver has ended the connection, or it might be lost with our socket. */
    private @Nullable NotifyResult finish(int fd, long deadline) {
        int result = libc.shutdown(fd, Constants.SHUT_WR);
        if (result < 0) {
            return failed("shutdown", -result, null);
        }
        while (true) {
            long read = libc.recv(fd, option.address(), 1, Constants.MSG_DONTWAIT);
            option.keepAlive();
            if (read == 0) {
                return null;
            }
            if (read > 0) {
                return failed("recv", Errno.EPROTO, "the receiver answered, which is not the protocol");
            }
            if (read != -Errno.EAGAIN && read != -Errno.EINTR) {
                return failed("recv", (int) -read, null);
            }
            if (poll.await(fd, Constants.POLLIN, deadline) <= 0) {
                return failed("recv", Errno.ETIMEDOUT, "the receiver did not end the connection in time");
            }
        }
    }

    private NotifyResult failed(String call, int errno, @Nullable String advice) {
        return new NotifyResult.Failed(new SystemCallException(call, address.text(), errno, advice));
    }

    @Override
    public void warmUp() {
        // Nothing stays open between two datagrams.
    }

    @Override
    public void close() {
        // Nothing stays open between two datagrams.
    }
}
