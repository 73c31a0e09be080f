package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Resolution.Absent;
import io.github.systemd4j.cgroups.Resolution.Found;
import io.github.systemd4j.cgroups.Resolution.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private static final String SYSTEMDS = "name=systemd";
    private static final Path SLASH = Path.of("/");
    /** A mount point that was asked so short a time ago is not asked again: less than it takes to mount something. */
    private static final long PAUSE_NANOS = 100_000;

    private final Path root;
    private final Mounts mounts;
    private final ProcFile.@Nullable Kept kept; // under the lock

    private final Object lock = new Object();
    // under the lock
    private byte[] ownText = NO_TEXT;
    private @Nullable Membership own;
    /** Answers for {@link #own}. */
    private final Map<String, OwnAnswer> ownAnswers = new HashMap<>();

    /** An answer, good for as long as its mount point is what it was. */
    private record OwnAnswer(Found found, Mounts.MountPoint mountPoint) {}

    private Cgroups(Path root, boolean keep, long pauseNanos) {
        this.root = root;
        this.mounts = new Mounts(root, pauseNanos);
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

    static Absent unreadable(Path file, IOException e) {
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
            if (known != null && mounts.isUnchanged(known.mountPoint())) {
                return known.found();
            }
            Resolution answer = resolve(self, controller);
            if (self == own && answer instanceof Found found) {
                Mounts.MountPoint mountPoint = mounts.pointOf(found);
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
        return answer(process, controller, (table, literally) -> table.resolve(process, controller, root, literally));
    }

    /**
     * Where a process is in the unified hierarchy.
     *
     * @param process as one of the methods of this class has told it
     * @return the directory, or why there is none
     */
    public Resolution resolveUnified(Membership process) {
        return answer(process, UNIFIED, (table, literally) -> table.resolveUnified(process, root, literally));
    }

    /**
     * Where systemd has a process: in {@code name=systemd}, and where that is not mounted, in the unified hierarchy. It is
     * the group of its unit, or one below that.
     *
     * @param process as one of the methods of this class has told it
     * @return the directory, or why there is none
     */
    public Resolution resolveSystemd(Membership process) {
        Resolution named = resolve(process, SYSTEMDS);
        return named instanceof Absent && process.unified().isPresent() ? resolveUnified(process) : named;
    }

    /**
     * The controllers that can be had here: those of the v1 hierarchies that are mounted, {@code name=systemd} and its
     * like among them, and those of the unified one, be they enabled for this process's own group or only further up.
     *
     * @return such as {@code memory}, in no order
     */
    public Set<String> controllers() {
        Membership self = self();
        Set<String> controllers = new LinkedHashSet<>();
        for (Membership.Entry entry : self.entries()) {
            Resolution place = entry.isUnified()
                    ? resolveUnified(self)
                    : resolve(self, entry.controllers().get(0));
            if (place instanceof Found found) {
                controllers.addAll(new Group(this, found, entry.controllers()).controllersOfHierarchy());
            }
        }
        return Collections.unmodifiableSet(controllers);
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
        return new Group(this, found, v1.map(Membership.Entry::controllers).orElse(List.of()));
    }

    /**
     * Moving processes from group to group, in several hierarchies together.
     *
     * @return what makes a plan of it
     */
    public Migration.Builder migration() {
        return new Migration.Builder(this);
    }

    /** Where the processes of a unit would be. */
    Membership unit(String unit) throws CgroupException {
        return new UnitGroups(this, root).of(unit);
    }

    Path proc() {
        return root.resolve("proc");
    }

    private Resolution answer(Membership process, String name, Mounts.Question question) {
        return process.problem().isPresent() ? process.problem().get().about(name) : mounts.answer(question, name);
    }

    /**
     * How often the mount table had to be read.
     *
     * @return the number of times, 0 before the first question
     */
    public long mountTableReads() {
        return mounts.reads();
    }

    /**
     * What systemd calls the place where a process is, as sd_pid_get_unit(3) and its sisters tell it: counted from the
     * control group of the first process, so that it is right inside of a container too.
     *
     * @param process as one of the methods of this class has told it
     * @return its unit, slice, session, owner and machine, as far as it has them
     */
    public Units units(Membership process) {
        return new UnitGroups(this, root).unitsOf(process);
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
        return Figures.pressure(resolveUnified(process), resource);
    }

    /**
     * How much time is lost by waiting in the whole system, as {@code /proc/pressure} says.
     *
     * @param resource {@code cpu}, {@code memory}, {@code io} or {@code irq}
     * @return the pressure, or why it is not known
     * @throws IllegalArgumentException if {@code resource} cannot be the name of one
     */
    public Statistics.Pressure pressure(String resource) {
        Figures.requireResource(resource);
        return Figures.pressure(root.resolve("proc/pressure/" + resource));
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
        return Verification.of(found, id);
    }
}
