package io.github.systemd4j.cgroups;

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
}
