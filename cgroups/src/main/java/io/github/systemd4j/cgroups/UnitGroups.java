package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Membership.Entry;
import io.github.systemd4j.cgroups.Resolution.Absent;
import io.github.systemd4j.cgroups.Resolution.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which unit a place belongs to, and where the groups of a unit are, of which no process is known. */
final class UnitGroups {

    private static final String INIT_SCOPE = "/init.scope";

    private static final byte[] NOTHING = {};

    private final Cgroups system;
    private final Path root;

    UnitGroups(Cgroups system, Path root) {
        this.system = system;
        this.root = root;
    }

    /** What systemd calls a place, counted from the control group of the first process. */
    Units unitsOf(Membership process) {
        boolean unifiedAlone = isUnifiedAlone(process);
        Optional<RawPath> path = path(process, unifiedAlone);
        if (path.isEmpty()) {
            return Units.NONE;
        }
        Optional<RawPath> first = path(system.process(1), unifiedAlone);
        Units units = Units.of(first.isEmpty() ? path.get() : shifted(path.get(), first.get()));
        return units.on(units.unit().flatMap(this::machine));
    }

    /** Whether there is a name=systemd that is not mounted here: then it is that of a system around us, not of ours. */
    private boolean isUnifiedAlone(Membership process) {
        return process.unified().isPresent()
                && system.resolve(process, "name=systemd") instanceof Absent absent
                && absent.reason() == Reason.NOT_MOUNTED;
    }

    private static Optional<RawPath> path(Membership process, boolean unifiedAlone) {
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
        byte[] above = top.equals("/") ? NOTHING : top.getBytes(ISO_8859_1);
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
    Membership of(String unit) throws CgroupException {
        Membership first = system.process(1);
        if (first.problem().isPresent()) {
            throw first.problem().get().failure();
        }
        Group manager = systemds(first);
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

    private Group systemds(Membership first) throws CgroupException {
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
