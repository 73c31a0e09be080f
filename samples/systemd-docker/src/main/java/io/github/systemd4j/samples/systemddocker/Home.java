package io.github.systemd4j.samples.systemddocker;

import io.github.systemd4j.cgroups.CgroupException;
import io.github.systemd4j.cgroups.Cgroups;
import io.github.systemd4j.cgroups.Migration;
import io.github.systemd4j.cgroups.MigrationReport;
import java.util.List;

/** The unit in which we are, as the place for the container's processes. */
final class Home {

    private final Cgroups cgroups;
    private final List<String> controllers;

    Home(Cgroups cgroups, List<String> controllers) {
        this.cgroups = cgroups;
        this.controllers = controllers;
    }

    /**
     * Brings all processes of a container here. The engine's own processes are never among them: a plan that would move
     * any is refused.
     *
     * @param pid of its first process
     */
    MigrationReport take(long pid) throws CgroupException {
        Migration.Builder migration = cgroups.migration().container(pid).to(cgroups.self());
        return migration.controllers(controllers.toArray(String[]::new)).plan().execute().orThrow();
    }
}
