package io.github.systemd4j.samples.systemddocker;

import io.github.systemd4j.cgroups.CgroupException;
import io.github.systemd4j.cgroups.Cgroups;
import io.github.systemd4j.cgroups.Membership;
import io.github.systemd4j.cgroups.Migration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The unit in which we are, as the place for the container's processes. */
final class Home {

    private final Cgroups cgroups;
    private final List<String> controllers;

    /**
     * @param controllers in whose hierarchies the container is moved, beside those by which systemd knows its units; all
     *     if empty
     */
    Home(Cgroups cgroups, List<String> controllers) {
        this.cgroups = cgroups;
        this.controllers = controllers;
    }

    /** Before anything is started. */
    void check() throws UsageException {
        for (String controller : controllers) {
            for (String name : controller.split(",", -1)) {
                if (!name.equals("all") && !isThere(name)) {
                    throw new UsageException("--cgroups " + controller + ": there is no such controller here");
                }
            }
        }
    }

    private boolean isThere(String controller) throws UsageException {
        if (controller.isEmpty()) {
            throw new UsageException("--cgroups: an empty name");
        }
        // The first is part of every move, also where there is none.
        return controller.equals("name=systemd") || cgroups.controllers().contains(controller);
    }

    /** The group of the service that we are; empty elsewhere: in a terminal several of us may be in one scope. */
    String unit() {
        String group = place(cgroups.self());
        return group.endsWith(".service") ? group : "";
    }

    /** Where a process is in the hierarchy by which systemd knows its units; empty if it has ended. */
    private String place(Membership process) {
        return cgroups.resolveSystemd(process).path().map(Path::toString).orElse("");
    }

    /**
     * Brings all processes of a container here. The engine's own processes are never among them: the container must be in
     * a group that has its id in its path, as every engine names them, and be alone in it.
     *
     * @return what was done
     */
    Migration take(Container container) throws CgroupException, EngineException {
        requireItsOwnGroup(container);
        Migration plan = cgroups.migration()
                .container(container.pid(), container.id())
                .to(cgroups.self())
                .controllers(controllers.toArray(String[]::new))
                .plan();
        plan.execute().orThrow();
        return plan;
    }

    /** Whether a process is one of the container's, be it that somebody had the engine start it there later. */
    boolean has(Container container, long pid) {
        if (isInPidNamespaceOf(container.pid(), pid)) {
            return true;
        }
        String group = place(cgroups.process(pid));
        String unit = unit();
        return group.contains(container.id()) || (!unit.isEmpty() && (group + "/").startsWith(unit + "/"));
    }

    /** False also for a container that has no namespace of its own: there it says nothing. */
    private static boolean isInPidNamespaceOf(long first, long pid) {
        try {
            Path namespace = pidNamespace(Long.toString(first));
            return !namespace.equals(pidNamespace("self")) && namespace.equals(pidNamespace(Long.toString(pid)));
        } catch (IOException e) {
            return false; // one of them has ended
        }
    }

    private static Path pidNamespace(String process) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", process, "ns/pid"));
    }

    private void requireItsOwnGroup(Container container) throws EngineException {
        String group = place(cgroups.process(container.pid()));
        if (!group.isEmpty() && !group.equals(place(cgroups.self())) && !group.contains(container.id())) {
            throw EngineException.refused(
                    ExitStatus.NOT_MOVED,
                    "the container cannot be moved into the unit: process " + container.pid() + " is in " + group
                            + ", which is not the group of container " + container.shortId());
        }
    }
}
