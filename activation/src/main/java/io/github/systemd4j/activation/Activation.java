package io.github.systemd4j.activation;

import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The sockets that systemd, or another service manager, passed to this process. See sd_listen_fds(3) and
 * systemd.socket(5).
 *
 * <pre>{@code
 * Activation activation = Activation.fromEnvironment();
 * ServerSocketChannel http = activation.bindOrAdopt(new InetSocketAddress(8080)); // the same line on a laptop
 * DatagramChannel syslog = activation.first("syslog").orElseThrow().datagramChannel();
 * }</pre>
 *
 * <p>Descriptors are found by name or by what they are, never by position: the descriptor store returns them in reverse.
 * Nothing is taken before all of them were checked, and what is wrong is said by {@link #reason}. Nothing here throws
 * because of the environment. Thread safe.
 *
 * <p>Close-on-exec is set where system calls are loaded, which is at every gate but {@code opens} (see {@link
 * GateDiagnostics}); a channel of the transparent mode is without. Such descriptors are as those of every channel of
 * the JDK; {@link ProcessBuilder} passes neither on. {@code LISTEN_PIDFDID} is looked at where system calls are loaded
 * too.
 */
public final class Activation {

    /** What came of the environment. */
    public enum Status {
        /** There are descriptors. */
        PASSED,
        /** This process was not started with descriptors: a laptop, a test, a unit without a socket. */
        NOT_ACTIVATED,
        /** Something was meant to be passed, but not to us, or not rightly: see {@link Activation#reason}. */
        REFUSED
    }

    /** Set for all copies of this class in the JVM: the numbers of the descriptors that one of them took. */
    private static final String TAKEN = "io.github.systemd4j.activation.taken";

    // Guarded by the class. The descriptors are the process's, and so is the fact that they were taken.
    private static @Nullable Activation process;

    private final Status status;
    private final String reason;
    private final List<InheritedDescriptor> descriptors;
    private final Adopter adopter = new Adopter(this);

    private Activation(Status status, String reason, List<InheritedDescriptor> descriptors) {
        this.status = status;
        this.reason = reason;
        this.descriptors = List.copyOf(descriptors);
    }

    /**
     * The descriptors of this process, by the strict policy. Always the same object once there are some: they can be
     * passed on inside the process by asking again.
     *
     * @return what was passed
     */
    public static Activation fromEnvironment() {
        return fromEnvironment(ListenPolicy.STRICT);
    }

    /**
     * The descriptors of this process. The policy matters until they are found; then it is always the same object.
     *
     * @param policy whose {@code LISTEN_PID} is believed
     * @return what was passed
     */
    public static synchronized Activation fromEnvironment(ListenPolicy policy) {
        if (process == null || process.status != Status.PASSED) {
            process = of(System.getenv(), ProcessHandle.current().pid(), policy);
        }
        return process;
    }

    /**
     * The descriptors that an environment names, which must be open in this process. They are taken: a second call
     * with the same is refused.
     *
     * @param environment the variables
     * @param pid whom {@code LISTEN_PID} must name
     * @param policy whose else's {@code LISTEN_PID} is believed
     * @return what was passed
     */
    public static synchronized Activation of(Map<String, String> environment, long pid, ListenPolicy policy) {
        ListenEnvironment listen = ListenEnvironment.parse(environment, pid, policy);
        if (listen.status() == Status.PASSED) {
            listen = InheritedCheck.check(InheritedCheck.taken(listen, System.getProperty(TAKEN)));
        }
        String pidFd = environment.get(ListenEnvironment.LISTEN_PIDFDID);
        if (listen.status() == Status.PASSED
                && pidFd != null
                && isSelf(environment.get(ListenEnvironment.LISTEN_PID))) {
            Libc libc = Gate.current().libc();
            listen = libc == null ? listen : InheritedCheck.check(listen, pidFd, OwnPidFd.inode(libc));
        }
        if (listen.status() == Status.PASSED) {
            // Not get and set: a copy in another class loader may be as far as we are.
            String range = ListenEnvironment.FIRST + "-"
                    + (ListenEnvironment.FIRST + listen.names().size() - 1);
            listen =
                    InheritedCheck.taken(listen, (String) System.getProperties().putIfAbsent(TAKEN, range));
        }
        List<InheritedDescriptor> descriptors = new ArrayList<>();
        for (int i = 0; i < listen.names().size(); i++) {
            descriptors.add(InheritedDescriptor.of(
                    ListenEnvironment.FIRST + i, listen.names().get(i)));
        }
        if (listen.status() == Status.PASSED) {
            closeOnExec(ListenEnvironment.FIRST + descriptors.size() - 1);
        }
        return new Activation(listen.status(), listen.reason(), descriptors);
    }

    /**
     * Descriptors that came in another way: received over a socket, or made by a test.
     *
     * @param descriptors the descriptors, owned by the new object from now on
     * @return an activation that passed them
     */
    public static Activation of(List<InheritedDescriptor> descriptors) {
        return descriptors.isEmpty()
                ? new Activation(Status.NOT_ACTIVATED, "no descriptor was passed", descriptors)
                : new Activation(Status.PASSED, descriptors.size() + " descriptors", descriptors);
    }

    /**
     * The socket on descriptor 0, as {@code StandardInput=socket} and inetd pass it. No variable tells of it, so it
     * must be asked for.
     *
     * @return the descriptor, empty if standard input is no socket
     */
    public static Optional<InheritedDescriptor> standardInput() {
        ProcDescriptor proc = ProcDescriptor.of(0);
        return proc != null && proc.type().isSocket()
                ? Optional.of(InheritedDescriptor.standardInput())
                : Optional.empty();
    }

    private static boolean isSelf(@Nullable String pid) {
        return Long.toString(ProcessHandle.current().pid()).equals(pid);
    }

    private static void closeOnExec(int last) {
        Libc libc = Gate.current().libc();
        for (int fd = ListenEnvironment.FIRST; libc != null && fd <= last; fd++) {
            libc.fcntl(fd, Constants.F_SETFD, Constants.FD_CLOEXEC);
        }
    }

    /**
     * Whether descriptors were passed.
     *
     * @return the answer
     */
    public Status status() {
        return status;
    }

    /**
     * Why the status is what it is.
     *
     * @return one line, for people: {@code LISTEN_PID=4711 is not this process, which is 4712, but its parent /bin/sh:
     *     start java with exec}
     */
    public String reason() {
        return reason;
    }

    /**
     * All descriptors, also those that were taken.
     *
     * @return in the order of their numbers
     */
    public List<InheritedDescriptor> descriptors() {
        return descriptors;
    }

    /**
     * The descriptors of a name, also those that were taken. All sockets of one unit have one name unless told
     * otherwise.
     *
     * @param name the name
     * @return those of the name, in the order of their numbers
     */
    public List<InheritedDescriptor> named(String name) {
        return descriptors.stream().filter(each -> each.name().equals(name)).toList();
    }

    /**
     * The first descriptor of a name that nobody took yet.
     *
     * @param name the name
     * @return the descriptor, empty if there is none
     */
    public Optional<InheritedDescriptor> first(String name) {
        return named(name).stream().filter(each -> !each.isTaken()).findFirst();
    }

    /**
     * A listener for an address: the inherited one that is bound to it, otherwise a new one. An inherited one fits if it
     * has the port and the address, or the path; if both addresses are wildcards; or if the wildcard is asked for and
     * exactly one is bound to this port, which listens more narrowly but is what the unit says.
     *
     * <p>With {@link Status#REFUSED} a new one is bound too, as it must be where the variables are left over of somebody
     * else; a service that must not do without its sockets asks for the status.
     *
     * @param address the address
     * @return the channel, bound and blocking
     * @throws IOException if none fits and the address cannot be bound, or if it cannot become a channel
     */
    public ServerSocketChannel bindOrAdopt(SocketAddress address) throws IOException {
        requireGate();
        synchronized (this) { // or another thread could take between finding and taking
            InheritedDescriptor inherited = find(address, true);
            if (inherited != null) {
                return inherited.serverSocketChannel();
            }
        }
        return bind(address);
    }

    /**
     * A listener of a name: the first inherited one that has it and nobody took, otherwise a new one.
     *
     * @param name the name, {@code FileDescriptorName=} of the socket unit
     * @param otherwise the address to bind where none of that name was passed
     * @return the channel, bound and blocking
     * @throws IOException if none has the name and the address cannot be bound, or if it cannot become a channel
     */
    public ServerSocketChannel bindOrAdopt(String name, SocketAddress otherwise) throws IOException {
        requireGate();
        synchronized (this) {
            for (InheritedDescriptor each : named(name)) {
                if (each.isSocket(null, null, true)) {
                    return each.serverSocketChannel();
                }
            }
        }
        return bind(otherwise);
    }

    /**
     * A UDP socket for an address: the inherited one that is bound to it, as {@link #bindOrAdopt(SocketAddress)} finds
     * it, otherwise a new one.
     *
     * @param address the address
     * @return the channel, bound and blocking
     * @throws IOException if none fits and the address cannot be bound, or if it cannot become a channel
     */
    public DatagramChannel bindOrAdoptDatagram(InetSocketAddress address) throws IOException {
        requireGate();
        synchronized (this) {
            InheritedDescriptor inherited = find(address, false);
            if (inherited != null) {
                return inherited.datagramChannel();
            }
        }
        return bound(DatagramChannel.open(), address);
    }

    private ServerSocketChannel bind(SocketAddress address) throws IOException {
        return bound(
                address instanceof UnixDomainSocketAddress
                        ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        : ServerSocketChannel.open(),
                address);
    }

    /** The channel, which is closed if it cannot be bound. */
    private <C extends NetworkChannel> C bound(C channel, SocketAddress address) throws IOException {
        try {
            channel.bind(address);
            return channel;
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            explain(e, address);
            throw e;
        }
    }

    /** The address is taken by systemd itself when its socket was refused here: then that is what must be said. */
    private void explain(Throwable thrown, SocketAddress address) {
        if (status == Status.REFUSED) {
            thrown.addSuppressed(new ActivationException("no inherited socket for " + address + ": " + reason));
        }
    }

    /** A socket that was passed and cannot be asked may be the one; to bind another instead would serve nobody. */
    private void requireGate() throws ActivationException {
        for (InheritedDescriptor each : descriptors) {
            if (Gate.current().bridge() == null && each.type().isSocket()) {
                Gate.current().orThrow(each.toString());
            }
        }
    }

    private @Nullable InheritedDescriptor find(@Nullable SocketAddress address, boolean listening) {
        return status == Status.PASSED ? AddressMatch.find(descriptors, address, listening) : null;
    }

    /**
     * The transparent mode, from inside: every {@link ServerSocketChannel} and {@link DatagramChannel} that is bound
     * from now on, by whatever server, becomes the inherited socket of its address if there is one, found as {@link
     * #bindOrAdopt(SocketAddress)} finds it. Call it first in {@code main}: the JDK chooses its {@link
     * java.nio.channels.spi.SelectorProvider} once, when the first channel is opened. See {@link
     * ActivatedSelectorProvider} for the way from outside. Without descriptors nothing is done.
     *
     * <p>It needs socket(2), unlike the rest here: a channel has a socket of its own until it is bound. What was set on
     * that one before, such as its buffer's size, is lost; the unit says how the inherited one is.
     *
     * @throws ActivationException if the JDK chose before, if another Activation adopts already, or if there is no gate
     * @throws IOException never otherwise
     */
    public void adoptOnBind() throws IOException {
        if (status != Status.PASSED) {
            return;
        }
        Bridge bridge = Gate.current().orThrow("a server's own channel");
        if (!bridge.install(adopter)
                && !(SelectorProvider.provider() instanceof ActivatedSelectorProvider provider
                        && provider.adoptsFor(this))) {
            throw new ActivationException("the JDK's SelectorProvider is "
                    + SelectorProvider.provider().getClass().getName() + ", and its choice is for good: call"
                    + " adoptOnBind() first in main, before a channel is opened, on one Activation only; or start java"
                    + " with -Djava.nio.channels.spi.SelectorProvider=" + ActivatedSelectorProvider.class.getName());
        }
    }

    BiFunction<@Nullable SocketAddress, Boolean, Integer> adopter() {
        return adopter;
    }

    /** What the channels of the transparent mode ask when they are bound: the number, or -1. */
    synchronized int adopt(@Nullable SocketAddress address, boolean listening) {
        InheritedDescriptor found = find(address, listening);
        return found == null ? -1 : found.takeNumber();
    }

    /** A class, not a lambda: the first of a JVM costs milliseconds of its start. */
    private static final class Adopter implements BiFunction<@Nullable SocketAddress, Boolean, Integer> {
        private final Activation activation;

        Adopter(Activation activation) {
            this.activation = activation;
        }

        @Override
        public Integer apply(@Nullable SocketAddress address, Boolean listening) {
            return activation.adopt(address, listening);
        }
    }

    /** Closes every descriptor that nobody took, for everybody in this process who might still ask for it. */
    public void closeUntaken() {
        descriptors.forEach(InheritedDescriptor::close);
    }

    /** {@return the status, the reason and the descriptors, for a log} */
    @Override
    public String toString() {
        return status + ": " + reason + (descriptors.isEmpty() ? "" : " " + descriptors);
    }
}
