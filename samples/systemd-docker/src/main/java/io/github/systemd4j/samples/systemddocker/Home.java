package io.github.systemd4j.samples.systemddocker;

import io.github.systemd4j.cgroups.CgroupException;
import io.github.systemd4j.cgroups.Cgroups;
import io.github.systemd4j.cgroups.Migration;
import io.github.systemd4j.cgroups.Resolution;
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
        try {
            return controller.equals("name=systemd") // part of every move, whatever it is called here
                    || cgroups.resolve(controller) instanceof Resolution.Found;
        } catch (IllegalArgumentException e) {
            throw new UsageException("--cgroups " + controller + ": " + e.getMessage());
        }
    }

    /**
     * Brings all processes of a container here. The engine's own processes are never among them: a plan that would move
     * any is refused.
     *
     * @param pid of its first process
     * @return what was done
     */
    Migration take(long pid) throws CgroupException {
        Migration plan = cgroups.migration()
                .container(pid)
                .to(cgroups.self())
                .controllers(controllers.toArray(String[]::new))
                .plan();
        plan.execute().orThrow();
        return plan;
    }
}
