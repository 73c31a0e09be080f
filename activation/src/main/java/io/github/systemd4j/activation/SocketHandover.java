package io.github.systemd4j.activation;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.PollFd;
import io.github.systemd4j.linux.libc.Sockaddr;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Hands listening sockets to a process that runs already: one side binds a unix socket and gives, the other connects
 * and takes. Where that socket can be seen, in a container by a bind mount, sockets of the host arrive, whatever
 * network the container has; and a service can take over from its predecessor. The protocol is docs/handover.md; the
 * descriptors travel as SCM_RIGHTS of unix(7).
 *
 * <p>Both sides then have the same sockets, and whoever accepts first gets a connection: the giver stops accepting when
 * {@link #give} has returned, and closes its own when it likes. Closing is all it may do; shutdown(2) would end
 * them for the other side too.
 *
 * <p>Each side says which users it deals with, by the kernel's word: {@code uid -> uid == 0 || uid == 1000}. In a
 * user namespace a user from outside is 65534, whoever it is; there the permissions of the directory must decide.
 *
 * <p>Thread safe; one taker is served at a time. {@link #give} does not end for an interrupt, but for {@link #close}.
 */
public final class SocketHandover implements AutoCloseable {

    /** A taker that says nothing keeps the others waiting for so long at most. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int BACKLOG = 16;

    private static final int ECONNABORTED = 103;
    private static final int EPROTOTYPE = 91;

    private final Libc libc;
    private final UnixAddress address;
    private final HandoverPeer.Check allowed;
    private final int fd;
    private final PollFd poll;
    private final Object gate = new Object();
    private volatile boolean closed; // written under gate
    private boolean released; // guarded by this

    private SocketHandover(Libc libc, UnixAddress address, HandoverPeer.Check allowed, int fd) {
        this.libc = libc;
        this.address = address;
        this.allowed = allowed;
        this.fd = fd;
        this.poll = new PollFd(libc);
    }

    /** Which processes may take: more than a user can be asked for where several containers have the same ones. */
    @FunctionalInterface
    public interface Takers {

        /**
         * Whether this process may take. The kernel says who it was that connected.
         *
         * @param pid in our own pid namespace; 0 where it has none there. It may have ended by now, and in theory another
         *     process may have its pid: what is asked by it should be something that a stranger cannot have
         * @param uid in our own user namespace; 65534 where it has none there
         * @return whether it gets the sockets
         */
        boolean allowed(int pid, int uid);
    }

    /**
     * Binds the address where takers connect. A path must not exist yet (see {@link #bindReplacingStale}), and is
     * removed by {@link #close}; its permissions are those of the umask, and who may not write to it cannot connect.
     *
     * @param address an absolute path, or {@code @} and an abstract name, at most 107 bytes
     * @param allowedTakers whether a user may take; asked by the thread that gives
     * @return the giving side
     * @throws IOException if the address is taken or not permitted, or where there are no system calls
     */
    public static SocketHandover bind(String address, IntPredicate allowedTakers) throws IOException {
        UnixAddress parsed = UnixAddress.parse(address);
        return bind(libc("bind", parsed), parsed, users(allowedTakers));
    }

    /**
     * The same, for takers who are told apart by their process, such as those of one container.
     *
     * @param address an absolute path, or {@code @} and an abstract name, at most 107 bytes
     * @param allowedTakers whether a process may take; asked by the thread that gives, once for each that connects
     * @return the giving side
     * @throws IOException if the address is taken or not permitted, or where there are no system calls
     */
    public static SocketHandover bind(String address, Takers allowedTakers) throws IOException {
        UnixAddress parsed = UnixAddress.parse(address);
        return bind(
                libc("bind", parsed),
                parsed,
                (pid, uid) -> allowedTakers.allowed(pid, uid)
                        ? null
                        : "process " + pid + " of user " + uid + " is not allowed");
    }

    private static HandoverPeer.Check users(IntPredicate allowed) {
        return (pid, uid) -> allowed.test(uid) ? null : "user " + uid + " is not allowed";
    }

    /**
     * The same, for a giver that may have been killed the last time: first removes a socket that is at the path, if no
     * process has it any more. One that somebody has, listening or not, and any other file, stays and is an exception.
     *
     * @param address an absolute path, or {@code @} and an abstract name, at most 107 bytes
     * @param allowedTakers whether a user may take; asked by the thread that gives
     * @return the giving side
     * @throws IOException if the address is taken or not permitted, or where there are no system calls
     */
    public static SocketHandover bindReplacingStale(String address, IntPredicate allowedTakers) throws IOException {
        UnixAddress parsed = UnixAddress.parse(address);
        Libc libc = libc("bind", parsed);
        parsed.unlinkStale(libc);
        return bind(libc, parsed, users(allowedTakers));
    }

    static SocketHandover bind(Libc libc, UnixAddress address, HandoverPeer.Check allowedTakers) throws IOException {
        int fd = socket(libc, address, Constants.SOCK_NONBLOCK);
        try {
            SocketHandover handover = new SocketHandover(libc, address, allowedTakers, fd);
            Memory memory = Memory.allocate(libc, Sockaddr.SIZE);
            int result = libc.bind(fd, memory.address(), address.write(memory.bytes()));
            memory.keepAlive();
            check("bind", address, result, result == -Errno.EADDRINUSE ? "remove it if nobody listens there" : null);
            handover.listen();
            return handover;
        } catch (IOException | RuntimeException | Error e) {
            libc.close(fd);
            throw e;
        }
    }

    private void listen() throws SystemCallException {
        int result = libc.listen(fd, BACKLOG);
        if (result < 0) {
            address.unlink(libc);
        }
        check("listen", address, result, null);
    }

    /**
     * The address, for those who shall take.
     *
     * @return the text it was bound with
     */
    public String address() {
        return address.toString();
    }

    /**
     * Gives the sockets to the next taker. One that is not allowed, breaks the protocol or is too slow is told so, and
     * is this call's exception; the next call serves the next one.
     *
     * @param sockets 1 to 253, not taken; they stay the caller's. {@link InheritedDescriptor#copyOf} makes one of a channel
     * @param timeout how long to wait for a taker at most; one that came is then given as long again, at most ten seconds
     * @return whether a taker has them and said so; false if none came in time or before {@link #close}
     * @throws IOException if it failed with the one that came, who may have the sockets all the same where only its
     *     answer was lost; or if this is closed
     */
    public boolean give(List<InheritedDescriptor> sockets, Duration timeout) throws IOException {
        return give(sockets.size(), timeout, peer -> {
            // Only now, and copies: while we waited somebody may have closed one, and its number be another's.
            List<InheritedDescriptor> copies = new ArrayList<>();
            try {
                for (InheritedDescriptor socket : sockets) {
                    copies.add(socket.copy());
                }
                peer.give(copies.stream().map(InheritedDescriptor::named).toList(), allowed);
            } finally {
                copies.forEach(InheritedDescriptor::close);
            }
        });
    }

    boolean giveNumbers(List<NamedSocket> sockets, Duration timeout) throws IOException {
        return give(sockets.size(), timeout, peer -> peer.give(sockets, allowed));
    }

    private interface Giving {
        void to(HandoverPeer peer) throws IOException;
    }

    private synchronized boolean give(int count, Duration timeout, Giving giving) throws IOException {
        if (count == 0 || count > Constants.SCM_MAX_FD) {
            throw new IllegalArgumentException("sockets: " + count + ", must be 1 to " + Constants.SCM_MAX_FD);
        }
        if (closed) {
            throw new SystemCallException("accept4", address(), Errno.EBADF, "this SocketHandover is closed");
        }
        int taker = accept(Deadline.in(timeout));
        if (taker < 0) {
            return false;
        }
        long deadline = Deadline.earlier(Deadline.in(timeout), Deadline.in(PATIENCE));
        try (HandoverPeer peer = new HandoverPeer(libc, taker, address(), deadline, Constants.SCM_MAX_FD)) {
            giving.to(peer);
            return true;
        }
    }

    /** The next connection; -1 if none came in time or before the end. */
    private int accept(long deadline) throws SystemCallException {
        while (true) {
            int connection = libc.accept4(fd, 0, 0, Constants.SOCK_CLOEXEC | Constants.SOCK_NONBLOCK);
            if (connection >= 0) {
                return connection;
            }
            if (closed) {
                return -1;
            }
            if (connection == -Errno.EAGAIN) {
                int events = poll.await(fd, Constants.POLLIN, deadline);
                check("poll", address, events, null);
                if (events == 0) {
                    return -1;
                }
            } else if (connection != -Errno.EINTR && connection != -ECONNABORTED) {
                check("accept4", address, connection, null);
            }
        }
    }

    /**
     * Takes the sockets of the side that gives. It must be there; whoever may start first tries again.
     *
     * @param address where it is bound
     * @param allowedGiver whether it may give: the user that bound the address
     * @param timeout for all of it
     * @return the sockets by name and in the giver's order, the caller's, each with close-on-exec; the connections that
     *     wait in them and their O_NONBLOCK are shared with the giver
     * @throws IOException if nobody gives there, if it may not, breaks the protocol or is too slow, if it refuses us, or
     *     where there are no system calls; no descriptor is left open then
     */
    public static Activation take(String address, IntPredicate allowedGiver, Duration timeout) throws IOException {
        List<InheritedDescriptor> taken = new ArrayList<>();
        for (NamedSocket socket : takeNumbers(address, allowedGiver, timeout)) {
            taken.add(InheritedDescriptor.of(socket.descriptor(), socket.name()));
        }
        return Activation.of(taken);
    }

    static List<NamedSocket> takeNumbers(String address, IntPredicate allowedGiver, Duration timeout)
            throws IOException {
        return takeNumbers(address, allowedGiver, timeout, Constants.SCM_MAX_FD);
    }

    static List<NamedSocket> takeNumbers(String address, IntPredicate allowedGiver, Duration timeout, int room)
            throws IOException {
        UnixAddress parsed = UnixAddress.parse(address);
        long deadline = Deadline.in(timeout);
        Libc libc = libc("connect", parsed);
        int fd = socket(libc, parsed, 0);
        try (HandoverPeer peer = new HandoverPeer(libc, fd, address, deadline, room)) {
            connect(libc, fd, parsed, deadline);
            return peer.take(allowedGiver);
        }
    }

    /** A full queue is waited for in the call itself, which has a bound: a socket that does not block just fails. */
    private static void connect(Libc libc, int fd, UnixAddress address, long deadline) throws SystemCallException {
        Memory memory = Memory.allocate(libc, Sockaddr.SIZE);
        int result;
        do {
            long micros = Math.max(1, (deadline - System.nanoTime()) / 1000);
            memory.bytes().putLong(0, micros / 1_000_000).putLong(8, micros % 1_000_000);
            result = libc.setsockopt(fd, Constants.SOL_SOCKET, Constants.SO_SNDTIMEO, memory.address(), 16);
            check("setsockopt(SO_SNDTIMEO)", address, result, null);
            result = libc.connect(fd, memory.address(), address.write(memory.bytes()));
            memory.keepAlive();
        } while (result == -Errno.EINTR);
        check("connect", address, result, result < 0 ? advice(-result) : null);
        check("fcntl(F_SETFL)", address, libc.fcntl(fd, Constants.F_SETFL, Constants.O_NONBLOCK), null);
    }

    private static @Nullable String advice(int errno) {
        return switch (errno) {
            case Errno.ENOENT -> "nothing is there: is the directory mounted in this container?";
            case Errno.ECONNREFUSED -> "nobody gives sockets there";
            case Errno.EAGAIN -> "whoever gives sockets there is busy with others";
            case Errno.EACCES -> "a socket needs the permission to write, its directory the one to search";
            case EPROTOTYPE -> "that is a socket of another type, and no hand-over";
            default -> null;
        };
    }

    private static Libc libc(String call, UnixAddress address) throws SystemCallException {
        Backend backend = Backend.current();
        Libc libc = backend.libc();
        if (libc == null) {
            throw new SystemCallException(
                    call, address.toString(), Errno.ENOSYS, "no system calls: " + backend.reason());
        }
        return libc;
    }

    private static int socket(Libc libc, UnixAddress address, int flags) throws SystemCallException {
        int fd = libc.socket(Constants.AF_UNIX, Constants.SOCK_SEQPACKET | Constants.SOCK_CLOEXEC | flags, 0);
        check("socket", address, fd, null);
        return fd;
    }

    private static void check(String call, UnixAddress address, int result, @Nullable String advice)
            throws SystemCallException {
        if (result < 0) {
            throw new SystemCallException(call, address.toString(), -result, advice);
        }
    }

    /**
     * Ends a {@link #give} that waits for a taker, waits for one that has one, ten seconds at most, and removes the path.
     * The sockets given are not touched. May be called again.
     */
    @Override
    public void close() {
        synchronized (gate) { // not the lock of give, which may be held for as long as its caller likes
            if (!closed) {
                closed = true;
                libc.shutdown(fd, Constants.SHUT_RD);
            }
        }
        synchronized (this) {
            if (!released) {
                released = true;
                libc.close(fd);
                address.unlink(libc);
            }
        }
    }
}
