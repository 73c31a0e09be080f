package io.github.systemd4j.machine;

import io.github.systemd4j.machine.MachineException.Reason;
import io.github.systemd4j.machine.dbus.BusException;
import java.util.Locale;
import java.util.Optional;

/** The unit that this process is in, which nobody wants to stop by accident. */
final class OwnUnit {

    private static final long SENDER = 0;

    private final Remote systemd;

    OwnUnit(Remote systemd) {
        this.systemd = systemd;
    }

    /** The object of our unit; systemd looks at who asks, so that this is right in a pid namespace too. */
    Optional<String> path() throws MachineException {
        return pathOf(SENDER);
    }

    Optional<String> pathOf(long pid) throws MachineException {
        try {
            return Optional.of((String) systemd.ask("o", "GetUnitByPID", "u", pid));
        } catch (MachineException e) {
            if (e.reason() == Reason.NOT_IN_UNIT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Whether to stop a unit would stop us: it is ours, by whichever of its names, or a slice that ours is in. */
    boolean isWithin(String call, String unit) throws MachineException {
        Optional<String> own = path();
        if (own.isEmpty()) {
            return false;
        } else if (unit.endsWith(".slice")) {
            return isWithinSlice(call, own.get(), unit);
        }
        try {
            return own.get().equals(systemd.ask("o", "GetUnit", "s", unit));
        } catch (MachineException e) {
            if (e.reason() == Reason.NO_SUCH_UNIT) {
                return false;
            }
            throw e;
        }
    }

    private boolean isWithinSlice(String call, String own, String slice) throws MachineException {
        String name = UnitNames.ofPath(own);
        try {
            String ours =
                    name.endsWith(".slice") ? name : (String) systemd.property(own, interfaceOf(name), "Slice", "s");
            String prefix = slice.substring(0, slice.length() - ".slice".length());
            return slice.equals("-.slice") || ours.equals(slice) || ours.startsWith(prefix + "-");
        } catch (BusException e) {
            throw MachineException.of(call, slice, e);
        }
    }

    /** The interface of a unit's kind: {@code org.freedesktop.systemd1.Service}. */
    static String interfaceOf(String unit) {
        String type = unit.substring(unit.lastIndexOf('.') + 1);
        return Remote.SYSTEMD + "." + type.substring(0, 1).toUpperCase(Locale.ROOT) + type.substring(1);
    }
}
