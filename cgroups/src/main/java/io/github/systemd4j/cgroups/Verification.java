package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.Resolution.Found;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the kernel says to an answer of ours.
 *
 * <p>Immutable.
 *
 * @param outcome the verdict
 * @param inode the inode of the directory, which on the unified hierarchy is the control group's id; 0 if the directory
 *     could not be asked
 * @param message the verdict in words
 */
public record Verification(Outcome outcome, long inode, String message) {

    /** The verdict. */
    public enum Outcome {
        /** The process is listed there. */
        CONFIRMED,
        /** The directory is one of that hierarchy, and the process is not in it: it was moved, or has ended. */
        NOT_THERE,
        /** The directory is on another file system: something was mounted or unmounted since. */
        OTHER_FILE_SYSTEM,
        /** There is no such directory: the control group was removed since. */
        NO_DIRECTORY,
        /** The directory cannot be asked. */
        UNREADABLE
    }

    /**
     * Whether the answer was right.
     *
     * @return true for {@link Outcome#CONFIRMED}
     */
    public boolean isConfirmed() {
        return outcome == Outcome.CONFIRMED;
    }

    /** Asks the kernel. */
    static Verification of(Found found, long id) {
        Path directory = found.directory();
        long inode;
        try {
            Map<String, Object> attributes = Files.readAttributes(directory, "unix:dev,ino");
            inode = (long) attributes.getOrDefault("ino", 0L);
            if (!Long.valueOf(found.device()).equals(attributes.get("dev"))) {
                return new Verification(
                        Outcome.OTHER_FILE_SYSTEM,
                        inode,
                        found.name() + " is on another file system than the mount table says");
            }
        } catch (NoSuchFileException e) {
            return new Verification(Outcome.NO_DIRECTORY, 0, "there is no directory " + found.name());
        } catch (IOException e) {
            return unreadable(found, 0, e);
        }
        return of(found, id, inode);
    }

    private static Verification of(Found found, long id, long inode) {
        String threads = found.version() == CgroupVersion.V1 ? "tasks" : "cgroup.threads";
        IOException failure = null;
        boolean answered = false;
        for (String file : new String[] {"cgroup.procs", threads}) {
            try {
                if (lists(found.directory().resolve(file), id)) {
                    return new Verification(Outcome.CONFIRMED, inode, id + " is listed in " + file);
                }
                answered = true;
            } catch (IOException e) {
                failure = e; // cgroup.procs of a threaded group cannot be read
            }
        }
        return answered || failure == null
                ? new Verification(Outcome.NOT_THERE, inode, id + " is not listed in " + found.name())
                : unreadable(found, inode, failure);
    }

    private static Verification unreadable(Found found, long inode, IOException e) {
        return new Verification(
                Outcome.UNREADABLE,
                inode,
                Cgroups.unreadable(found.directory(), e).message());
    }

    /** Whether a file with a number in each line has this one. */
    private static boolean lists(Path file, long id) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            long value = 0;
            for (int c; (c = in.read()) >= 0; ) {
                if (c >= '0' && c <= '9') {
                    value = value * 10 + c - '0';
                } else if (value == id) {
                    return true;
                } else {
                    value = 0;
                }
            }
            return value == id;
        }
    }
}
