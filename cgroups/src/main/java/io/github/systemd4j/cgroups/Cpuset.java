package io.github.systemd4j.cgroups;

import java.nio.file.Files;
import java.nio.file.Path;

/** A cpuset of v1 is born without processors and memory nodes, and refuses every process until it has both. */
final class Cpuset {

    /** With and without the mount option noprefix. */
    private static final String[] FILES = {"cpuset.cpus", "cpuset.mems", "cpus", "mems"};

    private Cpuset() {}

    /** Gives a group, and those above it that lack it too, what the next one above has. What has something keeps it. */
    static void fill(Group group) throws CgroupException {
        if (group.version() != CgroupVersion.V1 || !group.controllers().contains("cpuset") || group.isTop()) {
            return; // from the top there is no way to those above
        }
        for (String file : FILES) {
            Path own = group.directory().resolve(file);
            if (Files.exists(own) && GroupFile.peek(own).isEmpty()) {
                fill(group.parent());
                group.write(file, group.parent().read(file));
            }
        }
    }
}
