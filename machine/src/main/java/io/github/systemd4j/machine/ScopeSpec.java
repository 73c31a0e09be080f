package io.github.systemd4j.machine;

import java.util.ArrayList;
import java.util.List;

/**
 * A scope that is to be made, systemd.scope(5): a unit for processes that run already.
 *
 * <pre>{@code
 * ScopeSpec.named("worker-1.scope").withProcesses(child.pid()).inSlice("workers.slice").delegated()
 *         .with(UnitProperties.none().withMemoryMax(512L << 20))
 * }</pre>
 *
 * <p>Immutable.
 */
public final class ScopeSpec {

    private static final String SUFFIX = ".scope";
    private static final long SENDER = 0;

    private final String name;
    private final List<Long> pids;
    private final UnitProperties properties;

    private ScopeSpec(String name, List<Long> pids, UnitProperties properties) {
        this.name = name;
        this.pids = pids;
        this.properties = properties;
    }

    /**
     * A scope without processes yet.
     *
     * @param name the name of a unit, ending in {@code .scope}
     * @return the description
     * @throws IllegalArgumentException if {@code name} is none
     */
    public static ScopeSpec named(String name) {
        UnitNames.require("name", name);
        if (!name.endsWith(SUFFIX)) {
            throw new IllegalArgumentException("name: " + name + " must end in .scope");
        }
        return new ScopeSpec(name, List.of(), UnitProperties.none());
    }

    /**
     * With processes that are moved into it. Children that they have by then are not; those that come later are in it.
     *
     * @param processes pids, as they are known outside of any pid namespace of ours
     * @return the description
     * @throws IllegalArgumentException if one is no pid, or is our own: see {@link #withOwnProcess}
     */
    public ScopeSpec withProcesses(long... processes) {
        List<Long> more = new ArrayList<>(pids);
        for (long pid : processes) {
            Pids.requirePid("processes", pid);
            if (pid == ProcessHandle.current().pid()) {
                throw new IllegalArgumentException("processes: " + pid + " is this process; see withOwnProcess()");
            }
            more.add(pid);
        }
        return new ScopeSpec(name, List.copyOf(more), properties);
    }

    /**
     * With this process, which leaves its unit by that: a service that does so is no longer in its own control group, and
     * systemd ends the service when the last process has left.
     *
     * @return the description
     */
    public ScopeSpec withOwnProcess() {
        List<Long> more = new ArrayList<>(pids);
        more.add(SENDER);
        return new ScopeSpec(name, List.copyOf(more), properties);
    }

    /**
     * In a slice.
     *
     * @param slice the name of a unit, ending in {@code .slice}; without one it is {@code system.slice}
     * @return the description
     * @throws IllegalArgumentException if {@code slice} is none
     */
    public ScopeSpec inSlice(String slice) {
        UnitNames.require("slice", slice);
        if (!slice.endsWith(".slice")) {
            throw new IllegalArgumentException("slice: " + slice + " must end in .slice");
        }
        return new ScopeSpec(name, pids, properties.withText("Slice", slice));
    }

    /**
     * With {@code Delegate=yes}: control groups can be made below it, and processes attached to it.
     *
     * @return the description
     */
    public ScopeSpec delegated() {
        return new ScopeSpec(name, pids, properties.withFlag("Delegate", true));
    }

    /**
     * With a description for {@code systemctl status}.
     *
     * @param text the description
     * @return the description of the scope
     * @throws IllegalArgumentException if {@code text} has a NUL
     */
    public ScopeSpec describedAs(String text) {
        return new ScopeSpec(name, pids, properties.withText("Description", text));
    }

    /**
     * With other properties, such as limits.
     *
     * @param more are added; one that is there already is replaced
     * @return the description
     */
    public ScopeSpec with(UnitProperties more) {
        return new ScopeSpec(name, pids, properties.and(more));
    }

    /**
     * The name.
     *
     * @return the name of the unit
     */
    public String name() {
        return name;
    }

    /** Whether there are pids that must be the same outside. */
    boolean namesOthers() {
        for (long pid : pids) {
            if (pid != SENDER) {
                return true;
            }
        }
        return false;
    }

    /** What StartTransientUnit takes. */
    List<Object> wire() {
        if (pids.isEmpty()) {
            throw new IllegalArgumentException("spec: " + name + " has no processes, and a scope must have some");
        }
        return properties.with("PIDs", "au", pids).wire();
    }
}
