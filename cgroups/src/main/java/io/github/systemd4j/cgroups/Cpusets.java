package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Levels.Place;
import io.github.systemd4j.cgroups.Limit.Change;
import io.github.systemd4j.cgroups.Limit.Limited;
import io.github.systemd4j.cgroups.Limit.Unlimited;
import io.github.systemd4j.cgroups.Limits.Cpuset;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;

/** CPUs and memory nodes: lists such as {@code 0-3,7}, cpuset(7). */
final class Cpusets {

    /** Far above any kernel's. */
    static final int LARGEST = 65_535;

    private Cpusets() {}

    static Limit<List<Integer>> read(Place place, Cpuset what, boolean effective) throws CgroupException {
        Path file = effective ? effective(place, what) : own(place, what);
        String text = ControlFile.read(file).strip();
        return text.isEmpty()
                ? new Unlimited<>(file)
                : new Limited<>(parse(file, text).stream().boxed().toList(), file);
    }

    /** Mounted with the option noprefix, as by Android, the files of v1 have no prefix. */
    private static Path own(Place place, Cpuset what) {
        String plain = what.word();
        String usual = "cpuset." + plain;
        return place.file(place.isV1() && !place.has(usual) && place.has(plain) ? plain : usual);
    }

    private static Path effective(Place place, Cpuset what) {
        if (!place.isV1()) {
            return place.file("cpuset." + what.word() + ".effective");
        }
        for (String file : new String[] {"cpuset.effective_" + what.word(), "effective_" + what.word()}) {
            if (place.has(file)) {
                return place.file(file);
            }
        }
        return own(place, what); // before 3.17
    }

    static BitSet parse(Path file, String text) throws CgroupException {
        BitSet numbers = new BitSet();
        for (String range : text.split(",", -1)) {
            int dash = range.indexOf('-', 1);
            long first = Values.number(file, dash < 0 ? range : range.substring(0, dash));
            long last = dash < 0 ? first : Values.number(file, range.substring(dash + 1));
            if (first < 0 || last < first || last > LARGEST) {
                throw new CgroupException("read", file.toString(), Errno.EBADMSG, "\"" + range + "\" is no range");
            }
            numbers.set((int) first, (int) last + 1);
        }
        return numbers;
    }

    static Change<List<Integer>> write(Place place, Cpuset what, Collection<Integer> asked) throws CgroupException {
        BitSet numbers = new BitSet();
        asked.forEach(numbers::set);
        Path file = own(place, what);
        ControlFile.write(file, numbers.isEmpty() ? "\n" : format(numbers)); // an empty write does nothing at all
        List<Integer> sorted = numbers.stream().boxed().toList();
        return new Change<>(
                sorted.isEmpty() ? new Unlimited<>(file) : new Limited<>(sorted, file), read(place, what, false));
    }

    static String format(BitSet numbers) {
        StringBuilder text = new StringBuilder();
        for (int first = numbers.nextSetBit(0); first >= 0; ) {
            int end = numbers.nextClearBit(first);
            text.append(text.isEmpty() ? "" : ",").append(first);
            if (end - 1 > first) {
                text.append('-').append(end - 1);
            }
            first = numbers.nextSetBit(end);
        }
        return text.toString();
    }
}
