package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.systemd4j.cgroups.Membership.Entry;
import io.github.systemd4j.cgroups.Resolution.Absent;
import io.github.systemd4j.cgroups.Resolution.Found;
import io.github.systemd4j.cgroups.Resolution.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /proc/self/mountinfo} says, proc_pid_mountinfo(5), as far as control groups go. With a {@link Membership}
 * it answers where a process is, without asking the system again; so recorded files can be asked too.
 *
 * <p>A hierarchy is known by its super options. That is the only place that tells: the order of the controllers in
 * {@code /proc/PID/cgroup} is the kernel's, the name of the directory is whatever user space liked.
 *
 * <p>Immutable.
 */
public final class MountTable {

    private static final Path SLASH = Path.of("/");

    private final List<Mount> mounts = new ArrayList<>();
    private final List<Mount> hierarchies = new ArrayList<>();
    private final Family family;
    private final int skippedLines;

    private MountTable(byte[] text) {
        int skipped = 0;
        for (Mount.Reader lines = new Mount.Reader(text); lines.hasNext(); ) {
            Mount mount = lines.next();
            if (mount == null) {
                skipped += lines.wasEmpty() ? 0 : 1;
                continue;
            }
            mounts.add(mount);
            if (mount.version != null) {
                hierarchies.add(mount);
            }
        }
        skippedLines = skipped;
        family = new Family(mounts);
    }

    /**
     * Reads the text of a {@code /proc/self/mountinfo}. Nothing is refused: a line as the kernel does not write them is
     * left out and counted.
     *
     * @param text the bytes of the file
     * @return what it says
     */
    public static MountTable parse(byte[] text) {
        return new MountTable(text);
    }

    /**
     * How many lines could not be understood.
     *
     * @return 0 for every kernel we know
     */
    public int skippedLines() {
        return skippedLines;
    }

    /**
     * Where a process is in the hierarchy of a controller. A controller that is on no v1 hierarchy of the process is
     * looked for in the unified one; whether it is enabled there is said by the directory's {@code cgroup.controllers}.
     *
     * @param membership the process
     * @param controller such as {@code memory}, or {@code name=systemd} for a named hierarchy, which is always v1
     * @return the directory, below {@code /}, or why there is none
     * @throws IllegalArgumentException if {@code controller} cannot be the name of one
     */
    public Resolution resolve(Membership membership, String controller) {
        return resolve(membership, controller, SLASH, false);
    }

    /**
     * Where a process is in the unified hierarchy.
     *
     * @param membership the process
     * @return the directory, below {@code /}, or why there is none
     */
    public Resolution resolveUnified(Membership membership) {
        return resolveUnified(membership, SLASH, false);
    }

    /** The same below another root directory. */
    Resolution resolve(Membership membership, String controller, Path root, boolean literally) {
        requireController(controller);
        if (membership.problem().isPresent()) {
            return membership.problem().get().about(controller);
        }
        Entry entry = membership.controller(controller).orElse(null);
        boolean named = controller.startsWith("name=");
        if (entry == null && !named) {
            entry = membership.unified().orElse(null);
        }
        if (entry == null) {
            return named
                    ? Absent.of(Reason.NO_HIERARCHY, controller, "no such hierarchy")
                    : Absent.of(Reason.NO_CONTROLLER, controller, "controller on no hierarchy");
        }
        return locate(entry, controller, root, literally);
    }

    Resolution resolveUnified(Membership membership, Path root, boolean literally) {
        if (membership.problem().isPresent()) {
            return membership.problem().get().about(Cgroups.UNIFIED);
        }
        Entry entry = membership.unified().orElse(null);
        return entry == null
                ? Absent.of(Reason.NO_HIERARCHY, Cgroups.UNIFIED, "no unified hierarchy")
                : locate(entry, Cgroups.UNIFIED, root, literally);
    }

    static void requireController(String controller) {
        boolean valid = !controller.isEmpty() && !controller.equals("name=");
        for (int i = 0; i < controller.length(); i++) {
            char c = controller.charAt(i);
            valid &= c > ' ' && c < 127 && c != ',' && c != ':' && c != '/';
        }
        if (!valid) {
            throw new IllegalArgumentException(
                    "controller: \"" + controller + "\" is not one name such as memory or name=systemd");
        }
    }

    /**
     * Looks through the mounts of a hierarchy.
     *
     * @param literally take {@code " (deleted)"} for a part of the name
     */
    private Resolution locate(Entry entry, String controller, Path root, boolean literally) {
        if (entry.looksRemoved() && !literally) {
            return Absent.of(Reason.REMOVED, controller, "the control group " + entry.cleanPath() + " was removed");
        }
        NamespacePath place = NamespacePath.parse(entry.path().raw());
        if (place == null) {
            return Absent.of(Reason.MALFORMED, controller, "the kernel writes no such path: " + entry.path());
        }
        byte[] word = controller.getBytes(ISO_8859_1);
        Mount best = null;
        byte[] way = {};
        Absent worst = Absent.of(Reason.NOT_MOUNTED, controller, "no mount");
        for (Mount mount : hierarchies) {
            if (!isOf(mount, entry, word)) {
                continue;
            }
            NamespacePath top = mount.place();
            byte[] below = top == null ? null : place.below(top);
            if (below == null || !isVisible(mount)) {
                worst = worse(worst, why(mount, place, below, entry, controller));
            } else if (best == null || isBetter(mount, below, best, way)) {
                Mount over = whatHides(mount, below, place, entry, word);
                if (over == null) {
                    best = mount;
                    way = below;
                } else {
                    worst = worse(worst, hiddenBy(over, controller));
                }
            }
        }
        return best == null ? worst : found(best, way, root);
    }

    private static boolean isOf(Mount mount, Entry entry, byte[] controller) {
        return entry.isUnified()
                ? mount.version == CgroupVersion.V2
                : mount.version == CgroupVersion.V1 && mount.has(controller);
    }

    /** Where everybody looks for it first; then what shows most of the hierarchy; then what was mounted first. */
    private static boolean isBetter(Mount mount, byte[] way, Mount best, byte[] bestWay) {
        return mount.isAtUsualPlace() == best.isAtUsualPlace() ? way.length > bestWay.length : mount.isAtUsualPlace();
    }

    private static Found found(Mount mount, byte[] way, Path root) {
        RawPath raw = RawPath.trusted(join(mount, way));
        CgroupVersion version = mount.version == CgroupVersion.V1 ? CgroupVersion.V1 : CgroupVersion.V2;
        return new Found(
                raw.toPath(root),
                raw,
                version,
                RawPath.trusted(mount.point),
                RawPath.trusted(mount.root),
                RawPath.trusted(way),
                mount.device);
    }

    private static byte[] join(Mount mount, byte[] way) {
        int length = mount.isAtRoot() ? 0 : mount.point.length;
        byte[] name = new byte[Math.max(length + way.length, 1)];
        name[0] = '/';
        System.arraycopy(mount.point, 0, name, 0, length);
        System.arraycopy(way, 0, name, length, way.length);
        return name;
    }

    /** Why a mount does not help. */
    private static Absent why(
            Mount mount, NamespacePath place, byte @Nullable [] below, Entry entry, String controller) {
        String at = "the mount at " + RawPath.trusted(mount.point);
        if (below != null) {
            return Absent.of(Reason.HIDDEN, controller, at + " is hidden by another mount");
        }
        NamespacePath top = mount.place();
        int levels = top == null ? 0 : place.hiddenLevelsBelow(top);
        if (levels > 0) {
            return Absent.of(
                    Reason.UNNAMEABLE,
                    controller,
                    at + " is from outside of the cgroup namespace: " + levels + " names between its root and "
                            + entry.path() + " are unknown here");
        }
        return Absent.of(
                Reason.OUTSIDE,
                controller,
                at + " shows " + RawPath.trusted(mount.root) + ", and " + entry.path() + " is not in there");
    }

    private static Absent hiddenBy(Mount over, String controller) {
        return Absent.of(
                Reason.HIDDEN, controller, "the mount at " + RawPath.trusted(over.point) + " lies over the directory");
    }

    /** The later constant says more. */
    private static Absent worse(Absent one, Absent other) {
        return other.reason().compareTo(one.reason()) > 0 ? other : one;
    }

    /**
     * Whether a path leads to a mount. It does not if, at any mount on the way from the root, something else is mounted
     * on the same directory or on one above it. A mount on / itself does not count: who was there
     * before it sees past it.
     */
    private boolean isVisible(Mount mount) {
        if (mount.isUnreachable()) {
            return false;
        }
        Mount at = mount;
        for (int steps = 0; steps <= mounts.size(); steps++) { // more only if the table is not a tree
            if (isCovered(at)) {
                return false;
            }
            Mount parent = family.byId(at.parent);
            if (parent == null || parent == at) {
                return !isCoveredAtTop(mount);
            }
            at = parent;
        }
        return false;
    }

    /** Whether a sibling lies over the way to a mount. Of two on the same directory, the later one is seen. */
    private boolean isCovered(Mount mount) {
        boolean later = false;
        int at = family.firstBelow(mount.parent);
        for (Mount sibling; (sibling = family.below(mount.parent, at)) != null; at++) {
            if (sibling == mount) {
                later = true;
            } else if (!sibling.isAtRoot()
                    && Bytes.isBelow(mount.point, sibling.point)
                    && (later || sibling.point.length < mount.point.length)) {
                return true;
            }
        }
        return false;
    }

    /**
     * What lies over the directory to which a way leads from the top of a mount, inside of the hierarchy; null if nothing
     * does, or what shows the same directory again, such as a bind mount onto itself.
     */
    private @Nullable Mount whatHides(Mount mount, byte[] way, NamespacePath place, Entry entry, byte[] controller) {
        byte[] directory = join(mount, way);
        Mount last = mount;
        Mount next = mountOnWay(mount, directory);
        for (int steps = 0; next != null && steps <= mounts.size(); steps++) {
            last = next;
            next = mountOnWay(next, directory);
        }
        if (last == mount) {
            return null;
        }
        NamespacePath top = isOf(last, entry, controller) ? last.place() : null;
        byte[] below = top == null ? null : place.below(top);
        byte[] rest = Arrays.copyOfRange(directory, last.point.length, directory.length);
        return below != null && Arrays.equals(below, rest) ? null : last;
    }

    /** The mount that one comes to first on the way to a directory; of several on the same point the last one. */
    private @Nullable Mount mountOnWay(Mount mount, byte[] directory) {
        Mount first = null;
        int at = family.firstBelow(mount.id);
        for (Mount child; (child = family.below(mount.id, at)) != null; at++) {
            if (child != mount
                    && !child.isAtRoot()
                    && Bytes.isBelow(directory, child.point)
                    && (first == null || child.point.length <= first.point.length)) {
                first = child;
            }
        }
        return first;
    }

    /** Whether something is mounted on the mount's own top directory. */
    private boolean isCoveredAtTop(Mount mount) {
        int at = family.firstBelow(mount.id);
        for (Mount child; (child = family.below(mount.id, at)) != null; at++) {
            if (child != mount && !child.isAtRoot() && Arrays.equals(child.point, mount.point)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Who is mounted below whom: sorted numbers, each a mount's id or its parent's and, in the lower half, its place in
     * the table. To make maps of lists took as long as to read the lines.
     */
    private static final class Family {

        private final List<Mount> mounts;
        private final long[] ids;
        private final long[] parents;

        Family(List<Mount> mounts) {
            this.mounts = mounts;
            this.ids = new long[mounts.size()];
            this.parents = new long[mounts.size()];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = key(mounts.get(i).id, i);
                parents[i] = key(mounts.get(i).parent, i);
            }
            Arrays.sort(ids);
            Arrays.sort(parents);
        }

        private static long key(int id, int place) {
            return (long) id << 32 | place;
        }

        /** Where a key is, or would be. */
        private static int place(long[] keys, long key) {
            int found = Arrays.binarySearch(keys, key);
            return found < 0 ? -found - 1 : found;
        }

        /** The last one with this id; there is one, if the kernel wrote the table. */
        @Nullable
        Mount byId(int id) {
            int after = place(ids, key(id, Integer.MAX_VALUE));
            return after > 0 && ids[after - 1] >> 32 == id ? mounts.get((int) ids[after - 1]) : null;
        }

        int firstBelow(int parent) {
            return place(parents, key(parent, 0));
        }

        /** The one at a place, null behind the last one with this parent. */
        @Nullable
        Mount below(int parent, int at) {
            return at < parents.length && parents[at] >> 32 == parent ? mounts.get((int) parents[at]) : null;
        }
    }
}
