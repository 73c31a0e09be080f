package io.github.systemd4j.cgroups;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A cpuset of v1 is born without processors and memory nodes, and refuses every process until it has both. */
final class Cpuset {

    /** With and without the mount option noprefix. */
    static final List<String> FILES = List.of("cpuset.cpus", "cpuset.mems", "cpus", "mems");

    private Cpuset() {}

    /** Whether one of these files is there and says nothing. */
    static boolean isUnfilled(Path file) {
        return Files.exists(file) && ControlFile.peek(file).isEmpty();
    }

    /** Gives a group, and those above it that lack it too, what the next one above has. What has something keeps it. */
    static void fill(Group group) throws CgroupException {
        if (group.version() != CgroupVersion.V1 || !group.controllers().contains("cpuset") || group.isTop()) {
            return; // from the top there is no way to those above
        }
        for (String file : FILES) {
            if (isUnfilled(group.directory().resolve(file))) {
                fill(group.parent());
                group.write(file, group.parent().read(file));
            }
        }
    }
}
