package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A line of mountinfo, proc_pid_mountinfo(5). Of a mount that is no control group, only what can hide others.
 * Immutable.
 */
final class Mount {

    private static final byte[] V1 = "cgroup".getBytes(ISO_8859_1);
    private static final byte[] V2 = "cgroup2".getBytes(ISO_8859_1);
    private static final byte[] DASH = {'-'};
    private static final byte[] UNREACHABLE = "//deleted".getBytes(ISO_8859_1);
    private static final byte[] USUAL_PLACE = "/sys/fs/cgroup".getBytes(ISO_8859_1);
    private static final byte[] NONE = {};

    final int id;
    final int parent;
    final byte[] point;

    // of control groups
    final @Nullable CgroupVersion version;
    final byte[] root;
    final @Nullable NamespacePath place;
    final long device;
    private final byte[] options;

    private Mount(
            int id,
            int parent,
            byte[] point,
            @Nullable CgroupVersion version,
            byte[] root,
            long device,
            byte[] options) {
        this.id = id;
        this.parent = parent;
        this.point = point;
        this.version = version;
        this.root = root;
        this.place = version == null ? null : NamespacePath.parse(root);
        this.device = device;
        this.options = options;
    }

    /** Null for a line as the kernel does not write them. */
    static @Nullable Mount parse(byte[] text, int at, int end) {
        int[] fields = new int[6]; // where each of the first six ends
        for (int i = 0, start = at; i < 6; i++) {
            fields[i] = Bytes.indexOf(text, start, end, ' ');
            if (fields[i] < 0) {
                return null;
            }
            start = fields[i] + 1;
        }
        int id = Bytes.number(text, at, fields[0]);
        int parent = Bytes.number(text, fields[0] + 1, fields[1]);
        byte[] point = Bytes.unescaped(text, fields[3] + 1, fields[4]);
        int type = afterOptionalFields(text, fields[5] + 1, end);
        if (id < 0 || parent < 0 || type < 0 || !isAbsolute(point)) {
            return null;
        }
        int typeEnd = Bytes.end(text, type, end, ' ');
        CgroupVersion version = version(text, type, typeEnd);
        if (version == null) {
            return new Mount(id, parent, point, null, NONE, 0, NONE);
        }
        byte[] root = Bytes.unescaped(text, fields[2] + 1, fields[3]);
        int source = Math.min(typeEnd + 1, end);
        int options = Math.min(Bytes.end(text, source, end, ' ') + 1, end); // the rest: there may be spaces in it
        return new Mount(
                id,
                parent,
                point,
                version,
                root,
                device(text, fields[1] + 1, fields[2]),
                Arrays.copyOfRange(text, options, end));
    }

    private static boolean isAbsolute(byte[] path) {
        return path.length > 0 && path[0] == '/' && Bytes.indexOf(path, 0, path.length, 0) < 0;
    }

    private static @Nullable CgroupVersion version(byte[] text, int from, int to) {
        if (Bytes.is(text, from, to, V1)) {
            return CgroupVersion.V1;
        }
        return Bytes.is(text, from, to, V2) ? CgroupVersion.V2 : null;
    }

    /** Where the type begins: behind none, one or several optional fields and the hyphen that ends them. */
    private static int afterOptionalFields(byte[] text, int at, int end) {
        for (int start = at; start < end; ) {
            int space = Bytes.end(text, start, end, ' ');
            if (Bytes.is(text, start, space, DASH)) {
                return space < end ? space + 1 : -1;
            }
            start = space + 1;
        }
        return -1;
    }

    /** As st_dev has it, which is how the JDK's attribute unix:dev has it; -1 if it cannot be read. */
    private static long device(byte[] text, int from, int to) {
        int colon = Bytes.end(text, from, to, ':');
        long major = Bytes.number(text, from, colon);
        long minor = Bytes.number(text, Math.min(colon + 1, to), to);
        if (major < 0 || minor < 0) {
            return -1;
        }
        return ((major & 0xFFF) << 8) | (minor & 0xFF) | ((minor & ~0xFFL) << 12) | ((major & ~0xFFFL) << 32);
    }

    /** Whether a v1 hierarchy has a controller or name: by its super options, never by its directory's name. */
    boolean has(String controller) {
        byte[] word = controller.getBytes(ISO_8859_1);
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i <= options.length; i++) {
            int c = i == options.length ? ',' : options[i];
            if (c == '"') {
                quoted = !quoted; // SELinux's context="a,b"
            } else if (c == ',' && (!quoted || i == options.length)) {
                if (Bytes.is(options, start, i, word)) {
                    return true;
                }
                start = i + 1;
            }
        }
        return false;
    }

    boolean isAtUsualPlace() {
        return Bytes.isBelow(point, USUAL_PLACE);
    }

    boolean isAtRoot() {
        return point.length == 1;
    }

    /** Its directory was removed; no path leads there. */
    boolean isUnreachable() {
        return point.length > UNREACHABLE.length
                && Bytes.is(point, point.length - UNREACHABLE.length, point.length, UNREACHABLE);
    }
}
