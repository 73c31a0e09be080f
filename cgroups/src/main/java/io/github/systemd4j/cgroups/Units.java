package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.UnitName.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringTokenizer;

/**
 * What systemd calls a control group, told from its path as sd_pid_get_unit(3) and its sisters tell it.
 *
 * <p>Immutable.
 *
 * @param unit the system unit, such as {@code user@1000.service}; never a slice
 * @param userUnit the unit of a user's own manager, if the process is in one
 * @param slice the innermost slice of the system, {@code -.slice} if it is in no other; empty only if nothing is known
 * @param userSlice the same of the user's own manager
 * @param session the login session
 * @param ownerUid the user who owns the slice or session
 * @param machine the name under which systemd-machined knows the container or virtual machine that runs in the unit
 */
public record Units(
        Optional<String> unit,
        Optional<String> userUnit,
        Optional<String> slice,
        Optional<String> userSlice,
        Optional<String> session,
        OptionalLong ownerUid,
        Optional<String> machine) {

    private static final long NO_UID = 0xFFFF_FFFFL;
    private static final long NO_UID_OF_16_BIT = 0xFFFF;

    /** Of a process about which nothing is known. */
    static final Units NONE = new Units(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalLong.empty(),
            Optional.empty());

    /**
     * Reads a path. The machine is not part of it and stays empty.
     *
     * @param path a control group, counted from that in which systemd has its own {@code init.scope}
     * @return what it says
     */
    public static Units of(RawPath path) {
        List<String> names = new ArrayList<>();
        for (StringTokenizer rest = new StringTokenizer(path.latin1(), "/"); rest.hasMoreTokens(); ) {
            names.add(rest.nextToken());
        }
        int slices = slices(names);
        List<String> below = names.subList(slices, names.size());
        Optional<String> unit = unit(below);
        Optional<String> slice = Optional.of(slice(names, slices));
        boolean isUser = !below.isEmpty()
                && (isManager(below.get(0)) || sessionOf(below.get(0)).isPresent());
        List<String> user = isUser ? below.subList(1, below.size()) : List.of();
        int userSlices = slices(user);
        return new Units(
                unit,
                unit(user.subList(userSlices, user.size())),
                slice,
                isUser ? Optional.of(slice(user, userSlices)) : Optional.empty(),
                unit.flatMap(Units::sessionOf),
                owner(slice.get()),
                Optional.empty());
    }

    /** The same with a machine. */
    Units on(Optional<String> machine) {
        return new Units(unit, userUnit, slice, userSlice, session, ownerUid, machine);
    }

    /** How many slices come first. */
    private static int slices(List<String> names) {
        int count = 0;
        while (count < names.size() && UnitName.isSlice(UnitName.fromCgroupName(names.get(count)))) {
            count++;
        }
        return count;
    }

    private static String slice(List<String> names, int slices) {
        return slices == 0 ? UnitName.ROOT_SLICE : UnitName.fromCgroupName(names.get(slices - 1));
    }

    private static Optional<String> unit(List<String> belowSlices) {
        return belowSlices.isEmpty()
                ? Optional.empty()
                : UnitName.ofCgroup(belowSlices.get(0)).filter(unit -> !unit.endsWith(".slice"));
    }

    /** A manager of a user or a capsule: {@code user@UID.service}. */
    private static boolean isManager(String name) {
        if (UnitName.kind(name) != Kind.INSTANCE || !name.endsWith(".service")) {
            return false;
        }
        String instance = name.substring(name.indexOf('@') + 1, name.length() - ".service".length());
        return name.startsWith("capsule@")
                || (name.startsWith("user@") && uid(instance).isPresent());
    }

    private static Optional<String> sessionOf(String unit) {
        if (!unit.startsWith("session-") || !unit.endsWith(".scope")) {
            return Optional.empty();
        }
        String id = unit.length() < 14 ? "" : unit.substring(8, unit.length() - 6);
        boolean valid = !id.isEmpty() && id.chars().allMatch(Bytes::isAlphanumeric);
        return valid ? Optional.of(id) : Optional.empty();
    }

    private static OptionalLong owner(String slice) {
        return slice.startsWith("user-")
                ? uid(slice.substring("user-".length(), slice.length() - ".slice".length()))
                : OptionalLong.empty();
    }

    private static OptionalLong uid(String digits) {
        long value = digits.isEmpty() || digits.length() > 10 ? NO_UID : 0;
        for (int i = 0; i < digits.length() && value < NO_UID; i++) {
            char c = digits.charAt(i);
            value = c >= '0' && c <= '9' ? value * 10 + c - '0' : NO_UID;
        }
        boolean leadingZero = digits.length() > 1 && digits.charAt(0) == '0';
        return value >= NO_UID || value == NO_UID_OF_16_BIT || leadingZero
                ? OptionalLong.empty()
                : OptionalLong.of(value);
    }
}
