package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.Message;
import io.github.systemd4j.linux.libc.PollFd;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * The manager's side: binds a socket that services notify, and takes what they send, with descriptors and the kernel's
 * word on who sent it. For supervisors, wrappers and tests.
 *
 * <p>Thread safe; one thread at a time receives.
 */
public final class NotifyReceiver implements AutoCloseable {

    private final Libc libc;
    private final BoundAddress address;
    private final int fd;
    private final Message message;
    private final PollFd poll;
    private final Object gate = new Object();
    private volatile boolean shutdown;
    private volatile boolean closed; // written under gate, with the lock of receive

    private NotifyReceiver(Libc libc, BoundAddress address, int fd) {
        this.libc = libc;
        this.address = address;
        this.fd = fd;
        this.message = new Message(libc, Fields.MAX_DATAGRAM, Constants.SCM_MAX_FD);
        this.poll = new PollFd(libc);
    }

    /**
     * Binds an address as it stands in {@code NOTIFY_SOCKET}, with the permissions that the umask leaves. See {@link
     * #builder} for others.
     *
     * @param address an absolute path that does not exist yet, or {@code @} and an abstract name
     * @return the receiver
     * @throws IOException if the address is wrong, taken, or not permitted, or where there are no system calls
     */
    public static NotifyReceiver bind(String address) throws IOException {
        return builder(address).bind();
    }

    /**
     * Prepares to bind an address.
     *
     * @param address an absolute path that does not exist yet, or {@code @} and an abstract name. A path is removed by
     *     {@link #close}. It may be longer than the 107 bytes of a socket address, if its last name has 80 at most;
     *     senders then need a shorter way to it, such as a mount.
     * @return a builder
     */
    public static Builder builder(String address) {
        if (address.isEmpty()) {
            throw new IllegalArgumentException("address: empty");
        }
        return new Builder(address);
    }

    /**
     * Goes on with a socket that was bound before, by this process or by one whose descriptor was stored: what was sent
     * meanwhile is in its queue.
     *
     * @param fd the socket, owned by the receiver from now on
     * @param address what it was bound with; a path is removed by {@link #close}, not by {@link #release}
     * @return the receiver
     * @throws IOException if it is no socket, or where there are no system calls; it is not closed then. What kind of socket
     *     it is, and whether it is bound to that address, is not looked at
     */
    public static NotifyReceiver adopt(int fd, String address) throws IOException {
        Backend backend = Backend.current();
        Libc libc = backend.libc();
        if (libc == null) {
            throw new SystemCallException("adopt", address, Errno.ENOSYS, "no system calls: " + backend.reason());
        }
        BoundAddress bound = BoundAddress.of(address, libc);
        passCredentials(libc, fd, address);
        check("fcntl(F_SETFL)", address, libc.fcntl(fd, Constants.F_SETFL, Constants.O_NONBLOCK));
        check("fcntl(F_SETFD)", address, libc.fcntl(fd, Constants.F_SETFD, Constants.FD_CLOEXEC));
        return new NotifyReceiver(libc, bound, fd);
    }

    /** How an address is bound. Not thread safe. */
    public static final class Builder {

        private static final int UNCHANGED = -1;
        private static final int MAX_MODE = 0777;

        private final String address;
        private int mode = UNCHANGED;
        private int uid = UNCHANGED;
        private int gid = UNCHANGED;
        private boolean replaceStale;

        private Builder(String address) {
            this.address = address;
        }

        /**
         * The permissions of the path: who may write may notify. Without it they are what the umask leaves of 0777.
         *
         * @param mode such as {@code 0660}, 0 to {@code 0777}
         * @return this
         */
        public Builder mode(int mode) {
            if (mode < 0 || mode > MAX_MODE) {
                throw new IllegalArgumentException("mode: " + Integer.toOctalString(mode) + ", must be 0 to 777");
            }
            this.mode = mode;
            return this;
        }

        /**
         * Who owns the path. To give it away needs CAP_CHOWN.
         *
         * @param uid the user, -1 to leave it
         * @param gid the group, -1 to leave it
         * @return this
         */
        public Builder owner(int uid, int gid) {
            this.uid = uid;
            this.gid = gid;
            return this;
        }

        /**
         * Removes a socket that is at the path, if nobody receives there: one that was killed left it.
         *
         * @return this
         */
        public Builder replaceStale() {
            this.replaceStale = true;
            return this;
        }

        /**
         * Binds it.
         *
         * @return the receiver
         * @throws IOException if the address is wrong, taken, or not permitted, or where there are no system calls
         */
        public NotifyReceiver bind() throws IOException {
            Backend backend = Backend.current();
            Libc libc = backend.libc();
            if (libc == null) {
                throw new SystemCallException("socket", address, Errno.ENOSYS, "no system calls: " + backend.reason());
            }
            BoundAddress bound = BoundAddress.of(address, libc);
            int fd = libc.socket(
                    Constants.AF_UNIX, Constants.SOCK_DGRAM | Constants.SOCK_CLOEXEC | Constants.SOCK_NONBLOCK, 0);
            check("socket", address, fd);
            try {
                passCredentials(libc, fd, address);
                if (replaceStale) {
                    bound.removeStale();
                }
                NotifyReceiver receiver = new NotifyReceiver(libc, bound, fd); // before there is a path to be left
                bound.bind(fd, mode, uid, gid);
                return receiver;
            } catch (IOException | RuntimeException | Error e) {
                libc.close(fd);
                throw e;
            }
        }
    }

    private static void passCredentials(Libc libc, int fd, String address) throws SystemCallException {
        Memory memory = Memory.allocate(libc, 4);
        memory.bytes().putInt(0, 1);
        int result = libc.setsockopt(fd, Constants.SOL_SOCKET, Constants.SO_PASSCRED, memory.address(), 4);
        memory.keepAlive();
        check("setsockopt(SO_PASSCRED)", address, result);
    }

    static void check(String call, String target, int result) throws SystemCallException {
        if (result < 0) {
            throw new SystemCallException(call, target, -result, null);
        }
    }

    /**
     * The address, for the {@code NOTIFY_SOCKET} of whoever shall notify.
     *
     * @return the text it was bound with
     */
    public String address() {
        return address.text();
    }

    /**
     * The number of the socket, to be stored with the manager ({@code FDSTORE=1}) for {@link #adopt}.
     *
     * @return the number, which stays this object's until {@link #close} or {@link #release}
     */
    public int number() {
        return fd;
    }

    /**
     * Takes the next datagram.
     *
     * @param timeout how long to wait at most; zero only looks
     * @return the datagram, or empty if none came in time or before {@link #shutdown}
     * @throws IOException if the socket fails or is closed
     */
    public synchronized Optional<ReceivedNotification> receive(Duration timeout) throws IOException {
        if (closed) {
            throw new SystemCallException("recvmsg", address.text(), Errno.EBADF, "this NotifyReceiver is closed");
        }
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout: " + timeout + ", must not be negative");
        }
        long deadline = Deadline.in(Fields.nanos(timeout));
        while (true) {
            long length = message.receive(fd, 0);
            if (length >= 0) {
                return Optional.of(received((int) length));
            }
            if (length != -Errno.EAGAIN && length != -Errno.EINTR) {
                throw new SystemCallException("recvmsg", address.text(), (int) -length, null);
            }
            // After a shutdown poll(2) says readable for ever.
            int events = shutdown ? 0 : poll.await(fd, Constants.POLLIN, deadline);
            if (events == 0) {
                return Optional.empty();
            }
            check("poll", address.text(), events);
        }
    }

    private ReceivedNotification received(int length) {
        byte[] bytes = new byte[length];
        message.payload().get(message.payloadOffset(), bytes);
        return new ReceivedNotification(
                libc,
                bytes,
                message.descriptors(),
                message.hasCredentials() ? message.pid() : 0,
                message.hasCredentials() ? message.uid() : -1,
                message.hasCredentials() ? message.gid() : -1,
                message.truncated() || message.controlTruncated());
    }

    void closeAll(int[] descriptors) {
        for (int each : descriptors) {
            libc.close(each);
        }
    }

    /**
     * Takes no more datagrams: senders are refused from now on, what is queued can still be received, and a receive that
     * waits ends. To go without losing any: shut down, receive until nothing is left, close.
     */
    public void shutdown() {
        synchronized (gate) { // not the lock of receive, which may be held for as long as its caller likes
            if (!closed) {
                libc.shutdown(fd, Constants.SHUT_RD);
                shutdown = true;
            }
        }
    }

    /**
     * Closes the socket and removes the path that it was bound to, whoever is bound there by now. Ends a receive that
     * waits. Datagrams not yet received are lost. May be called again.
     */
    @Override
    public void close() {
        shutdown();
        synchronized (this) {
            if (closeDescriptor()) {
                address.remove();
            }
        }
    }

    /**
     * Closes our descriptor of the socket alone: where somebody else has one, senders go on, and what they send is kept for
     * who adopts it. Waits for a receive under way. May be called again, and instead of {@link #close}.
     */
    public synchronized void release() {
        closeDescriptor();
    }

    private boolean closeDescriptor() {
        synchronized (gate) {
            if (closed) {
                return false;
            }
            closed = true;
            libc.close(fd);
            return true;
        }
    }
}
