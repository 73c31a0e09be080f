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
    private static final byte[] UNREACHABLE = "//deleted".getBytes(ISO_8859_1);
    private static final byte[] USUAL_PLACE = "/sys/fs/cgroup".getBytes(ISO_8859_1);
    private static final byte[] NONE = {};

    final int id;
    final int parent;
    final byte[] point;

    // of control groups
    final @Nullable CgroupVersion version;
    final byte[] root;
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
        this.device = device;
        this.options = options;
    }

    /**
     * The lines of a table, one after the other. As text in Latin-1 they cost nothing, and the JVM looks for a character
     * in text many bytes at a time.
     */
    static final class Reader {

        private final byte[] bytes;
        private final String text;
        /** Whether any name has to be looked at twice: hardly ever is there an escape. */
        private final boolean odd;

        private int at;
        private int end;
        private boolean empty;
        /** The next hyphen that ends optional fields, maybe some lines ahead: so each byte is looked at once. */
        private int separator = -1;

        Reader(byte[] bytes) {
            this.bytes = bytes;
            this.text = new String(bytes, ISO_8859_1);
            this.odd = text.indexOf('\\') >= 0 || text.indexOf(0) >= 0;
        }

        boolean hasNext() {
            return at < bytes.length;
        }

        /** Whether the line that was read last had nothing in it. */
        boolean wasEmpty() {
            return empty;
        }

        /** Null for a line as the kernel does not write them. */
        @Nullable
        Mount next() {
            int start = at;
            int newline = text.indexOf('\n', start);
            end = newline < 0 ? bytes.length : newline;
            empty = end == start;
            at = end + 1;
            int parent = Bytes.end(bytes, start, end, ' ') + 1;
            int device = Bytes.end(bytes, parent, end, ' ') + 1;
            int root = Bytes.end(bytes, device, end, ' ') + 1;
            int point = Bytes.end(bytes, root, end, ' ') + 1;
            int options = Bytes.end(bytes, point, end, ' ') + 1;
            int type = type(options);
            if (type < 0) {
                return null;
            }
            int idNumber = Bytes.number(bytes, start, parent - 1);
            int parentNumber = Bytes.number(bytes, parent, device - 1);
            byte[] pointName = name(point, options - 1);
            if (idNumber < 0 || parentNumber < 0 || !isAbsolute(pointName, odd)) {
                return null;
            }
            int typeEnd = Bytes.end(bytes, type, end, ' ');
            CgroupVersion version = version(bytes, type, typeEnd);
            if (version == null) {
                return new Mount(idNumber, parentNumber, pointName, null, NONE, 0, NONE);
            }
            int source = Math.min(typeEnd + 1, end);
            int superOptions = Math.min(Bytes.end(bytes, source, end, ' ') + 1, end); // the rest: it may have spaces
            return new Mount(
                    idNumber,
                    parentNumber,
                    pointName,
                    version,
                    name(root, point - 1),
                    device(bytes, device, root - 1),
                    Arrays.copyOfRange(bytes, superOptions, end));
        }

        private byte[] name(int from, int to) {
            return odd ? Bytes.unescaped(bytes, from, to) : Arrays.copyOfRange(bytes, from, to);
        }

        /** Behind none, one or several optional fields and the hyphen that ends them; -1 if the line ends before. */
        private int type(int options) {
            int optional = options < end ? text.indexOf(' ', options) : -1;
            if (optional < 0 || optional >= end) {
                return -1;
            }
            if (separator < optional) {
                int found = text.indexOf(" - ", optional);
                separator = found < 0 ? bytes.length : found;
            }
            return separator + 2 < end ? separator + 3 : -1;
        }
    }

    private static boolean isAbsolute(byte[] path, boolean odd) {
        return path.length > 0 && path[0] == '/' && !(odd && Bytes.indexOf(path, 0, path.length, 0) >= 0);
    }

    private static @Nullable CgroupVersion version(byte[] text, int from, int to) {
        if (Bytes.is(text, from, to, V1)) {
            return CgroupVersion.V1;
        }
        return Bytes.is(text, from, to, V2) ? CgroupVersion.V2 : null;
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
    boolean has(byte[] word) {
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

    /** What of the hierarchy it shows; null if the kernel writes no such root. */
    @Nullable
    NamespacePath place() {
        return NamespacePath.parse(root);
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
