package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why the kernel refused something. The JDK has no error number of a write, only strerror's text, which is translated;
 * so the number is told from what the system is like, by the kernel's own rules in the kernel's own order. What these do
 * not explain is {@link Errno#UNKNOWN}, with the text for people; it may have been for a moment only.
 */
final class Refusal {

    private static final String PROCS = "cgroup.procs";

    /** Of the kernel's limits.h, with the NUL at the end. */
    private static final int PATH_MAX = 4096;

    /** What it was, and what to do. */
    record Cause(Errno errno, String advice) {}

    private Refusal() {}

    /** A process or thread could not be written into a group. */
    static CgroupException ofMove(Group to, long id, Path file, IOException e) {
        Path from = to.whereIs(id);
        Cause cause = e.getClass() == IOException.class ? move(to, id, from, file) : open(file, AccessMode.WRITE, e);
        if (cause == null) {
            cause = new Cause(Errno.UNKNOWN, "the kernel refused it: " + e.getMessage());
        }
        String what = (file.endsWith(PROCS) ? "process " : "thread ") + id + " stays in "
                + (from == null ? "its group" : RawPath.of(from)) + " (" + to.hierarchy() + "): ";
        return failure("write", file, cause, what, e);
    }

    /** What would keep a process from being written into a group; null if nothing is known. */
    static @Nullable CgroupException foreseen(Group to, long id) {
        Path file = to.directory().resolve(PROCS);
        Cause cause = null;
        if (!Files.exists(file)) {
            cause = new Cause(Errno.ENOENT, "there is no such group; create it");
        } else if (!Files.isWritable(file)) {
            cause = notAccessible(file, AccessMode.WRITE);
        }
        if (cause == null) {
            cause = move(to, id, to.whereIs(id), file);
        }
        return cause == null ? null : new CgroupException("write", file.toString(), cause.errno(), cause.advice());
    }

    private static @Nullable Cause move(Group to, long id, @Nullable Path from, Path file) {
        if (!Files.isDirectory(to.directory())) {
            return removed();
        }
        ProcessStat process = ProcessStat.of(to.proc(), id);
        if (process == null) {
            return new Cause(Errno.ESRCH, "there is no such process");
        }
        if (process.isImmovable()) {
            return new Cause(Errno.EINVAL, "it is a thread of the kernel, or bound to a processor, and never moves");
        }
        return to.version() == CgroupVersion.V1 ? moveV1(to, id, process) : moveV2(to, id, from, file);
    }

    private static @Nullable Cause moveV1(Group to, long id, ProcessStat process) {
        Object self = owner(to.proc().resolve("self"));
        Object owner = owner(to.proc().resolve(Long.toString(id)));
        if (self != null && !self.equals(0) && !self.equals(owner)) {
            return new Cause(
                    Errno.EACCES, "it belongs to uid " + owner + ", and only root and that user may move it in v1");
        }
        Path directory = to.directory();
        for (String name : Cpuset.FILES) {
            if (Cpuset.isUnfilled(directory.resolve(name))) {
                return new Cause(Errno.ENOSPC, name + " is empty; set cpuset.cpus and cpuset.mems first");
            }
        }
        return process.isRealTime() ? realTime(directory) : null;
    }

    /** In the order of the kernel's cgroup_attach_permissions. */
    private static @Nullable Cause moveV2(Group to, long id, @Nullable Path from, Path file) {
        Path directory = to.directory();
        if (from != null && !isWritableUpTo(to, from)) {
            return new Cause(
                    Errno.EACCES,
                    "cgroup.procs of " + common(directory, from) + ", the group above both, is not ours to write; let "
                            + "the manager that delegated the group move it in");
        }
        if (from == null && to.isOutside(id)) {
            return new Cause(Errno.ENOENT, "it is outside of our cgroup namespace (nsdelegate)");
        }
        String type = ControlFile.peek(directory.resolve("cgroup.type"));
        if (type.equals("domain invalid")) {
            return new Cause(
                    Errno.EOPNOTSUPP,
                    "the group's type is \"domain invalid\": below threaded ones all have to be threaded");
        }
        String enabled = ControlFile.peek(directory.resolve("cgroup.subtree_control"));
        if (!type.isEmpty() && !type.equals("threaded") && !enabled.isEmpty()) {
            return innerNode(enabled);
        }
        boolean thread = !file.endsWith(PROCS);
        return from != null
                        && (thread || type.equals("threaded"))
                        && !domain(directory).equals(domain(from))
                ? new Cause(
                        Errno.EOPNOTSUPP,
                        "the group is not of the process's domain, " + domain(from)
                                + "; threads move between the threaded groups of one domain only")
                : null;
    }

    private static Cause innerNode(String enabled) {
        return new Cause(
                Errno.EBUSY,
                "the group has enabled " + enabled
                        + " for its children, and processes belong into a leaf then: a child "
                        + "must not compete with its parent's own processes. Take a group below it");
    }

    private static @Nullable Cause realTime(Path directory) {
        return ControlFile.peek(directory.resolve("cpu.rt_runtime_us")).equals("0")
                ? new Cause(Errno.EINVAL, "it is scheduled in real time; set cpu.rt_runtime_us first")
                : null;
    }

    /** Moving takes the right to write cgroup.procs of the nearest group above both. */
    private static boolean isWritableUpTo(Group to, Path from) {
        Path procs = common(to.directory(), from).resolve(PROCS);
        return !Files.exists(procs) || Files.isWritable(procs);
    }

    static Path common(Path one, Path other) {
        Path common = one;
        while (!other.startsWith(common)) {
            Path parent = common.getParent();
            if (parent == null) {
                return common;
            }
            common = parent;
        }
        return common;
    }

    private static Path domain(Path group) {
        Path domain = group;
        while (ControlFile.peek(domain.resolve("cgroup.type")).equals("threaded") && domain.getParent() != null) {
            domain = domain.getParent();
        }
        return domain;
    }

    private static @Nullable Object owner(Path process) {
        try {
            return Files.getAttribute(process, "unix:uid");
        } catch (IOException e) {
            return null;
        }
    }

    /** {@code cgroup.subtree_control} could not be written. */
    static CgroupException ofEnabling(Group group, List<String> controllers, boolean on, IOException e) {
        Path file = group.directory().resolve("cgroup.subtree_control");
        Cause cause =
                e.getClass() == IOException.class ? enabling(group, controllers, on) : open(file, AccessMode.WRITE, e);
        String what = (on ? "+" : "-") + String.join(on ? " +" : " -", controllers) + ": ";
        return failure("write", file, cause, what, e);
    }

    private static @Nullable Cause enabling(Group group, List<String> controllers, boolean on) {
        Path directory = group.directory();
        if (!Files.isDirectory(directory)) {
            return removed();
        }
        List<String> here = Values.words(ControlFile.peek(directory.resolve("cgroup.controllers")));
        for (String controller : controllers) {
            if (!here.contains(controller)) {
                return isKnown(group, controller)
                        ? new Cause(
                                Errno.ENOENT,
                                controller + " is not available here; enable it in cgroup.subtree_control of the group "
                                        + "above, or it is on a v1 hierarchy")
                        : new Cause(Errno.EINVAL, "this kernel has no controller " + controller);
            }
        }
        if (!on) {
            return new Cause(Errno.EBUSY, "a child has it enabled for its own children; disable it there first");
        }
        String type = ControlFile.peek(directory.resolve("cgroup.type"));
        if (!type.equals("domain") && !type.isEmpty()) {
            return new Cause(
                    Errno.EOPNOTSUPP, "the group's type is \"" + type + "\"; there, only threaded controllers can be");
        }
        return ControlFile.peek(directory.resolve(PROCS)).isEmpty()
                ? null
                : new Cause(
                        Errno.EBUSY,
                        "there are processes in the group itself, and a child must not compete with its parent's own "
                                + "processes; move them into a child first");
    }

    private static boolean isKnown(Group group, String controller) {
        for (String line : ControlFile.peek(group.proc().resolve("cgroups")).split("\n", -1)) {
            if (line.startsWith(controller + "\t")) {
                return true;
            }
        }
        for (Path at = group.directory(); at != null; at = at.getParent()) {
            if (Values.words(ControlFile.peek(at.resolve("cgroup.controllers"))).contains(controller)) {
                return true;
            }
        }
        return false;
    }

    /** {@code cgroup.type} could not be written. */
    static CgroupException ofThreading(Group group, IOException e) {
        Path file = group.directory().resolve("cgroup.type");
        Cause cause = e.getClass() != IOException.class
                ? open(file, AccessMode.WRITE, e)
                : Files.isDirectory(group.directory())
                        ? new Cause(
                                Errno.EOPNOTSUPP,
                                "a group with processes cannot become threaded, nor can one below a group with "
                                        + "processes in its other children, or with controllers such as memory enabled")
                        : removed();
        return failure("write", file, cause, "", e);
    }

    /** Another file could not be written. */
    static CgroupException ofWriting(Path file, String value, IOException e) {
        Path directory = directoryOf(file);
        Cause cause;
        if (e.getClass() != IOException.class) {
            cause = open(file, AccessMode.WRITE, e);
        } else if (!Files.isDirectory(directory)) {
            cause = removed();
        } else if (file.endsWith("cgroup.kill") && isThreaded(directory)) {
            cause = new Cause(
                    Errno.EOPNOTSUPP, "the group is threaded; whole processes are killed in " + domain(directory));
        } else {
            cause = LimitRefusal.of(file, value);
        }
        boolean refused = cause != null && e.getClass() == IOException.class;
        return failure(
                call("write", e), file, cause, refused ? "the kernel refuses \"" + value.strip() + "\": " : "", e);
    }

    /** A file of a group could not be read. */
    static CgroupException ofReading(Path file, IOException e) {
        Path directory = directoryOf(file);
        Cause cause = null;
        if (e instanceof CgroupException known) {
            return known;
        } else if (e.getClass() != IOException.class) {
            cause = open(file, AccessMode.READ, e);
        } else if (!Files.isDirectory(directory)) {
            cause = removed();
        } else if (isThreaded(directory)) {
            cause = new Cause(
                    Errno.EOPNOTSUPP, "the group is threaded; its processes are listed by " + domain(directory));
        }
        return failure(call("read", e), file, cause, "", e);
    }

    /** Failures to open name the file; those of an open file don't. */
    private static String call(String call, IOException e) {
        return e instanceof FileSystemException ? "open" : call;
    }

    static Path directoryOf(Path file) {
        Path parent = file.getParent();
        return parent == null ? file : parent;
    }

    private static boolean isThreaded(Path directory) {
        return ControlFile.peek(directory.resolve("cgroup.type")).equals("threaded");
    }

    /** What something in a group is could not be told. */
    static CgroupException ofLooking(Group group, Path entry, IOException e) {
        Errno errno = Errno.of(e);
        Cause cause = null;
        if (RawPath.of(entry).raw().length >= PATH_MAX) {
            cause = new Cause(
                    Errno.ENAMETOOLONG,
                    "the path has " + PATH_MAX + " bytes or more; what is in there can be reached from nearer alone");
        } else if (errno != Errno.UNKNOWN) {
            cause = new Cause(errno, "it cannot be told what is in " + group.name());
        }
        return failure("stat", entry, cause, "", e);
    }

    /** A group could not be made. */
    static CgroupException ofCreating(Group group, IOException e) {
        Path above = group.directory().getParent();
        Errno errno = Errno.of(e);
        Cause cause;
        if (above == null || !Files.isDirectory(above)) {
            cause = new Cause(Errno.ENOENT, "there is no group above it");
        } else if (errno == Errno.EEXIST) {
            cause = new Cause(errno, "there is such a group already");
        } else if (isReadOnly(above)) {
            cause = readOnly();
        } else if (errno == Errno.EACCES) {
            cause = notDelegated(above);
        } else {
            cause = tooMany(above);
        }
        return failure("mkdir", group.directory(), cause, "", e);
    }

    private static @Nullable Cause tooMany(Path above) {
        int depth = 0;
        for (Path at = above; at != null && Files.exists(at.resolve(PROCS)); at = at.getParent(), depth++) {
            long maxDepth = most(at.resolve("cgroup.max.depth"));
            long max = most(at.resolve("cgroup.max.descendants"));
            long now = Values.value(ControlFile.peek(at.resolve("cgroup.stat")), "nr_descendants");
            if (maxDepth <= depth || max <= now) {
                return new Cause(Errno.EAGAIN, "cgroup.max." + (max <= now ? "descendants" : "depth") + " of " + at);
            }
        }
        return null;
    }

    private static long most(Path file) {
        return Values.number(ControlFile.peek(file)).orElse(Long.MAX_VALUE);
    }

    /** A group could not be removed. */
    static CgroupException ofRemoving(Group group, IOException e) {
        Path directory = group.directory();
        Errno errno = Errno.of(e);
        Cause cause;
        if (errno == Errno.ENOENT || errno == Errno.ENOTDIR) {
            cause = new Cause(errno, "there is no such group");
        } else if (isReadOnly(directory)) {
            cause = readOnly();
        } else if (errno == Errno.EACCES) {
            cause = notDelegated(directory.getParent());
        } else {
            cause = new Cause(
                    Errno.EBUSY,
                    "there are groups or processes in it" + inside(directory) + "; move or kill them first");
        }
        return failure("rmdir", directory, cause, "", e);
    }

    private static String inside(Path directory) {
        List<String> pids = Values.words(ControlFile.peek(directory.resolve(PROCS)));
        return pids.isEmpty() ? "" : " (" + String.join(", ", pids.subList(0, Math.min(pids.size(), 5))) + ")";
    }

    /** A file could not even be opened: then the JDK's class of exception tells. */
    private static @Nullable Cause open(Path file, AccessMode mode, IOException e) {
        Errno errno = Errno.of(e);
        Path group = file.getParent();
        if (errno == Errno.ENOENT && group != null) {
            return new Cause(
                    errno,
                    Files.exists(group.resolve(PROCS))
                            ? "this group has no such file: it is the root, or the controller is not enabled, or the "
                                    + "kernel is older"
                            : "there is no such group; it may have been removed");
        } else if (errno != Errno.UNKNOWN && errno != Errno.EACCES) {
            return new Cause(errno, "it cannot be opened");
        }
        return e instanceof FileSystemException ? notAccessible(file, mode) : null;
    }

    private static @Nullable Cause notAccessible(Path file, AccessMode mode) {
        try {
            file.getFileSystem().provider().checkAccess(file, mode);
            return null;
        } catch (AccessDeniedException e) {
            return notDelegated(file);
        } catch (IOException e) {
            return mode == AccessMode.WRITE && isReadOnly(file) ? readOnly() : null;
        }
    }

    private static Cause notDelegated(@Nullable Path where) {
        Object owner = where == null ? null : owner(where);
        return new Cause(
                Errno.EACCES,
                "it belongs to uid " + owner
                        + "; run as that user, or have systemd delegate it: Delegate=yes and User=");
    }

    private static Cause readOnly() {
        return new Cause(Errno.EROFS, "mounted read-only, as containers have it; ask for a writable mount of cgroups");
    }

    private static Cause removed() {
        return new Cause(Errno.ENODEV, "the group was removed");
    }

    private static boolean isReadOnly(Path path) {
        try {
            return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                    && Files.getFileStore(path).isReadOnly();
        } catch (IOException | SecurityException e) {
            return false;
        }
    }

    private static CgroupException failure(
            String call, Path target, @Nullable Cause cause, String what, IOException e) {
        Cause known = cause == null ? new Cause(Errno.UNKNOWN, "the kernel refused it: " + e.getMessage()) : cause;
        CgroupException failure =
                new CgroupException(call, RawPath.of(target).toString(), known.errno(), what + known.advice());
        failure.initCause(e);
        return failure;
    }
}
