package io.github.systemd4j.journal;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Message;
import io.github.systemd4j.linux.libc.PollFd;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The descriptor of a socket that many threads send on at once: the kernel keeps datagrams apart, so no lock does. They
 * are counted, and the last one closes: otherwise a close in one thread would let another send into whatever got the
 * number. Thread safe.
 */
final class JournalSocket {

    private static final int FLAGS = Constants.MSG_DONTWAIT | Constants.MSG_NOSIGNAL;
    private static final int[] OWN_CREDENTIALS = {};

    private final Libc libc;
    private final int fd;
    /** Threads inside a call; from {@link Integer#MIN_VALUE} on when it is closed. */
    private final AtomicInteger users = new AtomicInteger();

    private final AtomicBoolean released = new AtomicBoolean();

    JournalSocket(Libc libc, int fd) {
        this.libc = libc;
        this.fd = fd;
    }

    int fd() {
        return fd;
    }

    /** Sends bytes: how many, or -errno, which is that of a closed descriptor after {@link #close}. */
    long send(long address, int length) {
        if (!enter()) {
            return -Errno.EBADF;
        }
        try {
            return libc.send(fd, address, length, FLAGS);
        } finally {
            leave();
        }
    }

    /** Sends a descriptor and no bytes: 0, or -errno. */
    long pass(int descriptor) {
        Message message = new Message(libc, 0, 1);
        if (!enter()) {
            return -Errno.EBADF;
        }
        try {
            return message.send(fd, 0, new int[] {descriptor}, OWN_CREDENTIALS, FLAGS);
        } finally {
            leave();
        }
    }

    /** Waits for room: the events that are there, 0 when the time is over, or -errno. */
    int awaitRoom(long deadline) {
        PollFd poll = new PollFd(libc);
        if (!enter()) {
            return -Errno.EBADF;
        }
        try {
            return poll.await(fd, Constants.POLLOUT, deadline);
        } finally {
            leave();
        }
    }

    private boolean enter() {
        if (users.incrementAndGet() > 0) {
            return true;
        }
        leave();
        return false;
    }

    private void leave() {
        if (users.decrementAndGet() == Integer.MIN_VALUE && released.compareAndSet(false, true)) {
            libc.close(fd);
        }
    }

    /** Nothing is sent from now on; closed at once, or by the thread that is the last to leave. Once. */
    void close() {
        users.addAndGet(Integer.MIN_VALUE + 1);
        leave();
    }
}
