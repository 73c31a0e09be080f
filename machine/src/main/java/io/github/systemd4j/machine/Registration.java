package io.github.systemd4j.machine;

import java.io.Closeable;

/**
 * A machine that we have registered.
 *
 * <p>{@link #close} takes it off the list, and leaves its processes and their unit alone. A leader that ends does not:
 * machined keeps the machine for as long as there is a process in the unit.
 *
 * <p>Thread safe.
 */
public final class Registration implements Closeable {

    private final Machines machines;
    private final String name;

    Registration(Machines machines, String name) {
        this.machines = machines;
        this.name = name;
    }

    /**
     * The name of the machine.
     *
     * @return as it was registered
     */
    public String name() {
        return name;
    }

    /**
     * What machined knows of it.
     *
     * @return the machine
     * @throws MachineException if it is gone, or machined does not answer
     */
    public Machine machine() throws MachineException {
        return machines.get(name);
    }

    /**
     * Unregisters it. That it is gone already is as good, and so a second time does nothing.
     *
     * @throws MachineException if machined does not answer or does not want to
     */
    @Override
    public void close() throws MachineException {
        machines.unregister(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
