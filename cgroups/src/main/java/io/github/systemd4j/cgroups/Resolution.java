package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Where a process is in one hierarchy: {@link Found}, or {@link Absent} and why. Neither is an exception.
 *
 * <p>Immutable.
 */
public sealed interface Resolution {

    /**
     * The directory of the control group, and how it was found.
     *
     * @param directory the directory, below the root directory that was asked; it works with the JDK's file methods
     *     whatever its name is
     * @param name the same in bytes, without that root directory
     * @param version the version of the hierarchy
     * @param mountPoint the mount through which it is reached
     * @param mountRoot which control group that mount shows at its top, as mountinfo has it
     * @param relative the way from there; empty or beginning with a slash
     * @param device the device number of the hierarchy, as in {@code st_dev}
     */
    record Found(
            Path directory,
            RawPath name,
            CgroupVersion version,
            RawPath mountPoint,
            RawPath mountRoot,
            RawPath relative,
            long device)
            implements Resolution {

        /** The same mount one level further up; not asked at its top. */
        Found parent() {
            Path above = directory.getParent();
            byte[] way = relative.raw();
            RawPath shorter = RawPath.trusted(Arrays.copyOf(way, Math.max(Bytes.lastIndexOf(way, '/'), 0)));
            return new Found(
                    above == null ? directory : above, name.parent(), version, mountPoint, mountRoot, shorter, device);
        }

        /** The same mount one level further down. */
        Found child(RawPath child) {
            RawPath longer = RawPath.ofLatin1(relative.latin1() + "/" + child.latin1());
            return new Found(
                    child.toPath(directory), name.child(child), version, mountPoint, mountRoot, longer, device);
        }

        @Override
        public Optional<Path> path() {
            return Optional.of(directory);
        }

        @Override
        public Found orThrow() {
            return this;
        }
    }

    /**
     * There is no directory that could be used.
     *
     * @param reason why, for programs
     * @param message why, in words
     * @param controller what was asked for
     * @param errno what it is closest to among the kernel's error numbers
     */
    record Absent(Reason reason, String message, String controller, Errno errno) implements Resolution {

        static Absent of(Reason reason, String controller, String message) {
            return new Absent(reason, message, controller, reason.errno);
        }

        /** The same for another controller: a process that isn't there is in none of them. */
        Absent about(String another) {
            return new Absent(reason, message, another, errno);
        }

        @Override
        public Optional<Path> path() {
            return Optional.empty();
        }

        @Override
        public Found orThrow() throws CgroupException {
            throw failure();
        }

        CgroupException failure() {
            return new CgroupException("resolve", controller, errno, message);
        }
    }

    /** Why there is no directory. */
    enum Reason {
        /** The controller is on no hierarchy of this process: not compiled in, switched off, or hidden by a sandbox. */
        NO_CONTROLLER(Errno.ENODATA),
        /** There is no such named hierarchy, or no unified one. */
        NO_HIERARCHY(Errno.ENODATA),
        /** The hierarchy is mounted nowhere in this mount namespace. */
        NOT_MOUNTED(Errno.ENOMEDIUM),
        /** The hierarchy is mounted, but other mounts lie over it. */
        HIDDEN(Errno.ENOMEDIUM),
        /** What is mounted is another part of the hierarchy, in which the process is not. */
        OUTSIDE(Errno.ENOENT),
        /** It is reachable, but only by names that the cgroup namespace hides. */
        UNNAMEABLE(Errno.ENOENT),
        /** The control group was removed; the process is a zombie, or about to be. */
        REMOVED(Errno.ENODEV),
        /** There is no such process or thread, or we may not see it. */
        NO_PROCESS(Errno.ESRCH),
        /** A file in {@code /proc} cannot be read. */
        UNREADABLE(Errno.UNKNOWN),
        /** A file in {@code /proc} has a line as the kernel does not write them. */
        MALFORMED(Errno.EBADMSG);

        private final Errno errno;

        Reason(Errno errno) {
            this.errno = errno;
        }
    }

    /**
     * The directory.
     *
     * @return the directory of a {@link Found}; empty otherwise
     */
    Optional<Path> path();

    /**
     * For callers that cannot go on without a directory.
     *
     * @return this, if it is a {@link Found}
     * @throws CgroupException the reason of an {@link Absent}
     */
    Found orThrow() throws CgroupException;
}
