package io.github.systemd4j.machine;

import io.github.systemd4j.machine.MachineException.Reason;
import io.github.systemd4j.machine.dbus.BusException;
import io.github.systemd4j.machine.dbus.Variant;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The properties of a machine's object. Those that a later version adds are not looked at. */
final class MachineProperties {

    static final String INTERFACE = Remote.MACHINED + ".Machine";

    private static final UUID NO_ID = new UUID(0, 0);

    private final Map<?, ?> properties;

    private MachineProperties(Map<?, ?> properties) {
        this.properties = properties;
    }

    static Machine read(Map<?, ?> properties) throws MachineException {
        MachineProperties from = new MachineProperties(properties);
        List<Integer> interfaces = new ArrayList<>();
        for (Object index : (List<?>) from.value("NetworkInterfaces", "ai")) {
            interfaces.add(((Long) index).intValue());
        }
        return new Machine(
                from.text("Name"),
                id((byte[]) from.value("Id", "ay")),
                MachineClass.of(from.text("Class")),
                from.text("Service"),
                from.text("Unit"),
                (Long) from.value("Leader", "u"),
                from.text("RootDirectory"),
                List.copyOf(interfaces),
                from.text("State"),
                Instant.EPOCH.plus((Long) from.value("Timestamp", "t"), ChronoUnit.MICROS));
    }

    /** An object that is not there (any more). */
    static boolean isGone(BusException e) {
        return e.errorName().equals("org.freedesktop.DBus.Error.UnknownObject")
                || ErrorNames.reason(e) == Reason.NO_SUCH_MACHINE;
    }

    /** None is no bytes, or 16 of zero, by version. */
    private static Optional<UUID> id(byte[] bytes) {
        if (bytes.length != 16) {
            return Optional.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        UUID id = new UUID(buffer.getLong(), buffer.getLong());
        return id.equals(NO_ID) ? Optional.empty() : Optional.of(id);
    }

    private String text(String name) throws MachineException {
        return (String) value(name, "s");
    }

    private Object value(String name, String signature) throws MachineException {
        if (properties.get(name) instanceof Variant variant
                && variant.signature().equals(signature)) {
            return variant.value();
        }
        throw MachineException.of("GetAll", name, Reason.PROTOCOL, "there is no such property of type " + signature);
    }
}
