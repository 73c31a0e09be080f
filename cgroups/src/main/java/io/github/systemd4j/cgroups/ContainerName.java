package io.github.systemd4j.cgroups;

import org.jspecify.annotations.Nullable;

/**
 * By which name a container's control group is known: engines put the container's id into it, as {@code docker-ID.scope},
 * {@code libpod-ID.scope}, {@code cri-containerd-ID.scope}, {@code libpod-payload-ID}, or nothing but it.
 */
final class ContainerName {

    private ContainerName() {}

    static String require(String id) {
        boolean valid = !id.isEmpty() && id.chars().allMatch(c -> c > ' ' && c < 127 && c != '/');
        if (!valid || id.equals(".") || id.equals("..")) {
            throw new IllegalArgumentException("id: \"" + id + "\" cannot be the id of a container");
        }
        return id;
    }

    /** The uppermost group with the id in its name; null if there is none. What is in a container is below that. */
    static @Nullable Group groupOf(Group process, String id) {
        Group found = null;
        for (Group at = process; ; at = at.parent()) {
            if (isOf(at.name().fileName().latin1(), id)) {
                found = at;
            }
            if (at.isTop() || at.isRootDirectory()) {
                return found;
            }
        }
    }

    /** A slice is of several. {@code web} is in {@code libpod-web.scope}, and not in {@code webserver.service}. */
    static boolean isOf(String group, String id) {
        if (UnitName.isSlice(UnitName.fromCgroupName(group))) {
            return false;
        }
        for (int at = group.indexOf(id); at >= 0; at = group.indexOf(id, at + 1)) {
            int end = at + id.length();
            boolean starts = at == 0 || !Bytes.isAlphanumeric(group.charAt(at - 1));
            boolean ends = end == group.length() || !Bytes.isAlphanumeric(group.charAt(end));
            if (starts && ends) {
                return true;
            }
        }
        return false;
    }
}
