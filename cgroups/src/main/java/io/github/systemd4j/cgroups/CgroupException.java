package io.github.systemd4j.cgroups;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/**
 * Something outside of this process is not as it has to be. The message has the call, its target, the error's name and
 * number, and what is wrong or what to do: {@code open(/proc/42/cgroup): ESRCH (3): there is no process 42}
 *
 * <p>The numbers are those of errno(3). The message is independent of the locale, but for the kernel's own text that
 * stands in for an {@link Errno#UNKNOWN}. Immutable.
 */
public final class CgroupException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * The kernel's error numbers, as far as they can be told without native code: the JDK gives away some of them by
     * the class of its exception, and the others only as a text that is translated. Of those, what the system looks like
     * afterwards tells which it was.
     */
    public enum Errno {
        /** The JDK did not say. */
        UNKNOWN(0),
        /** Operation not permitted: we refuse, the kernel was not even asked. */
        EPERM(1),
        /** No such file or directory. */
        ENOENT(2),
        /** No such process. */
        ESRCH(3),
        /** Try again: there are as many groups, or levels of them, as somebody allowed. */
        EAGAIN(11),
        /** Permission denied. */
        EACCES(13),
        /**
         * Busy: there are processes or groups in it, more is in use, or a group with controllers for others is to get
         * processes.
         */
        EBUSY(16),
        /** It exists already. */
        EEXIST(17),
        /** No such device: the control group was removed, or there is no such block device. */
        ENODEV(19),
        /** Not a directory. */
        ENOTDIR(20),
        /** Invalid argument: no such word, a limit that the kernel does not take, a process that cannot be moved at all. */
        EINVAL(22),
        /** File too large: nothing of the kernel's is as long as that. */
        EFBIG(27),
        /** No space: a cpuset without processors or memory nodes. */
        ENOSPC(28),
        /** Mounted read-only. */
        EROFS(30),
        /** Out of range: more than this machine has. */
        ERANGE(34),
        /** Name too long: a path of more than PATH_MAX, 4096 bytes. */
        ENAMETOOLONG(36),
        /** Too many symbolic links. */
        ELOOP(40),
        /** No data: the process is in no such hierarchy. */
        ENODATA(61),
        /** Bad message: the kernel does not write such a line. */
        EBADMSG(74),
        /** Not supported: by this version, this type of group, or this kernel. */
        EOPNOTSUPP(95),
        /** It did not happen in the time that was given. */
        ETIMEDOUT(110),
        /** No medium: the hierarchy is mounted nowhere. */
        ENOMEDIUM(123);

        private final int number;

        Errno(int number) {
            this.number = number;
        }

        /**
         * The number.
         *
         * @return as in errno(3), 0 for {@link #UNKNOWN}
         */
        public int number() {
            return number;
        }

        /** What the class of an exception gives away. */
        static Errno of(IOException e) {
            if (e instanceof NoSuchFileException) {
                return ENOENT;
            } else if (e instanceof AccessDeniedException) {
                return EACCES;
            } else if (e instanceof FileAlreadyExistsException) {
                return EEXIST;
            } else if (e instanceof NotDirectoryException) {
                return ENOTDIR;
            } else if (e instanceof FileSystemLoopException) {
                return ELOOP;
            }
            return e instanceof CgroupException ours ? ours.errno : UNKNOWN;
        }

        /** Why a file could not be read, found out by asking again: the streams of java.io tell nothing at all. */
        static Errno ofReading(Path file, IOException e) {
            Errno known = of(e);
            if (known != UNKNOWN) {
                return known;
            }
            try {
                file.getFileSystem().provider().checkAccess(file, AccessMode.READ);
                return UNKNOWN;
            } catch (IOException again) {
                return of(again);
            }
        }
    }

    /** What was done. */
    private final String call;

    /** What it was done to. */
    private final String target;

    /** The error number. */
    private final Errno errno;

    /**
     * Makes an exception.
     *
     * @param call what was done, such as {@code open}
     * @param target what it was done to, such as a path
     * @param errno the error number
     * @param advice what was wrong or what to do
     */
    public CgroupException(String call, String target, Errno errno, String advice) {
        super(call + "(" + target + "): "
                + (errno == Errno.UNKNOWN ? "" : errno.name() + " (" + errno.number() + "): ")
                + advice);
        this.call = call;
        this.target = target;
        this.errno = errno;
    }

    /**
     * What was done.
     *
     * @return such as {@code open} or {@code resolve}
     */
    public String call() {
        return call;
    }

    /**
     * What it was done to.
     *
     * @return a path, or the name of a controller
     */
    public String target() {
        return target;
    }

    /**
     * The error number.
     *
     * @return the number's name; {@link Errno#UNKNOWN} where the JDK hides it
     */
    public Errno errno() {
        return errno;
    }
}
