package io.github.systemd4j.machine.dbus;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.systemd4j.machine.dbus.BusException.Kind;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connection, from its beginning to its end. One thread does all that is done with the socket: an interrupt of a
 * thread that is in a channel's call closes the channel, and so a caller must never be in one.
 */
final class Connection implements Runnable {

    /**
     * EXTERNAL without a name: the bus takes the credentials that the kernel tells it. A uid of ours would be the wrong one
     * in a user namespace.
     */
    private static final String AUTHENTICATE = "\0AUTH EXTERNAL\r\nDATA\r\n";

    private static final String BEGIN = "BEGIN\r\n";
    private static final int MAX_LINE = 16_384;
    private static final int FIRST_SIZE = 8_192;
    /** Anybody on the bus may send us a signal, of megabytes. None that we ask for is nearly as long as this. */
    private static final int LONGEST_UNASKED = 65_536;
    /** So often it is read before it is looked whether there is something to send, or an end. */
    private static final int READS = 16;

    private final Path socket;
    private final long deadline; // for the beginning
    private final PendingReply hello = new PendingReply();
    private final Selector selector;
    private String uniqueName = ""; // set before anybody else has the object

    private final Object lock = new Object();
    // under the lock
    private final ArrayDeque<ByteBuffer> outbox = new ArrayDeque<>();
    private final Map<Long, PendingReply> pending = new HashMap<>();
    private final List<Subscribed> subscribed = new ArrayList<>();
    private int serial;
    private @Nullable BusException end;
    private boolean closing;

    // of the thread
    private ByteBuffer in = ByteBuffer.allocate(FIRST_SIZE);
    /** So many bytes are nobody's. */
    private int skip;

    /** A handler and what it wants. */
    private record Subscribed(SignalFilter filter, Bus.SignalHandler handler) {}

    private Connection(Path socket, long deadline) throws BusException {
        this.socket = socket;
        this.deadline = deadline;
        try {
            this.selector = Selector.open();
        } catch (IOException e) {
            throw new BusException(Kind.NO_BUS, "epoll_create: " + e.getMessage(), e);
        }
    }

    /** Connects, and waits until the bus has greeted. */
    static Connection open(Path socket, long deadline) throws BusException {
        Connection connection = new Connection(socket, deadline);
        Thread thread = new Thread(connection, "systemd4j-dbus");
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (OutOfMemoryError e) { // as many threads as there may be
            connection.closeSelector(); // nobody else will
            connection.end(new BusException(Kind.NO_BUS, "pthread_create: " + e.getMessage(), e));
        }
        Message greeting = connection.hello.await(deadline);
        if (greeting == null) {
            connection.close();
            throw new BusException(Kind.TIMEOUT, "connect(" + socket + "): the bus has not greeted in time", null);
        } else if (greeting.type() == Message.ERROR || !greeting.signature().equals("s")) {
            connection.close();
            throw new BusException(Kind.REFUSED, "connect(" + socket + "): " + greeting.text(), null);
        }
        connection.uniqueName = (String) greeting.body().get(0);
        return connection;
    }

    private void closeSelector() {
        try {
            selector.close();
        } catch (IOException e) {
            return; // it is closed all the same
        }
    }

    /** What we are called on the bus. */
    String uniqueName() {
        return uniqueName;
    }

    boolean isOpen() {
        synchronized (lock) {
            return end == null && !closing;
        }
    }

    /** Sends a call. */
    PendingReply send(
            String destination, String path, String interfaceName, String member, String signature, List<?> values)
            throws BusException {
        PendingReply reply = new PendingReply();
        synchronized (lock) {
            if (end != null) {
                throw new BusException(end.kind(), String.valueOf(end.getMessage()), end);
            }
            serial = serial == Integer.MAX_VALUE ? 1 : serial + 1;
            ByteBuffer call = Message.call(serial, destination, path, interfaceName, member, signature, values);
            outbox.add(call);
            reply.of(call);
            pending.put((long) serial, reply);
        }
        selector.wakeup();
        return reply;
    }

    /** Nobody waits for it any more. If the call is not on its way yet, it stays here: a bus that hangs may go on later. */
    void forget(PendingReply reply) {
        synchronized (lock) {
            pending.values().remove(reply);
            ByteBuffer first = outbox.poll(); // it may be half written
            outbox.removeIf(reply::isOf);
            if (first != null) {
                outbox.addFirst(first);
            }
        }
    }

    /** The handler is told either of signals and the end, or nothing at all because there is an end already. */
    boolean add(SignalFilter filter, Bus.SignalHandler handler) {
        synchronized (lock) {
            return end == null && subscribed.add(new Subscribed(filter, handler));
        }
    }

    void remove(Bus.SignalHandler handler) {
        synchronized (lock) {
            subscribed.removeIf(each -> each.handler().equals(handler));
        }
    }

    void close() {
        synchronized (lock) {
            closing = true;
        }
        selector.wakeup();
    }

    @Override
    public void run() {
        BusException why = new BusException(Kind.CLOSED, "the connection was closed", null);
        try (selector;
                SocketChannel channel = connect()) {
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            authenticate(channel, key);
            greet();
            exchange(channel, key);
        } catch (BusException e) {
            why = e;
        } catch (ProtocolException e) {
            why = new BusException(Kind.MALFORMED, socket + ": " + e.getMessage(), e);
        } catch (IOException e) {
            why = new BusException(Kind.LOST, socket + ": the connection is lost: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) { // a handler's, or there is no memory: nobody may wait in vain
            why = new BusException(Kind.LOST, socket + ": the connection was given up: " + e, e);
        } finally {
            end(why);
        }
    }

    private SocketChannel connect() throws BusException {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.configureBlocking(false);
                if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
                    throw new IOException("its queue is full: nobody takes connections");
                }
                return channel;
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) { // a path may be too long for a socket
            throw new BusException(Kind.NO_BUS, "connect(" + socket + "): there is no bus: " + e.getMessage(), e);
        }
    }

    /** BEGIN waits for the OK: what follows it at once is lost on systemd's own socket. */
    private void authenticate(SocketChannel channel, SelectionKey key) throws IOException {
        write(channel, key, AUTHENTICATE);
        String line = line(channel, key);
        while (line.equals("DATA") || line.startsWith("DATA ")) {
            line = line(channel, key);
        }
        if (!line.startsWith("OK ") && !line.equals("OK")) {
            throw new BusException(Kind.REFUSED, "connect(" + socket + "): the bus does not let us in: " + line, null);
        }
        write(channel, key, BEGIN);
    }

    private void write(SocketChannel channel, SelectionKey key, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(US_ASCII));
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                await(key, SelectionKey.OP_WRITE);
            }
        }
    }

    /** A line of the beginning, byte by byte: what follows the last one is not ours to read yet. */
    private String line(SocketChannel channel, SelectionKey key) throws IOException {
        StringBuilder line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (line.length() < MAX_LINE) {
            int read = channel.read(one.clear());
            if (read < 0) {
                throw new BusException(Kind.REFUSED, "connect(" + socket + "): the bus has hung up", null);
            } else if (read == 0) {
                await(key, SelectionKey.OP_READ);
            } else if (one.get(0) == '\n') {
                return line.toString().strip();
            } else {
                line.append((char) (one.get(0) & 0xFF));
            }
        }
        throw new ProtocolException("the message is not D-Bus: a line without an end");
    }

    private void await(SelectionKey key, int operation) throws IOException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new BusException(Kind.TIMEOUT, "connect(" + socket + "): the bus has not answered in time", null);
        }
        if (isClosing()) {
            throw new BusException(Kind.CLOSED, "the connection was closed", null);
        }
        key.interestOps(operation);
        selector.select(millis);
        selector.selectedKeys().clear();
    }

    private boolean isClosing() {
        synchronized (lock) {
            return closing;
        }
    }

    private void greet() {
        synchronized (lock) {
            serial++;
            outbox.add(Message.call(
                    serial, SocketBus.BUS, SocketBus.BUS_PATH, SocketBus.BUS_INTERFACE, "Hello", "", List.of()));
            pending.put((long) serial, hello);
        }
    }

    private void exchange(SocketChannel channel, SelectionKey key) throws IOException {
        while (!isClosing()) {
            boolean sent = flush(channel);
            key.interestOps(sent ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            selector.select();
            selector.selectedKeys().clear();
            read(channel);
        }
    }

    /** Whether all is written. */
    private boolean flush(SocketChannel channel) throws IOException {
        ByteBuffer next = next();
        while (next != null) {
            channel.write(next);
            if (next.hasRemaining()) {
                return false;
            }
            synchronized (lock) {
                outbox.remove();
            }
            next = next();
        }
        return true;
    }

    private @Nullable ByteBuffer next() {
        synchronized (lock) {
            return outbox.peek();
        }
    }

    private void read(SocketChannel channel) throws IOException {
        int read = channel.read(in);
        for (int reads = 1; read > 0; reads++) {
            takeMessages();
            if (reads == READS) {
                return;
            }
            read = channel.read(in);
        }
        if (read < 0) {
            throw new BusException(Kind.LOST, socket + ": the bus has hung up", null);
        }
    }

    /** All that are complete. The buffer grows with what arrives, not with what is announced. */
    private void takeMessages() throws ProtocolException {
        in.flip();
        while (skipped() && in.remaining() >= Message.PREFIX) {
            int length = Message.length(in);
            if (length > LONGEST_UNASKED && !Message.isReply(in)) {
                skip = length;
                continue;
            }
            if (in.remaining() < length) {
                break;
            }
            take(Message.parse(in.slice(in.position(), length)));
            in.position(in.position() + length);
        }
        if (!in.hasRemaining() && in.capacity() > LONGEST_UNASKED) {
            in = ByteBuffer.allocate(FIRST_SIZE); // one long answer is no reason to keep so much
            return;
        }
        in.compact();
        if (!in.hasRemaining()) {
            in = ByteBuffer.allocate(in.capacity() * 2).put(in.flip());
        }
    }

    /** Whether what is to be left out has all come. */
    private boolean skipped() {
        int now = Math.min(skip, in.remaining());
        in.position(in.position() + now);
        skip -= now;
        return skip == 0;
    }

    private void take(Message message) {
        switch (message.type()) {
            case Message.RETURN, Message.ERROR -> {
                PendingReply waiting;
                synchronized (lock) {
                    waiting = pending.remove(message.replySerial());
                }
                if (waiting != null) {
                    waiting.complete(message);
                }
            }
            case Message.SIGNAL -> {
                for (Subscribed each : subscribers()) {
                    if (each.filter().matches(message)) {
                        each.handler().signal(message);
                    }
                }
            }
            default -> {
                // calls, which nobody has reason to send us; and types that are not yet known, to be ignored
            }
        }
    }

    private List<Subscribed> subscribers() {
        synchronized (lock) {
            return new ArrayList<>(subscribed);
        }
    }

    private void end(BusException why) {
        List<PendingReply> waiting;
        synchronized (lock) {
            end = why;
            waiting = new ArrayList<>(pending.values());
            pending.clear();
            outbox.clear();
        }
        hello.fail(why);
        for (PendingReply each : waiting) {
            each.fail(why);
        }
        for (Subscribed each : subscribers()) {
            each.handler().lost();
        }
    }
}
