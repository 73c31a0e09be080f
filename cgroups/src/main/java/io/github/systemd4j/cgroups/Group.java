package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Resolution.Absent;
import io.github.systemd4j.cgroups.Resolution.Found;
import io.github.systemd4j.cgroups.Resolution.Reason;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A control group of one hierarchy, cgroups(7): a directory that systemd has delegated to us, or one below it that we
 * make ourselves.
 *
 * <pre>{@code
 * Group own = cgroups.group(cgroups.self(), "unified");
 * Group leaf = own.child("payload");
 * leaf.create();
 * Process process = Group.start(new ProcessBuilder("sleep", "1000"), List.of(leaf));
 * leaf.kill(Duration.ofSeconds(10));
 * leaf.remove(Duration.ofSeconds(10));
 * }</pre>
 *
 * <p>Rules of systemd's: write only below a unit with {@code Delegate=yes}, and of the unit's own group change nothing.
 *
 * <p>Every wait has a bound, and is not ended by an interrupt; the thread stays interrupted. Immutable and thread safe;
 * what the object names may change or vanish at any time.
 */
public final class Group {

    /** How often a process that cannot be moved for no reason is tried again: fork may not have ended yet. */
    static final int TRIES = 5;

    private static final long BETWEEN_TRIES_NANOS = 30_000_000;
    private static final int LONGEST_NAME = 255;

    private final Cgroups system;
    /** Where it is, or would be. */
    private final Found place;

    private final List<String> v1Controllers;

    /**
     * What has happened in a group and those below it.
     *
     * @param populated whether there are processes that have not ended
     * @param frozen whether all of them are frozen; in v1 only told by the hierarchy of {@code freezer}
     * @param oom how often its memory limit was hit and nothing could be reclaimed; -1 in v1 and without the memory
     *     controller
     * @param oomKills how many processes were killed for lack of memory; -1 without the memory controller
     */
    public record Events(boolean populated, boolean frozen, long oom, long oomKills) {}

    /**
     * Makes a name of a group.
     *
     * @param v1Controllers those of its hierarchy; empty in v2
     */
    Group(Cgroups system, Found place, List<String> v1Controllers) {
        this.system = system;
        this.place = place;
        this.v1Controllers = List.copyOf(v1Controllers);
    }

    /**
     * The directory.
     *
     * @return it works with the JDK's file methods whatever its name is
     */
    public Path directory() {
        return place.directory();
    }

    /**
     * The directory in bytes.
     *
     * @return an absolute path, without the root directory of {@link Cgroups#at}
     */
    public RawPath name() {
        return place.name();
    }

    /**
     * The version of its hierarchy.
     *
     * @return v1 or v2
     */
    public CgroupVersion version() {
        return place.version();
    }

    /**
     * What its hierarchy is called in messages.
     *
     * @return {@code unified}, or the controllers as the kernel orders them: {@code cpuacct,cpu}, {@code name=systemd}
     */
    public String hierarchy() {
        return version() == CgroupVersion.V2 ? Cgroups.UNIFIED : String.join(",", v1Controllers);
    }

    /**
     * The controllers that act on it.
     *
     * @return in v1 those of the hierarchy, in v2 those of {@code cgroup.controllers}
     * @throws CgroupException if that cannot be read
     */
    public List<String> controllers() throws CgroupException {
        return version() == CgroupVersion.V1 ? v1Controllers : Values.words(read("cgroup.controllers"));
    }

    /** In v2 what the whole hierarchy has, as far as it is mounted: whichever of them are enabled down here. */
    List<String> controllersOfHierarchy() {
        return version() == CgroupVersion.V1
                ? v1Controllers
                : Values.words(ControlFile.peek(top().directory().resolve("cgroup.controllers")));
    }

    /**
     * Whether it exists.
     *
     * @return whether there is a directory with a {@code cgroup.procs}
     */
    public boolean exists() {
        return Files.exists(directory().resolve("cgroup.procs"), LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether it is the root of its hierarchy: by the files that the kernel gives to roots alone, or to all but them. */
    boolean isRoot() {
        return Levels.Place.of(place).isRoot();
    }

    /** Whether it is what its mount shows at the top, which need not be the root: there is no way further up. */
    boolean isTop() {
        return name().equals(place.mountPoint());
    }

    /** The group that its mount shows at the top. */
    Group top() {
        Group top = this;
        while (!top.isTop() && !top.isRootDirectory()) {
            top = top.parent();
        }
        return top;
    }

    /** Whether the hierarchy is mounted on / itself. */
    boolean isRootDirectory() {
        return name().raw().length == 1;
    }

    /** The group above; not asked of the {@link #top}. */
    Group parent() {
        return new Group(system, place.parent(), v1Controllers);
    }

    boolean isAbove(Group other) {
        return !equals(other) && other.directory().startsWith(directory());
    }

    Path proc() {
        return system.proc();
    }

    /** Where a process or thread is in this hierarchy; null if it is not there, or cannot be told. */
    @Nullable
    Path whereIs(long id) {
        return whereIs(system.livingProcess(id));
    }

    @Nullable
    Path whereIs(Membership process) {
        return resolve(process).path().orElse(null);
    }

    private Resolution resolve(Membership process) {
        return version() == CgroupVersion.V2
                ? system.resolveUnified(process)
                : system.resolve(process, v1Controllers.get(0));
    }

    /** Whether a process is beyond the root of our cgroup namespace. */
    boolean isOutside(long id) {
        return system.process(id)
                .unified()
                .filter(entry -> entry.path().latin1().startsWith("/.."))
                .isPresent();
    }

    /**
     * A group below this one. The system is not asked.
     *
     * @param child its name, without a slash
     * @return the group, which may not exist
     * @throws IllegalArgumentException if {@code child} cannot be the name of one
     */
    public Group child(String child) {
        RawPath raw = RawPath.of(child);
        boolean valid = !child.isEmpty() && raw.raw().length <= LONGEST_NAME && !child.equals(".");
        if (!valid
                || child.equals("..")
                || child.contains("/")
                || child.contains("\n")
                || child.startsWith("cgroup.")) {
            throw new IllegalArgumentException("child: \"" + child + "\" cannot be the name of a control group");
        }
        return child(raw);
    }

    private Group child(RawPath child) {
        return new Group(system, place.child(child), v1Controllers);
    }

    /**
     * The groups right below this one.
     *
     * @return in no order; none if this one was removed meanwhile
     * @throws CgroupException if the directory cannot be read; ENAMETOOLONG if a path in it is too long for the kernel
     */
    public List<Group> children() throws CgroupException {
        List<Group> children = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory())) {
            for (Path entry : entries) {
                if (isDirectory(entry)) {
                    children.add(child(RawPath.of(entry).fileName()));
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw Refusal.ofReading(directory().resolve("."), new IOException(e));
        } catch (IOException e) {
            throw Refusal.ofReading(directory().resolve("."), e);
        }
        return children;
    }

    /** Of what cannot be told, such as a path that is too long, it must not be said that it is none. */
    private boolean isDirectory(Path entry) throws CgroupException {
        try {
            return Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isDirectory();
        } catch (NoSuchFileException e) {
            return false; // removed meanwhile
        } catch (IOException e) {
            throw Refusal.ofLooking(this, entry, e);
        }
    }

    /** This one and all below it, each after those below it. */
    List<Group> tree() throws CgroupException {
        List<Group> tree = new ArrayList<>();
        for (Group child : children()) {
            tree.addAll(child.tree());
        }
        tree.add(this);
        return tree;
    }

    /**
     * Makes the group. A v1 cpuset gets the processors and memory nodes of the group above, since it takes no process
     * without.
     *
     * @throws CgroupException with EEXIST if there is one, ENOENT if there is none above, EACCES if that is not ours,
     *     EROFS, or EAGAIN if there are as many as {@code cgroup.max.depth} or {@code cgroup.max.descendants} allow
     */
    public void create() throws CgroupException {
        try {
            Files.createDirectory(directory());
        } catch (IOException e) {
            throw Refusal.ofCreating(this, e);
        }
        try {
            Cpuset.fill(this);
        } catch (CgroupException e) {
            try {
                removeOne(); // one that takes no process is of no use to anybody
            } catch (CgroupException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    /**
     * Removes the group and all below it. The kernel refuses for some moments after the last process has ended, so it is
     * tried until it goes; processes that have not ended are left alone.
     *
     * @param limit how long to wait
     * @return false if there was no such group
     * @throws CgroupException with EBUSY if there still are processes in it after that time, or EACCES or EROFS
     * @throws IllegalArgumentException if {@code limit} is not positive
     */
    public boolean remove(Duration limit) throws CgroupException {
        Pause pause = new Pause(Pause.requirePositive("limit", limit));
        boolean existed = Files.isDirectory(directory());
        while (Files.isDirectory(directory())) {
            try {
                for (Group group : tree()) {
                    group.removeOne();
                }
            } catch (CgroupException e) {
                if (e.errno() != Errno.EBUSY || !pause.again()) {
                    throw e;
                }
            }
        }
        return existed;
    }

    private void removeOne() throws CgroupException {
        try {
            Files.deleteIfExists(directory());
        } catch (IOException e) {
            throw Refusal.ofRemoving(this, e);
        }
    }

    /**
     * The processes in this very group.
     *
     * @return their pids, as our pid namespace has them; 0 for each one outside of it
     * @throws CgroupException if they cannot be read: EOPNOTSUPP if the group is threaded
     */
    public List<Long> processes() throws CgroupException {
        return numbers("cgroup.procs");
    }

    /**
     * The processes in this group and all below it.
     *
     * @return their pids, each once
     * @throws CgroupException if they cannot be read
     */
    public Set<Long> allProcesses() throws CgroupException {
        Set<Long> all = new LinkedHashSet<>();
        for (Group group : tree()) {
            if (group.equals(this) || !group.isThreaded()) { // those of a threaded one are listed by its domain
                all.addAll(group.processesIfThere());
            }
        }
        return all;
    }

    List<Long> processesIfThere() throws CgroupException {
        try {
            return processes();
        } catch (CgroupException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENODEV) {
                return List.of();
            }
            throw e;
        }
    }

    boolean isThreaded() {
        return version() == CgroupVersion.V2
                && ControlFile.peek(directory().resolve("cgroup.type")).equals("threaded");
    }

    /**
     * The threads in this very group.
     *
     * @return their ids
     * @throws CgroupException if they cannot be read
     */
    public List<Long> threads() throws CgroupException {
        return numbers(threadsFile());
    }

    private String threadsFile() {
        return version() == CgroupVersion.V1 ? "tasks" : "cgroup.threads";
    }

    private List<Long> numbers(String file) throws CgroupException {
        List<Long> numbers = new ArrayList<>();
        for (String word : Values.words(read(file))) {
            numbers.add(Values.number(word).orElse(-1));
        }
        return numbers;
    }

    String read(String file) throws CgroupException {
        return ControlFile.read(directory().resolve(file)).strip();
    }

    void write(String file, String value) throws CgroupException {
        ControlFile.write(directory().resolve(file), value);
    }

    /**
     * Moves a process with all its threads into this group. In other hierarchies it stays where it is; a {@link
     * Migration} moves it in all of them.
     *
     * @param pid the process; a zombie is accepted and stays where it is
     * @throws CgroupException with the process, where it stays and why: ESRCH, EACCES, EBUSY, EOPNOTSUPP, ENOSPC,
     *     EINVAL for threads of the kernel, ENOENT and ENODEV if there is no such group
     * @throws IllegalArgumentException if {@code pid} is not positive
     */
    public void add(long pid) throws CgroupException {
        Cgroups.requireId("pid", pid);
        move(pid, "cgroup.procs");
    }

    /**
     * Moves one thread into this group. In v2 both groups have to be threaded, or the domain of the threaded ones.
     *
     * @param tid the thread
     * @throws CgroupException as with {@link #add}
     * @throws IllegalArgumentException if {@code tid} is not positive
     */
    public void addThread(long tid) throws CgroupException {
        Cgroups.requireId("tid", tid);
        move(tid, threadsFile());
    }

    /** How often it had to be tried again. */
    int move(long id, String name) throws CgroupException {
        Path file = directory().resolve(name);
        for (int tries = 0; ; tries++) {
            try {
                ControlFile.put(file, Long.toString(id));
                return tries;
            } catch (IOException e) {
                CgroupException refusal = Refusal.ofMove(this, id, file, e);
                if (refusal.errno() != Errno.UNKNOWN || tries == TRIES) {
                    throw refusal;
                }
                Pause.sleep(BETWEEN_TRIES_NANOS); // the kernel refuses a process that fork has not ended making
            }
        }
    }

    /**
     * Enables controllers for the groups below, v2 only. What the groups below need has to be enabled in each group
     * above too, from the top on. The kernel wants all processes in leaves: a group that has enabled controllers such as
     * memory has no processes itself.
     *
     * @param controllers such as {@code memory}
     * @throws CgroupException with EBUSY if there are processes in this very group, ENOENT if a controller is not
     *     enabled in the group above, EINVAL if there is no such controller, EOPNOTSUPP in v1 and if threaded
     * @throws IllegalArgumentException if one of {@code controllers} cannot be the name of one
     */
    public void enable(String... controllers) throws CgroupException {
        control(List.of(controllers), true);
    }

    /**
     * Disables controllers for the groups below, v2 only.
     *
     * @param controllers such as {@code memory}
     * @throws CgroupException as with {@link #enable}; EBUSY if a group below has enabled one
     * @throws IllegalArgumentException if one of {@code controllers} cannot be the name of one
     */
    public void disable(String... controllers) throws CgroupException {
        control(List.of(controllers), false);
    }

    private void control(List<String> controllers, boolean on) throws CgroupException {
        requireV2("cgroup.subtree_control");
        controllers.forEach(MountTable::requireController);
        String sign = on ? "+" : "-";
        try {
            ControlFile.put(directory().resolve("cgroup.subtree_control"), sign + String.join(" " + sign, controllers));
        } catch (IOException e) {
            throw Refusal.ofEnabling(this, controllers, on, e);
        }
    }

    /**
     * The controllers that are enabled for the groups below.
     *
     * @return those of {@code cgroup.subtree_control}; in v1, where all are for all, those of the hierarchy
     * @throws CgroupException if that cannot be read
     */
    public List<String> enabled() throws CgroupException {
        return version() == CgroupVersion.V1 ? v1Controllers : Values.words(read("cgroup.subtree_control"));
    }

    /**
     * Makes this group threaded, v2 only: then it takes threads of the processes that are in the group above. This
     * cannot be undone. In v1 every group takes threads.
     *
     * @throws CgroupException with EOPNOTSUPP in v1, if there are processes in it, or if the group above has controllers
     *     such as memory enabled
     */
    public void makeThreaded() throws CgroupException {
        requireV2("cgroup.type");
        try {
            ControlFile.put(directory().resolve("cgroup.type"), "threaded");
        } catch (IOException e) {
            throw Refusal.ofThreading(this, e);
        }
    }

    private void requireV2(String file) throws CgroupException {
        if (version() == CgroupVersion.V1) {
            throw new CgroupException("write", name() + "/" + file, Errno.EOPNOTSUPP, "this is a hierarchy of v1");
        }
    }

    /**
     * The limits of this very group, whether there is a process in it or not: what was just made is given them before a
     * process comes. Those of its own hierarchy alone; in v1, memory and CPUs are in different ones.
     *
     * @return its limits, of which nothing has been read yet; what belongs to another hierarchy is {@link Limit.Absent}
     */
    public Limits limits() {
        return new Limits(new Levels(this::resolve));
    }

    /**
     * The figures of this group and those below it. Those of its own hierarchy alone; in v1, memory and CPU time are in
     * different ones.
     *
     * @return the figures of this moment; what belongs to another hierarchy is among the problems
     */
    public Statistics statistics() {
        return new Figures(new Levels(this::resolve)).read();
    }

    /**
     * How much time the processes of this group and those below it lose by waiting. Only the unified hierarchy tells.
     *
     * @param resource {@code cpu}, {@code memory}, {@code io} or {@code irq}
     * @return the pressure, or why it is not known
     * @throws IllegalArgumentException if {@code resource} cannot be the name of one
     */
    public Statistics.Pressure pressure(String resource) {
        return Figures.pressure(resolve(Cgroups.UNIFIED), resource);
    }

    /** What a controller has here. */
    private Resolution resolve(String controller) {
        boolean here =
                version() == CgroupVersion.V2 ? !controller.startsWith("name=") : v1Controllers.contains(controller);
        return here
                ? place
                : Absent.of(Reason.NO_CONTROLLER, controller, controller + " is not in the hierarchy " + hierarchy());
    }

    /**
     * What has happened.
     *
     * @return as the kernel says now; nothing if the group was removed
     * @throws CgroupException if it cannot be read
     */
    public Events events() throws CgroupException {
        return GroupEvents.of(this);
    }

    /**
     * Waits until something has happened. In v2 the kernel says when something changes; in v1 it is looked at, ever less
     * often, up to each 50 ms.
     *
     * @param condition such as {@code events -> !events.populated()}
     * @param limit how long to wait
     * @return whether it has happened in that time
     * @throws CgroupException if the events cannot be read
     * @throws IllegalArgumentException if {@code limit} is not positive
     */
    public boolean await(Predicate<Events> condition, Duration limit) throws CgroupException {
        return GroupEvents.await(this, condition, new Pause(Pause.requirePositive("limit", limit)));
    }

    /**
     * Stops all processes in this group and those below, until {@link #thaw}. They do not notice. In v1 this works in
     * the hierarchy of {@code freezer} alone.
     *
     * @param limit how long to wait until all have stopped; a process in a call of the kernel may take its time
     * @throws CgroupException with ETIMEDOUT if not all have stopped, in which case they are thawed again; EPERM if
     *     this very process is in there; EOPNOTSUPP in other hierarchies of v1, and for the root
     * @throws IllegalArgumentException if {@code limit} is not positive
     */
    public void freeze(Duration limit) throws CgroupException {
        Freezer.freeze(this, new Pause(Pause.requirePositive("limit", limit)));
    }

    /**
     * Lets the processes go on. They stay frozen if a group above is.
     *
     * @param limit how long to wait until they do
     * @throws CgroupException with ETIMEDOUT if they do not; EOPNOTSUPP as with {@link #freeze}
     * @throws IllegalArgumentException if {@code limit} is not positive
     */
    public void thaw(Duration limit) throws CgroupException {
        Freezer.thaw(this, new Pause(Pause.requirePositive("limit", limit)));
    }

    /**
     * Kills all processes in this group and those below with SIGKILL, and waits until they are gone. It does so with
     * {@code cgroup.kill}; before Linux 5.14 and in v1 with one signal to each, again and again until there is none, and
     * frozen meanwhile where that can be had, so that none forks away.
     *
     * @param limit how long to wait
     * @throws CgroupException with ETIMEDOUT if there still are processes after that time; EPERM if this very process is
     *     in there
     * @throws IllegalArgumentException if {@code limit} is not positive
     */
    public void kill(Duration limit) throws CgroupException {
        Freezer.kill(this, new Pause(Pause.requirePositive("limit", limit)));
    }

    /**
     * Starts a process that is in groups from its first instruction on, and with it all that it starts: there is no
     * moment at which it is elsewhere. It begins as {@code sh}, which joins the groups and becomes the command. So a
     * command that is not there is no exception, but ends with 127, as it does in a shell.
     *
     * @param builder what to start; it is not changed
     * @param groups one in each hierarchy at most
     * @return the process, once it is in all groups, which is waited for up to 30 seconds
     * @throws CgroupException if it could not join, with the group and why, or has not in that time, or if the groups
     *     cannot be read; then the command was not started, or was killed
     * @throws IOException if {@code sh} cannot be started
     * @throws IllegalArgumentException if two {@code groups} are of the same hierarchy, or there is none
     */
    public static Process start(ProcessBuilder builder, List<Group> groups) throws IOException {
        return Launcher.start(builder, List.copyOf(groups));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Group group && directory().equals(group.directory());
    }

    @Override
    public int hashCode() {
        return directory().hashCode();
    }

    /** The hierarchy and the directory: {@code unified:/sys/fs/cgroup/system.slice}. */
    @Override
    public String toString() {
        return hierarchy() + ":" + name();
    }
}
