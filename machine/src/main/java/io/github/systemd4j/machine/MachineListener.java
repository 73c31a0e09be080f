package io.github.systemd4j.machine;

/** Is told of machines that come and go, on a thread of its own. What it throws ends that thread. */
public interface MachineListener {

    /**
     * There is a new machine.
     *
     * @param name what it is called
     */
    void added(String name);

    /**
     * A machine is gone.
     *
     * @param name what it was called
     */
    void removed(String name);

    /**
     * Something may have been missed, because the bus was restarted or this listener was slow: look at
     * {@link Machines#list}. From now on nothing is missed again.
     */
    default void missed() {
        // whoever keeps no list has nothing to do
    }
}
