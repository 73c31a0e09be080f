package io.github.systemd4j.machine;

/**
 * A scope that was made. It lives for as long as there is a process in it, with or without this object, this JVM or the
 * unit that made it.
 *
 * <p>Thread safe.
 */
public final class Scope {

    private final Units units;
    private final String name;

    Scope(Units units, String name) {
        this.units = units;
        this.name = name;
    }

    /**
     * The name.
     *
     * @return the name of the unit
     */
    public String name() {
        return name;
    }

    /**
     * Moves more processes into it.
     *
     * @param pids the processes
     * @throws MachineException as {@link Units#attach}
     * @throws IllegalArgumentException as {@link Units#attach}
     */
    public void attach(long... pids) throws MachineException {
        units.attach(name, "", pids);
    }

    /**
     * Changes its properties until it ends.
     *
     * @param properties such as limits
     * @throws MachineException as {@link Units#setProperties}
     */
    public void setProperties(UnitProperties properties) throws MachineException {
        units.setProperties(name, properties, true);
    }

    /**
     * Ends its processes: SIGTERM, and SIGKILL after a time, and waits until they have.
     *
     * @return false if it had ended already
     * @throws MachineException as {@link Units#stop}
     */
    public boolean stop() throws MachineException {
        return units.stop(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
