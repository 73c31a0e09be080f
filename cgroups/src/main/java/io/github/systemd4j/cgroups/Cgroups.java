package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Resolution.Absent;
import io.github.systemd4j.cgroups.Resolution.Found;
import io.github.systemd4j.cgroups.Resolution.Reason;
import io.github.systemd4j.cgroups.Verification.Outcome;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The control groups of this system, cgroups(7): where processes are, and what systemd calls the place.
 *
 * <pre>{@code
 * Cgroups cgroups = Cgroups.system();
 * Resolution memory = cgroups.resolve("memory"); // of this process; v1 or v2
 * Units units = cgroups.units(cgroups.self());   // unit, slice, session
 * }</pre>
 *
 * <p>No question throws because of what the system is like; every answer says why it is none.
 *
 * <p>The mount table is kept. It is read again when a mount point is used for the first time, or is no longer the
 * directory that it was, and whenever there would be no answer otherwise: that is cheaper than to read it each time, and
 * notices whatever would make an answer wrong. In a row of questions the mount point is asked every 100 microseconds.
 *
 * <p>Thread safe.
 */
public final class Cgroups {

    /** What the unified hierarchy is called in messages. */
    static final String UNIFIED = "unified";

    private static final byte[] NO_TEXT = {};
    private static final Path SLASH = Path.of("/");
    /** A mount point that was asked so short a time ago is not asked again: less than it takes to mount something. */
    private static final long PAUSE_NANOS = 100_000;

    private final Path root;
    private final long pauseNanos;
    private final ProcFile.Buffer buffer = new ProcFile.Buffer(); // under the lock
    private final ProcFile.@Nullable Kept kept;

    private final Object lock = new Object();
    // under the lock
    private @Nullable MountTable table;
    private byte[] tableText = NO_TEXT;
    private long tableReads;
    /** The mount points that were used. */
    private final Map<RawPath, MountPoint> mountPoints = new HashMap<>();

    private byte[] ownText = NO_TEXT;
    private @Nullable Membership own;
    /** Answers for {@link #own} and {@link #table}. */
    private final Map<String, OwnAnswer> ownAnswers = new HashMap<>();

    /** A directory, and what it was when mountinfo was read. */
    private static final class MountPoint {

        private final Path directory;
        /** Its device and inode. */
        private final Object key;

        private long asked = System.nanoTime(); // under the lock

        MountPoint(Path directory, Object key) {
            this.directory = directory;
            this.key = key;
        }

        boolean isUnchanged(long pauseNanos) {
            long now = System.nanoTime();
            if (now - asked < pauseNanos) {
                return true;
            }
            asked = now;
            return key.equals(fileKey(directory));
        }
    }

    /** An answer, good for as long as its mount point is what it was. */
    private record OwnAnswer(Found found, MountPoint mountPoint) {}

    private Cgroups(Path root, boolean keep, long pauseNanos) {
        this.root = root;
        this.pauseNanos = pauseNanos;
        this.kept = keep ? new ProcFile.Kept(root.resolve("proc/self/cgroup")) : null;
    }

    /**
     * This system. One object should be kept, with it the mount table, and one open file.
     *
     * @return the system as this process sees it
     */
    public static Cgroups system() {
        return new Cgroups(SLASH, true, PAUSE_NANOS);
    }

    /**
     * A system below another directory, such as one that was recorded. There must be {@code proc}, and what its
     * mountinfo names.
     *
     * @param root a directory of the default file system, which stands for {@code /}
     * @return the system there
     */
    public static Cgroups at(Path root) {
        return at(root, 0);
    }

    /** With as long a pause as a test wants. */
    static Cgroups at(Path root, long pauseNanos) {
        return new Cgroups(root.toAbsolutePath(), false, pauseNanos);
    }

    /**
     * Where this process is, as {@code /proc/self/cgroup} says.
     *
     * @return its control groups; see {@link Membership#problem()} if that cannot be read
     */
    public Membership self() {
        synchronized (lock) {
            if (kept == null) {
                return read(root.resolve("proc/self/cgroup"), "self");
            }
            try {
                byte[] text = kept.read(ownText);
                Membership known = own;
                if (known == null || !Arrays.equals(text, ownText)) {
                    ownAnswers.clear();
                    known = Membership.trusted(text);
                    own = known;
                    ownText = text;
                }
                return known;
            } catch (IOException e) {
                return Membership.unknown(unreadable(root.resolve("proc/self/cgroup"), e));
            }
        }
    }

    /**
     * Where the calling thread is. Only in v1 hierarchies and threaded groups of v2 can this be elsewhere than its
     * process. Of a virtual thread it is its carrier.
     *
     * @return its control groups; see {@link Membership#problem()} if that cannot be read
     */
    public Membership currentThread() {
        return read(root.resolve("proc/thread-self/cgroup"), "thread-self");
    }

    /**
     * Where a process is.
     *
     * @param pid a process id, as this process's pid namespace has it
     * @return its control groups; {@link Membership#problem()} says so if there is no such process
     * @throws IllegalArgumentException if {@code pid} is not positive
     */
    public Membership process(long pid) {
        requireId("pid", pid);
        return read(root.resolve("proc/" + pid + "/cgroup"), Long.toString(pid));
    }

    /**
     * Where a thread is.
     *
     * @param pid the id of its process
     * @param tid the id of the thread
     * @return its control groups; {@link Membership#problem()} says so if there is no such thread
     * @throws IllegalArgumentException if an id is not positive
     */
    public Membership thread(long pid, long tid) {
        requireId("pid", pid);
        requireId("tid", tid);
        String thread = pid + "/task/" + tid;
        return read(root.resolve("proc/" + thread + "/cgroup"), thread);
    }

    /**
     * Where a process is, by a thread of it that has not ended. When the main thread has, v1 says that it is in the root,
     * and v2 leaves it where it was while the others move on.
     */
    Membership livingProcess(long pid) {
        long thread = ProcessStat.liveThread(proc(), pid);
        return thread == 0 || thread == pid ? process(pid) : thread(pid, thread);
    }

    static void requireId(String name, long id) {
        if (id <= 0) {
            throw new IllegalArgumentException(name + ": " + id + " must be positive");
        }
    }

    private Membership read(Path file, String process) {
        try {
            return Membership.trusted(ProcFile.read(file));
        } catch (IOException e) {
            boolean gone = !exists("proc/" + process) && exists("proc/self");
            return Membership.unknown(
                    gone
                            ? Absent.of(
                                    Reason.NO_PROCESS,
                                    process,
                                    "there is no process " + process + ", or hidepid= hides it from us")
                            : unreadable(file, e));
        }
    }

    private boolean exists(String file) {
        return Files.exists(root.resolve(file), LinkOption.NOFOLLOW_LINKS);
    }

    private static Absent unreadable(Path file, IOException e) {
        Errno errno = Errno.ofReading(file, e);
        String message = new CgroupException("open", file.toString(), errno, "it cannot be read").getMessage();
        return new Absent(Reason.UNREADABLE, String.valueOf(message), file.toString(), errno);
    }

    /**
     * Where this process is in the hierarchy of a controller.
     *
     * @param controller such as {@code memory}, or {@code name=systemd} for a named hierarchy
     * @return the directory, or why there is none
     * @throws IllegalArgumentException if {@code controller} cannot be the name of one
     */
    public Resolution resolve(String controller) {
        synchronized (lock) {
            Membership self = self();
            OwnAnswer known = self == own ? ownAnswers.get(controller) : null;
            if (known != null && known.mountPoint().isUnchanged(pauseNanos)) {
                return known.found();
            }
            Resolution answer = resolve(self, controller);
            if (self == own && answer instanceof Found found) {
                MountPoint mountPoint = mountPoints.get(found.mountPoint());
                if (mountPoint != null) {
                    ownAnswers.put(controller, new OwnAnswer(found, mountPoint));
                }
            }
            return answer;
        }
    }

    /**
     * Where a process is in the hierarchy of a controller. A controller that is on no v1 hierarchy of the process is
     * looked for in the unified one; whether it is enabled there is said by the directory's {@code cgroup.controllers}.
     *
     * @param process as one of the methods of this class has told it
     * @param controller such as {@code memory}, or {@code name=systemd} for a named hierarchy
     * @return the directory, or why there is none
     * @throws IllegalArgumentException if {@code controller} cannot be the name of one
     */
    public Resolution resolve(Membership process, String controller) {
        MountTable.requireController(controller);
        return answer(process, controller, (mounts, literally) -> mounts.resolve(process, controller, root, literally));
    }

    /**
     * Where a process is in the unified hierarchy.
     *
     * @param process as one of the methods of this class has told it
     * @return the directory, or why there is none
     */
    public Resolution resolveUnified(Membership process) {
        return answer(process, UNIFIED, (mounts, literally) -> mounts.resolveUnified(process, root, literally));
    }

    /**
     * The control group in which a process is.
     *
     * @param process as one of the methods of this class has told it
     * @param controller such as {@code memory}, {@code name=systemd} for a named hierarchy, {@code unified} for the
     *     unified one
     * @return the group
     * @throws CgroupException if there is none, with the reason
     * @throws IllegalArgumentException if {@code controller} cannot be the name of one
     */
    public Group group(Membership process, String controller) throws CgroupException {
        boolean unified = controller.equals(UNIFIED);
        Found found = (unified ? resolveUnified(process) : resolve(process, controller)).orThrow();
        Optional<Membership.Entry> v1 = unified ? Optional.empty() : process.controller(controller);
        return Group.of(this, found, v1.map(Membership.Entry::controllers).orElse(List.of()));
    }

    /**
     * Moving processes from group to group, in several hierarchies together.
     *
     * @return what makes a plan of it
     */
    public Migration.Builder migration() {
        return new Migration.Builder(this);
    }

    Path proc() {
        return root.resolve("proc");
    }

    /** One question. */
    private interface Question {
        Resolution ask(MountTable mounts, boolean literally);
    }

    private Resolution answer(Membership process, String name, Question question) {
        if (process.problem().isPresent()) {
            return process.problem().get().about(name);
        }
        synchronized (lock) {
            try {
                MountTable known = table;
                Resolution answer = ask(question, known == null ? readTable() : known);
                if (known != null && !holds(answer)) {
                    answer = ask(question, readTable());
                }
                if (known != null && answer instanceof Found found) {
                    remember(found); // not the first one: who asks once needs nothing to compare with
                }
                return answer;
            } catch (IOException e) {
                return unreadable(root.resolve("proc/self/mountinfo"), e).about(name);
            }
        }
    }

    /** A group that looks removed may also have been called like that by somebody. */
    private static Resolution ask(Question question, MountTable mounts) {
        Resolution answer = question.ask(mounts, false);
        if (answer instanceof Absent absent && absent.reason() == Reason.REMOVED) {
            Resolution literal = question.ask(mounts, true);
            return literal.path().filter(Files::isDirectory).isPresent() ? literal : answer;
        }
        return answer;
    }

    /** Whether a mount table that was read a while ago suffices. */
    private boolean holds(Resolution answer) {
        if (answer instanceof Absent absent) {
            return switch (absent.reason()) {
                case NOT_MOUNTED, HIDDEN, OUTSIDE, UNNAMEABLE -> false;
                default -> true;
            };
        }
        return answer instanceof Found found && isUnchanged(found);
    }

    private boolean isUnchanged(Found found) {
        MountPoint known = mountPoints.get(found.mountPoint());
        return known != null && known.isUnchanged(pauseNanos);
    }

    /** Only if it is of the device that mountinfo said; if not, something has changed in between. */
    private void remember(Found found) {
        if (mountPoints.containsKey(found.mountPoint())) {
            return;
        }
        Path directory = found.mountPoint().toPath(root);
        try {
            Map<String, Object> attributes = Files.readAttributes(directory, "unix:dev,fileKey");
            Object key = attributes.get("fileKey");
            if (key != null && Long.valueOf(found.device()).equals(attributes.get("dev"))) {
                mountPoints.put(found.mountPoint(), new MountPoint(directory, key));
            }
        } catch (IOException e) {
            return; // it is not kept, and so asked again
        }
    }

    private static @Nullable Object fileKey(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    /** What is known about mount points stays, if nothing at all has changed. */
    private MountTable readTable() throws IOException {
        byte[] text = buffer.read(root.resolve("proc/self/mountinfo"));
        tableReads++;
        MountTable known = table;
        if (known == null || !Arrays.equals(text, tableText)) {
            mountPoints.clear();
            ownAnswers.clear();
            known = MountTable.parse(text);
            table = known;
            tableText = text;
        }
        return known;
    }

    /**
     * How often the mount table had to be read.
     *
     * @return the number of times, 0 before the first question
     */
    public long mountTableReads() {
        synchronized (lock) {
            return tableReads;
        }
    }

    /**
     * What systemd calls the place where a process is, as sd_pid_get_unit(3) and its sisters tell it: counted from the
     * control group of the first process, so that it is right inside of a container too.
     *
     * @param process as one of the methods of this class has told it
     * @return its unit, slice, session, owner and machine, as far as it has them
     */
    public Units units(Membership process) {
        boolean unifiedAlone = isUnifiedAlone(process);
        Optional<RawPath> path = systemdPath(process, unifiedAlone);
        if (path.isEmpty()) {
            return Units.NONE;
        }
        Optional<RawPath> first = systemdPath(read(root.resolve("proc/1/cgroup"), "1"), unifiedAlone);
        Units units = Units.of(first.isEmpty() ? path.get() : shifted(path.get(), first.get()));
        return units.on(units.unit().flatMap(this::machine));
    }

    /** Whether there is a name=systemd that is not mounted here: then it is that of a system around us, not of ours. */
    private boolean isUnifiedAlone(Membership process) {
        return process.unified().isPresent()
                && resolve(process, "name=systemd") instanceof Absent absent
                && absent.reason() == Reason.NOT_MOUNTED;
    }

    private static Optional<RawPath> systemdPath(Membership process, boolean unifiedAlone) {
        return unifiedAlone ? process.unified().map(Membership.Entry::cleanPath) : process.systemdPath();
    }

    /** The part below the first process's group, {@code init.scope} not counted; the whole path if it isn't there. */
    private static RawPath shifted(RawPath path, RawPath first) {
        String top = first.latin1();
        for (String own : new String[] {"/init.scope", "/system.slice", "/system"}) { // the last two before 226
            if (top.endsWith(own)) {
                top = top.substring(0, top.length() - own.length());
                break;
            }
        }
        byte[] above = top.equals("/") ? NO_TEXT : top.getBytes(ISO_8859_1);
        byte[] raw = path.raw();
        return Bytes.isBelow(raw, above) ? RawPath.trusted(Arrays.copyOfRange(raw, above.length, raw.length)) : path;
    }

    private Optional<String> machine(String unit) {
        try {
            Path link = root.resolve("run/systemd/machines/unit:" + unit);
            return Optional.of(Files.readSymbolicLink(link).toString());
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty(); // that is: it is none
        }
    }

    /**
     * The limits of the control groups in which a process is.
     *
     * @param process as one of the methods of this class has told it
     * @return its limits, of which nothing has been read yet
     */
    public Limits limits(Membership process) {
        return new Limits(levels(process));
    }

    /**
     * The figures of the control groups in which a process is: CPU time, memory, processes, input and output.
     *
     * @param process as one of the methods of this class has told it
     * @return the figures of this moment
     */
    public Statistics statistics(Membership process) {
        return new Figures(levels(process)).read();
    }

    private Levels levels(Membership process) {
        return new Levels(
                controller -> controller.equals(UNIFIED) ? resolveUnified(process) : resolve(process, controller));
    }

    /**
     * How much time the processes of a control group lose by waiting. Only the unified hierarchy tells, in a hybrid
     * layout too.
     *
     * @param process as one of the methods of this class has told it
     * @param resource {@code cpu}, {@code memory}, {@code io} or {@code irq}
     * @return the pressure, or why it is not known
     * @throws IllegalArgumentException if {@code resource} cannot be the name of one
     */
    public Statistics.Pressure pressure(Membership process, String resource) {
        requireResource(resource);
        Resolution unified = resolveUnified(process);
        return unified instanceof Found found
                ? Figures.pressure(found.directory().resolve(resource + ".pressure"))
                : new Statistics.Pressure(
                        Optional.empty(), Optional.empty(), Optional.of(((Absent) unified).message()));
    }

    /**
     * How much time is lost by waiting in the whole system, as {@code /proc/pressure} says.
     *
     * @param resource {@code cpu}, {@code memory}, {@code io} or {@code irq}
     * @return the pressure, or why it is not known
     * @throws IllegalArgumentException if {@code resource} cannot be the name of one
     */
    public Statistics.Pressure pressure(String resource) {
        requireResource(resource);
        return Figures.pressure(root.resolve("proc/pressure/" + resource));
    }

    private static void requireResource(String resource) {
        if (resource.isEmpty() || !resource.chars().allMatch(c -> c >= 'a' && c <= 'z')) {
            throw new IllegalArgumentException("resource: \"" + resource + "\" is not one such as memory");
        }
    }

    /**
     * Asks the kernel whether a process or thread really is where it was found: by the directory's device, and by
     * {@code cgroup.procs}, or for threads {@code cgroup.threads} and {@code tasks}. Reads as much as there are
     * processes in the group.
     *
     * @param found where it was found
     * @param id the id of the process or thread
     * @return the verdict
     * @throws IllegalArgumentException if {@code id} is not positive
     */
    public Verification verify(Found found, long id) {
        requireId("id", id);
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
        return verify(found, id, inode);
    }

    private static Verification verify(Found found, long id, long inode) {
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
                Outcome.UNREADABLE, inode, unreadable(found.directory(), e).message());
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
