package io.github.systemd4j.testkit;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.SocketProcess;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An extension of JUnit that is to a service under test what a socket unit is: it listens, and passes its sockets to the
 * service, which is a part of the test's own JVM or a process. See systemd.socket(5) and sd_listen_fds(3).
 *
 * <pre>{@code
 * @RegisterExtension
 * final Activator activator = Activator.builder().tcp("http").unixStream("admin").build();
 *
 * @Test
 * void greets() throws Exception {
 *     activator.start(new ProcessBuilder("java", "-jar", "target/web.jar"));
 *     SocketChannel client = activator.connect("http"); // at once: it waits in the queue until it is served
 *     ...
 * }
 * }</pre>
 *
 * <p>The sockets are there from before a test until after it; those of a static field, or with one test instance for the
 * class, from before the first test of the class until after the last. At the end, however a test ended, processes that
 * still run are ended, and all that is open here is closed. What a test took out of an {@link Activation} is its own to
 * close.
 *
 * <p>Internet sockets are bound to the loopback address and a free port, the others in a private directory below {@code
 * java.io.tmpdir}, or to an abstract name. Like systemd this keeps a copy of each socket: clients that connect while there
 * is no service wait, and are served by the next one.
 *
 * <p>Needs system calls (JDK 22, or JNA) and a gate to the JDK's channels, see {@link
 * io.github.systemd4j.activation.GateDiagnostics}: either is there without a flag. For JUnit 5.10 and later. Thread safe.
 */
public final class Activator implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

    private final List<NamedKind> wanted;
    private final Duration stopTimeout;
    private final Lifetime<Manager> lifetime = new Lifetime<>(Activator.class);

    private Activator(List<NamedKind> wanted, Duration stopTimeout) {
        this.wanted = List.copyOf(wanted);
        this.stopTimeout = stopTimeout;
    }

    /**
     * Begins without sockets, which is what a service meets that nobody activated.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The sockets for a service in this JVM: new copies on each call, so that it can be called once more for what a
     * restart would be. They block, also if those before were registered with a selector.
     *
     * @return all sockets in the order of the builder; those that nobody takes are closed after the test
     * @throws IOException if the kernel refuses
     */
    public synchronized Activation activation() throws IOException {
        return running().activation();
    }

    /**
     * Starts a service with the sockets as its descriptors from 3 up, and {@code LISTEN_PID}, {@code LISTEN_FDS} and
     * {@code LISTEN_FDNAMES}, see {@link io.github.systemd4j.activation.SocketLauncher}. There is no need to wait until
     * it serves: whoever connects before is served then. It may write into a pipe that nobody reads only until that is
     * full, so redirect its output or read it.
     *
     * @param program what to start. It is not changed
     * @return the process, which is ended after the test as {@link #stop} does it
     * @throws IOException if it cannot be started, or the kernel refuses
     */
    public synchronized SocketProcess start(ProcessBuilder program) throws IOException {
        return running().start(program);
    }

    /**
     * Ends all processes that {@link #start} started, and starts another one with the same sockets, as systemctl restart
     * does.
     *
     * @param program what to start
     * @return the process
     * @throws IOException as {@link #stop} and {@link #start}
     */
    public synchronized SocketProcess restart(ProcessBuilder program) throws IOException {
        running().stop();
        return running().start(program);
    }

    /**
     * Ends all processes that {@link #start} started, by SIGTERM; those that are still there after {@link
     * Builder#stopTimeout} by SIGKILL, as well as the processes that they have started, unless one was an orphan already.
     * Closes their streams. The sockets stay.
     *
     * @throws IOException if one survives that for 10 seconds
     */
    public synchronized void stop() throws IOException {
        running().stop();
    }

    /**
     * Where a socket can be reached by a client of the test's own.
     *
     * @param name its name; of several the first
     * @return an internet address, or one with a path
     * @throws IllegalArgumentException if there is none of the name, or if it has no such address: an abstract one and a
     *     FIFO have {@link #addressText} only
     */
    public synchronized SocketAddress address(String name) {
        return running().named(name).get(0).address();
    }

    /**
     * The address of each socket of a name, as systemd.socket(5) writes it.
     *
     * @param name the name
     * @return at least one, in the order of the builder: {@code 127.0.0.1:41234}, {@code [::1]:41234}, a path, or
     *     {@code @} and an abstract name
     * @throws IllegalArgumentException if there is none
     */
    public synchronized List<String> addressTexts(String name) {
        return running().named(name).stream().map(HeldSocket::text).toList();
    }

    /**
     * The address of a socket, as systemd.socket(5) writes it.
     *
     * @param name its name; of several the first
     * @return see {@link #addressTexts}
     * @throws IllegalArgumentException if there is none of the name
     */
    public synchronized String addressText(String name) {
        return running().named(name).get(0).text();
    }

    /**
     * A client, also of kinds that the JDK cannot connect to. Of a {@link Builder#connection} it is the other end of the
     * connection that the last service got.
     *
     * @param name the name of the server; of several the first
     * @return the client, connected and blocking; it is closed after the test, if not before
     * @throws IllegalArgumentException if there is none of the name, or if it is {@link #send sent} to
     * @throws IllegalStateException if the end of the connection was taken, or no service got one
     * @throws IOException if the kernel refuses
     */
    public synchronized SocketChannel connect(String name) throws IOException {
        return running().connect(name);
    }

    /**
     * Sends one datagram, or writes into a FIFO. Waits for nobody.
     *
     * @param name the name of a datagram socket or FIFO; of several the first
     * @param data what to send
     * @throws IllegalArgumentException if there is none of the name, or if one {@link #connect connects} to it
     * @throws IOException if the kernel refuses: with {@code EAGAIN} if it is full because no service reads
     */
    public synchronized void send(String name, byte[] data) throws IOException {
        running().named(name).get(0).send(data);
    }

    private Manager running() {
        return lifetime.running();
    }

    private synchronized void open(ExtensionContext context) throws IOException {
        lifetime.open(context, () -> Manager.open(wanted, stopTimeout));
    }

    private synchronized void close(ExtensionContext context) throws IOException {
        lifetime.close(context);
    }

    /** JUnit calls this. */
    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        open(context);
    }

    /** JUnit calls this. */
    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        open(context);
    }

    /** JUnit calls this. */
    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        close(context);
    }

    /** JUnit calls this. */
    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        close(context);
    }

    /**
     * Names the sockets. A name is {@code FileDescriptorName=}: 1 to 255 printable ASCII characters without a colon.
     * Several sockets may have the same. Not thread safe.
     */
    public static final class Builder {

        private final List<NamedKind> wanted = new ArrayList<>();
        private Duration stopTimeout = Children.STOP_TIMEOUT;

        private Builder() {}

        private Builder add(String name, Kind kind) {
            wanted.add(new NamedKind(name, kind));
            return this;
        }

        /**
         * A TCP listener on 127.0.0.1, {@code ListenStream=}.
         *
         * @param name its name
         * @return this
         */
        public Builder tcp(String name) {
            return add(name, Kind.TCP);
        }

        /**
         * A TCP listener on ::1, {@code ListenStream=}.
         *
         * @param name its name
         * @return this
         */
        public Builder tcp6(String name) {
            return add(name, Kind.TCP6);
        }

        /**
         * A UDP socket on 127.0.0.1, {@code ListenDatagram=}.
         *
         * @param name its name
         * @return this
         */
        public Builder udp(String name) {
            return add(name, Kind.UDP);
        }

        /**
         * A UDP socket on ::1, {@code ListenDatagram=}.
         *
         * @param name its name
         * @return this
         */
        public Builder udp6(String name) {
            return add(name, Kind.UDP6);
        }

        /**
         * A unix stream listener with a path, {@code ListenStream=}.
         *
         * @param name its name
         * @return this
         */
        public Builder unixStream(String name) {
            return add(name, Kind.UNIX_STREAM);
        }

        /**
         * A unix datagram socket with a path, {@code ListenDatagram=}.
         *
         * @param name its name
         * @return this
         */
        public Builder unixDatagram(String name) {
            return add(name, Kind.UNIX_DATAGRAM);
        }

        /**
         * A unix seqpacket listener with a path, {@code ListenSequentialPacket=}.
         *
         * @param name its name
         * @return this
         */
        public Builder unixSeqpacket(String name) {
            return add(name, Kind.UNIX_SEQPACKET);
        }

        /**
         * A unix stream listener with an abstract name, {@code ListenStream=@}.
         *
         * @param name its name
         * @return this
         */
        public Builder abstractStream(String name) {
            return add(name, Kind.ABSTRACT_STREAM);
        }

        /**
         * A FIFO, {@code ListenFIFO=}.
         *
         * @param name its name
         * @return this
         */
        public Builder fifo(String name) {
            return add(name, Kind.FIFO);
        }

        /**
         * A TCP connection, as a unit with {@code Accept=yes} gets it: each service that is started, and each {@link
         * Activator#activation}, a new one. {@link Activator#connect} gives its other end.
         *
         * @param name its name
         * @return this
         */
        public Builder connection(String name) {
            return add(name, Kind.CONNECTION);
        }

        /**
         * How long a process may take from SIGTERM to its end before it gets SIGKILL, {@code TimeoutStopSec=}.
         *
         * @param timeout 10 seconds if not given; positive, a day at most
         * @return this
         */
        public Builder stopTimeout(Duration timeout) {
            stopTimeout = Children.checked(timeout);
            return this;
        }

        /**
         * Makes the extension. It opens nothing before JUnit says so.
         *
         * @return for a field with {@code @RegisterExtension}
         */
        public Activator build() {
            return new Activator(wanted, stopTimeout);
        }
    }
}
