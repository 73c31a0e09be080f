package io.github.systemd4j.samples.ocisystemdhook;

import io.github.systemd4j.machine.Id128;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the host has for a container.
 *
 * @param root the root directory of the host
 */
record Host(Path root) {

    /** What runtimes take; it becomes the name of a directory here. */
    private static final Pattern CONTAINER_ID = Pattern.compile("[A-Za-z0-9_+.-]{1,1024}");

    static boolean isContainerId(String id) {
        return CONTAINER_ID.matcher(id).matches() && !id.equals(".") && !id.equals("..");
    }

    private Path path(String file) {
        return root.resolve(file.substring(1));
    }

    /**
     * The directory in which the container's journal is kept, made if need be. Group, mode and ACL are those that the
     * kernel passes on from the directory above.
     *
     * @return empty on a host that keeps no journal
     */
    Optional<Path> journal(Id128 machine, long uid, long gid) throws IOException {
        Path above = path("/var/log/journal");
        if (!Files.isDirectory(above)) {
            return Optional.empty();
        }
        Path journal = above.resolve(machine.toString());
        if (!Files.isDirectory(journal)) {
            Files.createDirectory(journal);
            Files.setAttribute(journal, "unix:mode", 02755);
            if (uid != 0) {
                Files.setAttribute(journal, "unix:uid", Math.toIntExact(uid));
                Files.setAttribute(journal, "unix:gid", Math.toIntExact(gid));
            }
        }
        return Optional.of(journal);
    }

    /** A file to be mounted over /etc/machine-id. */
    Path machineId(String container, Id128 machine) throws IOException {
        Path directory = Files.createDirectories(forContainer(container));
        Path file = directory.resolve("machine-id");
        Files.deleteIfExists(file);
        Files.writeString(file, machine + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        return file;
    }

    /** Removes what {@link #machineId} made. The journal stays: that is what it is for. */
    void forget(String container) throws IOException {
        Path directory = forContainer(container);
        Files.deleteIfExists(directory.resolve("machine-id"));
        Files.deleteIfExists(directory);
    }

    private Path forContainer(String container) {
        return path("/run/oci-systemd-hook/" + container);
    }

    /** Whether all controllers are in the one hierarchy of v2, cgroups(7). */
    boolean hasUnifiedCgroups() {
        return Files.exists(path("/sys/fs/cgroup/cgroup.controllers"));
    }

    /** Whether systemd has its own hierarchy, as in v1 and where both are mixed. */
    Optional<Path> systemdHierarchy() {
        Path hierarchy = path("/sys/fs/cgroup/systemd");
        return Files.isDirectory(hierarchy) ? Optional.of(hierarchy) : Optional.empty();
    }
}
