package io.github.systemd4j.machine.dbus;

import io.github.systemd4j.machine.dbus.BusException.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A bus behind a unix socket. Connected when it is first called, and again when the connection was lost since. */
public final class SocketBus implements Bus {

    static final String BUS = "org.freedesktop.DBus";
    static final String BUS_PATH = "/org/freedesktop/DBus";
    static final String BUS_INTERFACE = "org.freedesktop.DBus";

    private final String address;
    private final long timeoutNanos;
    /** Held for no longer than a connection takes, which is bounded. */
    private final ReentrantLock lock = new ReentrantLock();

    private volatile @Nullable Connection connection; // written under the lock
    private volatile boolean closed;

    /**
     * Makes a bus, without looking for it.
     *
     * @param address where it is, as the specification of D-Bus writes it: {@code unix:path=/run/dbus/system_bus_socket}
     * @param timeout for each call, and for connecting
     */
    public SocketBus(String address, Duration timeout) {
        this.address = address;
        this.timeoutNanos = timeout.toNanos();
    }

    @Override
    public Message call(
            String destination, String path, String interfaceName, String member, String signature, Object... values)
            throws BusException {
        long deadline = System.nanoTime() + timeoutNanos;
        return call(connect(deadline), deadline, destination, path, interfaceName, member, signature, values);
    }

    private static Message call(
            Connection on,
            long deadline,
            String destination,
            String path,
            String interfaceName,
            String member,
            String signature,
            Object... values)
            throws BusException {
        PendingReply pending = on.send(destination, path, interfaceName, member, signature, Arrays.asList(values));
        Message reply = pending.await(deadline);
        if (reply == null) {
            on.forget(pending);
            throw new BusException(Kind.TIMEOUT, "no answer in time; it may still be done", null);
        } else if (reply.type() == Message.ERROR) {
            throw new BusException(reply);
        }
        return reply;
    }

    /** The connection that there is, or a new one. */
    private Connection connect(long deadline) throws BusException {
        lock(deadline);
        try {
            if (closed) {
                throw new BusException(Kind.CLOSED, "it was closed", null);
            }
            Connection known = connection;
            if (known == null || !known.isOpen()) {
                known = Connection.open(BusAddress.path(address), deadline);
                connection = known;
                if (closed) {
                    known.close();
                }
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    private void lock(long deadline) throws BusException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (lock.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                        return;
                    }
                    throw new BusException(Kind.TIMEOUT, "connect(" + address + "): others still try", null);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Message ask(String member, String signature, Object... values) throws BusException {
        return call(BUS, BUS_PATH, BUS_INTERFACE, member, signature, values);
    }

    @Override
    public long ownPid() throws BusException {
        long deadline = System.nanoTime() + timeoutNanos;
        Connection on = connect(deadline);
        Message reply =
                call(on, deadline, BUS, BUS_PATH, BUS_INTERFACE, "GetConnectionUnixProcessID", "s", on.uniqueName());
        return (Long) only(reply, "u");
    }

    @Override
    public boolean isKnown(String name) throws BusException {
        if ((Boolean) only(ask("NameHasOwner", "s", name), "b")) {
            return true;
        }
        return ((List<?>) only(ask("ListActivatableNames", ""), "as")).contains(name);
    }

    @Override
    public String owner(String name) throws BusException {
        return (String) only(ask("GetNameOwner", "s", name), "s");
    }

    private static Object only(Message reply, String signature) throws BusException {
        if (!reply.signature().equals(signature)) {
            throw new BusException(Kind.MALFORMED, "the bus answers " + reply.signature() + ", not " + signature, null);
        }
        return reply.body().get(0);
    }

    @Override
    public Subscription subscribe(SignalFilter filter, SignalHandler handler) throws BusException {
        long deadline = System.nanoTime() + timeoutNanos;
        Connection on = connect(deadline);
        if (!on.add(filter, handler)) {
            throw new BusException(Kind.LOST, address + ": the bus has hung up", null);
        }
        try {
            call(on, deadline, BUS, BUS_PATH, BUS_INTERFACE, "AddMatch", "s", filter.rule());
        } catch (BusException | RuntimeException e) {
            on.remove(handler);
            throw e;
        }
        return () -> {
            on.remove(handler);
            try {
                on.send(BUS, BUS_PATH, BUS_INTERFACE, "RemoveMatch", "s", List.of(filter.rule()));
            } catch (BusException e) {
                return; // without a connection there is nothing to end
            }
        };
    }

    @Override
    public Duration timeout() {
        return Duration.ofNanos(timeoutNanos);
    }

    @Override
    public void close() {
        closed = true;
        Connection known = connection;
        if (known != null) {
            known.close();
        }
    }
}
