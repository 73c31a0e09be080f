package io.github.systemd4j.activation;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import java.io.FileDescriptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor that was passed to this process, with the name it was given. It is taken once, by one of the methods that
 * return a channel or the number; whoever took it owns and closes it. Nobody here shuts a socket down or unlinks a
 * path, so the manager's own copy goes on listening after our {@code close()}.
 *
 * <p>What it is can be asked at any time before, and never throws: {@link #type}, {@link #localAddress} and the
 * predicates of sd_is_socket(3) ask the kernel anew, and answer no for a descriptor that was taken.
 *
 * <p>Thread safe: of several takers one gets it, the others an {@link IllegalStateException}.
 */
public final class InheritedDescriptor implements AutoCloseable {

    private final int number;
    private final String name;
    /** Descriptor 0, for which the JDK has a way of its own. */
    private final boolean standardInput;

    private boolean taken; // guarded by this

    private InheritedDescriptor(int number, String name, boolean standardInput) {
        this.number = number;
        this.name = name;
        this.standardInput = standardInput;
    }

    static InheritedDescriptor standardInput() {
        return new InheritedDescriptor(0, "stdin", true);
    }

    /**
     * Owns a descriptor that this process has from elsewhere, so that it can become a channel.
     *
     * @param number the descriptor, owned by the new object from now on
     * @param name a name for it
     * @return the descriptor
     */
    public static InheritedDescriptor of(int number, String name) {
        if (number < 0) {
            throw new IllegalArgumentException("number: " + number + ", must not be negative");
        }
        return new InheritedDescriptor(number, name, false);
    }

    /**
     * A copy of a channel's descriptor, to be handed on; both share the socket.
     *
     * @param channel one of the JDK's: server, socket, datagram or pipe channel
     * @param name a name for the copy
     * @return the copy, the caller's, with close-on-exec where there are system calls
     * @throws IOException if the channel has no descriptor or is closed, or if there is no gate to the JDK
     */
    public static InheritedDescriptor copyOf(Channel channel, String name) throws IOException {
        InheritedDescriptor copy = copyOf(numberOf(channel), name);
        if (!channel.isOpen()) { // closed meanwhile, and the number may have been somebody else's
            copy.close();
            throw new ClosedChannelException();
        }
        return copy;
    }

    /** A copy of this one, which must not be taken. */
    synchronized InheritedDescriptor copy() throws IOException {
        open();
        return copyOf(number, name);
    }

    private static InheritedDescriptor copyOf(int number, String name) throws IOException {
        Gate gate = Gate.current();
        Libc libc = gate.libc();
        int copy = libc == null
                ? gate.orThrow("a copy of descriptor " + number).dup(number)
                : libc.fcntl(number, Constants.F_DUPFD_CLOEXEC, ListenEnvironment.FIRST);
        if (copy < 0) {
            throw new SystemCallException("fcntl(F_DUPFD_CLOEXEC)", "descriptor " + number, -copy, null);
        }
        return of(copy, name);
    }

    /** The descriptor of a channel of the JDK, which stays the channel's. */
    static int numberOf(Channel channel) throws IOException {
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
        int number = Gate.current().orThrow("a channel's descriptor").number(channel);
        if (number < 0) {
            throw new ActivationException(channel.getClass().getName()
                    + " is no channel of the JDK's with a descriptor: server, socket, datagram and pipe channels are");
        }
        return number;
    }

    /** As a number with a name, to be handed on while it stays ours. */
    synchronized NamedSocket named() {
        if (taken) {
            throw new IllegalArgumentException(label() + " was taken before");
        }
        return new NamedSocket(name, number);
    }

    /**
     * The name: {@code FileDescriptorName=} of the socket unit, which is the unit's own name if not set; what
     * {@code FDNAME=} said of a stored one, {@code stored} if nothing; {@code unknown} if no names were passed.
     *
     * @return the name, not necessarily unique
     */
    public String name() {
        return name;
    }

    /**
     * Whether one of the methods below took it, or it was closed.
     *
     * @return whether it is gone
     */
    public synchronized boolean isTaken() {
        return taken;
    }

    /**
     * What it is. Where there is no gate to the JDK (see {@link GateDiagnostics}), every socket is {@link
     * DescriptorType#OTHER_SOCKET}.
     *
     * @return the type; {@link DescriptorType#OTHER} for one that is taken or not open
     */
    public synchronized DescriptorType type() {
        ProcDescriptor proc = proc();
        SocketFacts facts = facts(proc);
        if (facts != null) {
            return facts.descriptorType();
        }
        return proc == null ? DescriptorType.OTHER : proc.type();
    }

    /**
     * The address that a socket is bound to.
     *
     * @return the address, with an empty path for an abstract one (see {@link #address}); empty for what is no internet
     *     or unix socket
     */
    public Optional<SocketAddress> localAddress() {
        SocketFacts facts = facts();
        return facts == null ? Optional.empty() : Optional.ofNullable(facts.local());
    }

    /**
     * The address or path as systemd.socket(5) writes it: {@code 127.0.0.1:80}, {@code [::]:80}, {@code /run/x.sock},
     * {@code @abstract}; for what is no socket, its path. The bytes of an abstract name that are not ASCII stand as
     * ISO 8859-1.
     *
     * @return the text, empty where there is none
     */
    public synchronized String address() {
        ProcDescriptor proc = proc();
        SocketFacts facts = facts(proc);
        if (facts != null) {
            return facts.address();
        }
        return proc == null ? "" : proc.path();
    }

    /**
     * Whether it is a socket of this kind. See sd_is_socket(3).
     *
     * @param family the family, null for any
     * @param type {@code STREAM}, {@code DATAGRAM} or {@code SEQPACKET}, null for any
     * @param listening whether it accepts connections, null for either
     * @return whether all of it is so
     */
    public boolean isSocket(
            @Nullable ProtocolFamily family, @Nullable DescriptorType type, @Nullable Boolean listening) {
        SocketFacts facts = facts();
        return facts != null && facts.is(family, type, listening);
    }

    /**
     * Whether it is an internet socket of this kind. See sd_is_socket_inet(3).
     *
     * @param family {@code INET} or {@code INET6}, null for either
     * @param type {@code STREAM} or {@code DATAGRAM}, null for any
     * @param listening whether it accepts connections, null for either
     * @param port the port it is bound to, 0 for any
     * @return whether all of it is so
     */
    public boolean isSocketInet(
            @Nullable ProtocolFamily family, @Nullable DescriptorType type, @Nullable Boolean listening, int port) {
        SocketFacts facts = facts();
        return facts != null
                && facts.is(family, type, listening)
                && facts.local() instanceof InetSocketAddress inet
                && (port == 0 || port == inet.getPort());
    }

    /**
     * Whether it is a unix socket of this kind. See sd_is_socket_unix(3).
     *
     * @param type {@code STREAM}, {@code DATAGRAM} or {@code SEQPACKET}, null for any
     * @param listening whether it accepts connections, null for either
     * @param address the path it is bound to, or {@code @} and the abstract name; null for any
     * @return whether all of it is so
     */
    public boolean isSocketUnix(@Nullable DescriptorType type, @Nullable Boolean listening, @Nullable String address) {
        SocketFacts facts = facts();
        return facts != null
                && facts.is(null, type, listening)
                && facts.local() instanceof UnixDomainSocketAddress
                && (address == null || address.equals(facts.address()));
    }

    /**
     * Whether it is a FIFO. See sd_is_fifo(3).
     *
     * @param path the FIFO it must be, null for any
     * @return whether it is
     */
    public boolean isFifo(@Nullable Path path) {
        return type() == DescriptorType.FIFO && (path == null || isSameFile(path));
    }

    /**
     * Whether it is a regular file or a character device, as {@code ListenSpecial=} opens them. See sd_is_special(3).
     *
     * @param path the file it must be, null for any
     * @return whether it is
     */
    public boolean isSpecial(@Nullable Path path) {
        DescriptorType type = type();
        return (type == DescriptorType.FILE || type == DescriptorType.CHARACTER_DEVICE)
                && (path == null || isSameFile(path));
    }

    /**
     * Whether it is a POSIX message queue. See sd_is_mq(3); here it is known by its place in the file system of
     * {@code /dev/mqueue}, which must be mounted.
     *
     * @param name the queue it must be, such as {@code /queue}
     * @return whether it is
     */
    public boolean isMessageQueue(String name) {
        if (!name.startsWith("/")) {
            throw new IllegalArgumentException("name: " + name + ", must begin with a slash");
        }
        return type() == DescriptorType.FILE && isSameFile(Path.of("/dev/mqueue" + name));
    }

    private boolean isSameFile(Path path) {
        try {
            Path mine = ProcDescriptor.path(number);
            if (type() == DescriptorType.CHARACTER_DEVICE) { // the same device behind two names
                return Files.getAttribute(mine, "unix:rdev").equals(Files.getAttribute(path, "unix:rdev"));
            }
            return Files.getAttribute(mine, "unix:ino").equals(Files.getAttribute(path, "unix:ino"))
                    && Files.getAttribute(mine, "unix:dev").equals(Files.getAttribute(path, "unix:dev"));
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /**
     * Takes a listener: TCP, MPTCP, unix stream or seqpacket. The channel is the JDK's own, bound, blocking, with the
     * right family.
     *
     * @return the channel
     * @throws ActivationException if it is no listener, or if there is no gate to the JDK
     * @throws IOException if the kernel refuses
     */
    public synchronized ServerSocketChannel serverSocketChannel() throws IOException {
        return take(ChannelKind.LISTENER, ServerSocketChannel.class);
    }

    /**
     * Takes a connection, as a unit with {@code Accept=yes} gets it: TCP, unix stream or seqpacket.
     *
     * @return the channel, connected and blocking
     * @throws ActivationException if it is no connection, or if there is no gate to the JDK
     * @throws IOException if the kernel refuses
     */
    public synchronized SocketChannel socketChannel() throws IOException {
        return take(ChannelKind.CONNECTION, SocketChannel.class);
    }

    /**
     * Takes a UDP socket.
     *
     * @return the channel, bound and blocking
     * @throws ActivationException if it is no UDP socket, or if there is no gate to the JDK
     * @throws IOException if the kernel refuses
     */
    public synchronized DatagramChannel datagramChannel() throws IOException {
        return take(ChannelKind.UDP, DatagramChannel.class);
    }

    /**
     * Takes what can only be read from, with a selector or without: a FIFO, or a unix datagram socket, of which each
     * read takes one datagram (cut to the buffer, without its sender's address). Of a datagram socket, -1 is an empty
     * datagram and not the end: go on reading.
     *
     * @return the channel, blocking
     * @throws ActivationException if it is neither, or if there is no gate to the JDK
     * @throws IOException if the kernel refuses
     */
    public synchronized Pipe.SourceChannel sourceChannel() throws IOException {
        return take(ChannelKind.SOURCE, Pipe.SourceChannel.class);
    }

    /**
     * Takes a file or character device: {@code OpenFile=}, {@code ListenSpecial=}, a memfd of the descriptor store. The
     * channel is on the very descriptor: it may do what that may, whoever the path permits, and position and {@code
     * O_APPEND} are shared with whoever else has it.
     *
     * @return the channel, readable and writable as the descriptor is
     * @throws ActivationException if it is no such file, or if there is no gate to the JDK
     * @throws IOException if the kernel refuses
     */
    public synchronized FileChannel fileChannel() throws IOException {
        ProcDescriptor proc = open();
        if (ChannelKind.of(proc.type()) != ChannelKind.FILE) {
            throw new ActivationException(this + " is no file");
        }
        FileChannel channel = Gate.current().orThrow(toString()).fileChannel(number, proc.readable(), proc.writable());
        taken = true;
        return channel;
    }

    /**
     * Takes it as a {@link FileDescriptor}, for a {@link java.io.FileInputStream} or {@link java.io.FileOutputStream},
     * which read and write the very descriptor and close it.
     *
     * @return the descriptor
     * @throws IOException if it is not open, or if there is no gate to the JDK
     */
    public synchronized FileDescriptor fileDescriptor() throws IOException {
        open();
        FileDescriptor descriptor = Gate.current().orThrow(toString()).fileDescriptor(number);
        taken = true;
        return descriptor;
    }

    /**
     * The number, for a call that only looks or copies, such as {@code FDSTORE=1}. It is not taken.
     *
     * @return the number, which stays this object's
     */
    public synchronized int number() {
        if (taken) {
            throw new IllegalStateException(label() + " was taken before");
        }
        return number;
    }

    /**
     * Takes the bare number: the way out for everything that the JDK has no channel for, and for libraries that want
     * it (junixsocket, whose {@code close()} shuts the socket down for the manager too; Netty's epoll transport, see
     * {@link #setNonBlocking}). Nothing is changed about the descriptor.
     *
     * @return the number, the caller's to close
     */
    public synchronized int takeNumber() {
        if (taken) {
            throw new IllegalStateException(label() + " was taken before");
        }
        taken = true;
        return number;
    }

    /**
     * Sets {@code O_NONBLOCK}, for who takes the number and expects it so, as Netty's epoll transport does before 4.2.
     * The channels here don't need it.
     *
     * @throws IOException if the kernel refuses, or if there is no gate to the JDK
     */
    public synchronized void setNonBlocking() throws IOException {
        open();
        Gate.current().orThrow(toString()).setNonBlocking(number);
    }

    /** Closes the descriptor if nobody took it. Never throws. */
    @Override
    public synchronized void close() {
        if (taken) {
            return;
        }
        taken = true;
        Bridge bridge = Gate.current().bridge();
        if (bridge != null) { // without a gate there is nothing here that could close it
            try {
                bridge.close(number);
            } catch (IOException e) {
                return; // gone all the same, close(2) says
            }
        }
    }

    private <C extends Channel> C take(ChannelKind wanted, Class<C> type) throws IOException {
        ProcDescriptor proc = open();
        C channel;
        if (standardInput && Gate.current().bridge() == null) {
            channel = inheritedChannel(type);
        } else {
            Bridge bridge = Gate.current().orThrow(label());
            SocketFacts facts = facts(proc);
            ChannelKind kind = facts == null ? ChannelKind.of(proc.type()) : ChannelKind.of(facts);
            if (kind != wanted) {
                throw new ActivationException(this + ": " + kind.advice());
            }
            ProtocolFamily family = facts == null ? null : facts.family();
            channel = type.cast(
                    standardInput ? copiedChannel(bridge, wanted, family) : bridge.channel(wanted, number, family));
        }
        taken = true;
        return channel;
    }

    /** Descriptor 0 stays what it is, or the next file that is opened would become our standard input. */
    private Channel copiedChannel(Bridge bridge, ChannelKind wanted, @Nullable ProtocolFamily family)
            throws IOException {
        int copy = bridge.dup(number);
        try {
            Channel channel = bridge.channel(wanted, copy, family);
            bridge.close(number); // which puts /dev/null there; the peer shall see the end when the channel ends
            return channel;
        } catch (IOException | RuntimeException e) {
            bridge.close(copy);
            throw e;
        }
    }

    private static <C extends Channel> C inheritedChannel(Class<C> type) throws IOException {
        Channel channel = System.inheritedChannel();
        if (!type.isInstance(channel)) {
            throw new ActivationException("descriptor 0 is "
                    + (channel == null
                            ? "nothing that System.inheritedChannel() knows"
                            : "a " + channel.getClass().getSimpleName()));
        }
        return type.cast(channel);
    }

    /** What it is as a file; throws when it is taken or not open. */
    private ProcDescriptor open() throws SystemCallException {
        if (taken) {
            throw new IllegalStateException(label() + " was taken before");
        }
        ProcDescriptor proc = ProcDescriptor.of(number);
        if (proc == null) {
            throw new SystemCallException("fstat", label(), Errno.EBADF, "somebody else closed it");
        }
        return proc;
    }

    /** Null for what is taken or not open. */
    private @Nullable ProcDescriptor proc() {
        return taken ? null : ProcDescriptor.of(number);
    }

    private synchronized @Nullable SocketFacts facts() {
        return facts(proc());
    }

    /** Null for what is no socket, is taken, or cannot be asked. */
    private @Nullable SocketFacts facts(@Nullable ProcDescriptor proc) {
        if (proc == null || !proc.type().isSocket()) {
            return null;
        }
        Gate gate = Gate.current();
        try {
            return gate.bridge() == null
                    ? null
                    : SocketFacts.of(number, gate.bridge(), gate.libc(), proc.socketInode());
        } catch (IOException e) {
            return null;
        }
    }

    private String label() {
        return "descriptor " + number + " (" + name + ")";
    }

    /** {@return the number, the name and what it is} */
    @Override
    public synchronized String toString() {
        if (taken) {
            return label() + ", taken";
        }
        ProcDescriptor proc = proc();
        SocketFacts facts = facts(proc);
        if (facts != null) {
            return label() + ", " + facts;
        }
        DescriptorType type = proc == null ? DescriptorType.OTHER : proc.type();
        if (type.isSocket()) {
            return label() + ", a socket that cannot be asked: "
                    + Gate.current().diagnostics().reason();
        }
        String path = proc == null ? "" : proc.path();
        return label() + ", " + type.toString().toLowerCase(Locale.ROOT).replace('_', ' ')
                + (path.isEmpty() ? "" : " " + path);
    }
}
