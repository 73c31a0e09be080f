package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Membership.Entry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the groups of a unit are, of which no process is known. */
final class UnitGroups {

    private static final String INIT_SCOPE = "/init.scope";

    private UnitGroups() {}

    static String requireUnit(String unit) {
        if (!UnitName.isValid(unit) || !(unit.endsWith(".service") || unit.endsWith(".scope"))) {
            throw new IllegalArgumentException("unit: \"" + unit + "\" is not the name of a service or scope");
        }
        return unit;
    }

    /**
     * Where a process of the unit would be. The unit's name does not tell its slice, so the slices are looked through; the
     * manager has its own {@code init.scope} at the top. In the other hierarchies the unit has the same path, or none.
     */
    static Membership of(Cgroups system, String unit) throws CgroupException {
        Membership first = system.process(1);
        if (first.problem().isPresent()) {
            throw first.problem().get().failure();
        }
        Group manager = systemds(system, first);
        Group top = manager.name().latin1().endsWith(INIT_SCOPE) ? manager.parent() : manager;
        Group found = find(top, unit);
        if (found == null) {
            throw new CgroupException(
                    "resolve",
                    unit,
                    Errno.ENOENT,
                    "the unit has no control group below " + top.name() + "; is it active?");
        }
        String below = found.name()
                .latin1()
                .substring(top.isRootDirectory() ? 0 : top.name().latin1().length());
        List<Entry> entries = new ArrayList<>();
        for (Entry entry : first.entries()) {
            String path = entry.path().latin1();
            String above = path.endsWith(INIT_SCOPE) ? path.substring(0, path.length() - INIT_SCOPE.length()) : path;
            entries.add(new Entry(
                    entry.hierarchy(),
                    entry.controllers(),
                    RawPath.ofLatin1((above.equals("/") ? "" : above) + below)));
        }
        return Membership.of(entries);
    }

    private static Group systemds(Cgroups system, Membership first) throws CgroupException {
        return system.resolve(first, "name=systemd").path().isPresent()
                ? system.group(first, "name=systemd")
                : system.group(first, Cgroups.UNIFIED);
    }

    private static @Nullable Group find(Group top, String unit) throws CgroupException {
        Deque<Group> slices = new ArrayDeque<>(List.of(top));
        for (Group slice = slices.poll(); slice != null; slice = slices.poll()) {
            for (Group child : slice.children()) {
                String name = UnitName.fromCgroupName(child.name().fileName().latin1());
                if (name.equals(unit)) {
                    return child;
                } else if (UnitName.isSlice(name)) {
                    slices.add(child);
                }
            }
        }
        return null;
    }
}
