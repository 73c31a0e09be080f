package io.github.systemd4j.machine;

import io.github.systemd4j.machine.dbus.Bus;
import io.github.systemd4j.machine.dbus.BusException;
import io.github.systemd4j.machine.dbus.Message;
import io.github.systemd4j.machine.dbus.SignalFilter;
import java.io.Closeable;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Hands machined's signals to a listener, on a thread of its own, which also connects again when the bus is gone. */
final class MachineWatch implements Bus.SignalHandler, Runnable, Closeable {

    private static final SignalFilter FILTER =
            new SignalFilter(Remote.MACHINED, "/org/freedesktop/machine1", Remote.MACHINED + ".Manager");

    private static final String SIGNATURE = "so";
    private static final int MAX_WAITING = 1_000;
    /** No machine's name is longer. */
    private static final int MAX_NAME = 64;

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LAST_PAUSE_MILLIS = 10_000;

    private final Bus bus;
    private final MachineListener listener;

    // under the monitor
    private final ArrayDeque<Event> waiting = new ArrayDeque<>();
    private boolean missed;
    private boolean lost;
    private boolean closed;
    private Bus.@Nullable Subscription subscription;

    /** Of whom a signal was found to be machined's. Of the thread. */
    private String machined = "";

    /** What a signal says, if it is true. */
    private record Event(@Nullable String sender, @Nullable String member, String machine) {}

    private MachineWatch(Bus bus, MachineListener listener) {
        this.bus = bus;
        this.listener = listener;
    }

    static MachineWatch start(Bus bus, MachineListener listener) throws MachineException {
        MachineWatch watch = new MachineWatch(bus, listener);
        try {
            watch.subscribe();
        } catch (BusException e) {
            throw MachineException.of("AddMatch", Remote.MACHINED, e);
        }
        Thread thread = new Thread(watch, "systemd4j-machines");
        thread.setDaemon(true);
        try {
            thread.start();
            return watch;
        } catch (OutOfMemoryError e) { // as many threads as there may be
            watch.close();
            throw e;
        }
    }

    private void subscribe() throws BusException {
        Bus.Subscription made = bus.subscribe(FILTER, this);
        synchronized (this) {
            subscription = made;
            if (!closed) {
                return;
            }
        }
        made.close();
    }

    @Override
    public synchronized void signal(Message signal) {
        if (!SIGNATURE.equals(signal.signature())) {
            return;
        }
        String machine = (String) signal.body().get(0);
        if (machine.length() > MAX_NAME) {
            return;
        } else if (waiting.size() < MAX_WAITING) {
            waiting.add(new Event(signal.sender(), signal.member(), machine));
        } else {
            missed = true;
        }
        notifyAll();
    }

    @Override
    public synchronized void lost() {
        lost = true;
        notifyAll();
    }

    @Override
    public void run() {
        try {
            while (true) {
                Event next = next();
                if (next != null) {
                    tell(next);
                } else if (isClosed()) {
                    return;
                } else {
                    if (takeLost()) {
                        connectAgain();
                    }
                    listener.missed();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // by the listener: it wants no more
        } finally {
            close();
        }
    }

    /** The next signal; null when there is something else to do. */
    private synchronized @Nullable Event next() throws InterruptedException {
        while (waiting.isEmpty() && !missed && !lost && !closed) {
            wait();
        }
        if (!waiting.isEmpty() && !closed) {
            return waiting.remove();
        }
        missed = false;
        return null;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized boolean takeLost() {
        boolean was = lost;
        lost = false;
        return was;
    }

    private void connectAgain() throws InterruptedException {
        machined = "";
        long pause = FIRST_PAUSE_MILLIS;
        while (!isClosed()) {
            try {
                subscribe();
                return;
            } catch (BusException e) {
                if (e.kind() == BusException.Kind.CLOSED) {
                    close();
                    return;
                }
                pause(pause);
                pause = Math.min(LAST_PAUSE_MILLIS, pause * 2);
            }
        }
    }

    private synchronized void pause(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        long left = millis;
        while (!closed && left > 0) {
            wait(left);
            left = (deadline - System.nanoTime()) / 1_000_000;
        }
        lost = false; // of a connection that was tried
    }

    private void tell(Event event) {
        if (!isOfMachined(event)) {
            return;
        }
        String member = String.valueOf(event.member());
        if (member.equals("MachineNew")) {
            listener.added(event.machine());
        } else if (member.equals("MachineRemoved")) {
            listener.removed(event.machine());
        }
    }

    /** Anybody on the bus can send us such a signal. */
    private boolean isOfMachined(Event event) {
        String sender = String.valueOf(event.sender());
        if (sender.equals(machined)) {
            return true;
        }
        try {
            String owner = bus.owner(Remote.MACHINED);
            if (!sender.equals(owner)) {
                return false;
            }
            machined = owner;
            return true;
        } catch (BusException e) {
            synchronized (this) {
                missed = true; // perhaps: it has ended since
            }
            return false;
        }
    }

    @Override
    public void close() {
        Bus.Subscription made;
        synchronized (this) {
            closed = true;
            notifyAll();
            made = subscription;
        }
        if (made != null) {
            made.close();
        }
    }
}
