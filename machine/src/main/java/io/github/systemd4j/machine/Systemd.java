package io.github.systemd4j.machine;

import io.github.systemd4j.machine.dbus.Bus;
import io.github.systemd4j.machine.dbus.BusException;
import io.github.systemd4j.machine.dbus.SocketBus;
import java.io.Closeable;
import java.time.Duration;
import java.util.Map;

/**
 * systemd and its machined, over the system bus.
 *
 * <pre>{@code
 * try (Systemd systemd = Systemd.system()) {
 *     Registration registration = systemd.machines().register(MachineSpec.named("web"));
 *     ...
 *     registration.close();
 * }
 * }</pre>
 *
 * <p>It connects when it is first asked for something, and again when the bus was restarted since. There is one connection,
 * with one daemon thread {@code systemd4j-dbus} that reads; {@link #close} ends both. Every call ends within the time limit;
 * an interrupt does not end it sooner, and is kept.
 *
 * <p>Thread safe.
 */
public final class Systemd implements Closeable {

    private static final String ADDRESS = "unix:path=/run/dbus/system_bus_socket";
    /** As long as sd-bus waits: machined may have to be started, and polkit to be asked. */
    private static final Duration TIMEOUT = Duration.ofSeconds(25);

    private static final Duration MAX_TIMEOUT = Duration.ofHours(1);

    private final Bus bus;
    private final Machines machines;
    private final Units units;

    Systemd(Bus bus) {
        this.bus = bus;
        Pids pids = new Pids(bus);
        this.machines = new Machines(bus, pids);
        this.units = new Units(bus, pids);
    }

    /**
     * The system bus of this machine, {@code /run/dbus/system_bus_socket}. Nothing is looked for yet.
     *
     * @return with a time limit of 25 seconds for each call
     */
    public static Systemd system() {
        return at(ADDRESS, TIMEOUT);
    }

    /**
     * The system bus that this process's environment names.
     *
     * @return as {@link #of} of the environment
     */
    public static Systemd fromEnvironment() {
        return of(System.getenv());
    }

    /**
     * The system bus that an environment names by {@code DBUS_SYSTEM_BUS_ADDRESS}, or else that of {@link #system()}.
     *
     * @param environment variables by their names
     * @return with a time limit of 25 seconds for each call
     */
    public static Systemd of(Map<String, String> environment) {
        String address = environment.getOrDefault("DBUS_SYSTEM_BUS_ADDRESS", "");
        return at(address.isEmpty() ? ADDRESS : address, TIMEOUT);
    }

    /**
     * A bus at an address.
     *
     * @param address as D-Bus writes it: {@code unix:path=/run/dbus/system_bus_socket}. No other kind can be used; with one,
     *     every call says so
     * @param timeout the time limit of each call, up to an hour
     * @return the bus; nothing is looked for yet
     * @throws IllegalArgumentException if {@code timeout} is not positive, or too long
     */
    public static Systemd at(String address, Duration timeout) {
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException("timeout: " + timeout + " must be positive and an hour at most");
        }
        return new Systemd(new SocketBus(address, timeout));
    }

    /**
     * Machines.
     *
     * @return what speaks with machined
     */
    public Machines machines() {
        return machines;
    }

    /**
     * Units and scopes.
     *
     * @return what speaks with systemd
     */
    public Units units() {
        return units;
    }

    /**
     * Whether there is a bus with systemd on it. Without a socket the answer comes at once.
     *
     * @return false also if it did not answer in time
     */
    public boolean isThere() {
        return isKnown(bus, Remote.SYSTEMD);
    }

    static boolean isKnown(Bus bus, String name) {
        try {
            return bus.isKnown(name);
        } catch (BusException e) {
            return false;
        }
    }

    /** Ends the connection. Calls that wait fail; later ones do too. A second time does nothing. */
    @Override
    public void close() {
        bus.close();
    }
}
