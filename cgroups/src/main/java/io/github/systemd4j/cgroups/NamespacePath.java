package io.github.systemd4j.cgroups;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A place in a hierarchy, seen from the root of our cgroup namespace: so many levels up, then down by names. The kernel
 * writes it as {@code /../../name}, and always the shortest way. So the first name after {@code /..} is never that of
 * our own ancestor there, and whether one place lies below another can be told although we cannot know our ancestors'
 * names. Immutable.
 */
final class NamespacePath {

    private static final byte[] NONE = {};

    private final int ups;
    /** Empty, or each name with a slash in front. */
    private final byte[] names;

    private NamespacePath(int ups, byte[] names) {
        this.ups = ups;
        this.names = names;
    }

    /** Null for what the kernel does not write: a relative path, {@code //}, {@code /./}, {@code /a/..}, a NUL. */
    static @Nullable NamespacePath parse(byte[] path) {
        if (path.length == 0 || path[0] != '/' || Bytes.indexOf(path, 0, path.length, 0) >= 0) {
            return null;
        }
        if (path.length == 1) {
            return new NamespacePath(0, NONE);
        }
        int ups = 0;
        int start = 0;
        for (int at = 0; at < path.length; ) {
            int end = Bytes.end(path, at + 1, path.length, '/');
            if (end == at + 1) {
                return null;
            }
            boolean dots = end <= at + 3 && path[at + 1] == '.' && path[end - 1] == '.';
            if (dots && end == at + 3 && start == at) {
                ups++;
                start = end;
            } else if (dots) {
                return null;
            }
            at = end;
        }
        return new NamespacePath(ups, Arrays.copyOfRange(path, start, path.length));
    }

    /** The way down from a mount's root to here; null if there is none that can be named. */
    byte @Nullable [] below(NamespacePath root) {
        return ups == root.ups && Bytes.isBelow(names, root.names)
                ? Arrays.copyOfRange(names, root.names.length, names.length)
                : null;
    }

    /** If we lie below a root, but with levels in between whose names our namespace hides, how many; otherwise 0. */
    int hiddenLevelsBelow(NamespacePath root) {
        return root.names.length == 0 ? Math.max(root.ups - ups, 0) : 0;
    }
}
