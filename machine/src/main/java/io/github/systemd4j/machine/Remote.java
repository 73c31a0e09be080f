package io.github.systemd4j.machine;

import io.github.systemd4j.machine.MachineException.Reason;
import io.github.systemd4j.machine.dbus.Bus;
import io.github.systemd4j.machine.dbus.BusException;
import io.github.systemd4j.machine.dbus.Message;
import io.github.systemd4j.machine.dbus.Variant;
import java.util.Map;

/** The manager object of a service on the bus, and the properties of its others. */
record Remote(Bus bus, String service, String path, String interfaceName) {

    static final String MACHINED = "org.freedesktop.machine1";
    static final String SYSTEMD = "org.freedesktop.systemd1";

    private static final String PROPERTIES = "org.freedesktop.DBus.Properties";

    static Remote machined(Bus bus) {
        return new Remote(bus, MACHINED, "/org/freedesktop/machine1", MACHINED + ".Manager");
    }

    static Remote systemd(Bus bus) {
        return new Remote(bus, SYSTEMD, "/org/freedesktop/systemd1", SYSTEMD + ".Manager");
    }

    /** Calls a method of the manager. */
    Message call(String member, String signature, Object... values) throws BusException {
        return bus.call(service, path, interfaceName, member, signature, values);
    }

    /** Calls a method that answers one value of a type. What it is about is the first argument. */
    Object ask(String answer, String member, String signature, Object... values) throws MachineException {
        String target = values.length == 0 ? "" : String.valueOf(values[0]);
        try {
            return only(member, target, answer, call(member, signature, values));
        } catch (BusException e) {
            throw MachineException.of(member, target, e);
        }
    }

    /** The value of an answer, if it is of the type that it has to be. */
    static Object only(String member, String target, String signature, Message answer) throws MachineException {
        if (!answer.signature().equals(signature)) {
            throw MachineException.of(
                    member, target, Reason.PROTOCOL, "the answer is " + answer.signature() + ", not " + signature);
        }
        return answer.body().get(0);
    }

    /** All properties of an interface of an object, which are variants by their names. */
    Map<?, ?> properties(String object, String itsInterface) throws BusException, MachineException {
        Message answer = bus.call(service, object, PROPERTIES, "GetAll", "s", itsInterface);
        return (Map<?, ?>) only("GetAll", object, "a{sv}", answer);
    }

    /** One property, if it is of the type that it has to be. */
    Object property(String object, String itsInterface, String name, String signature)
            throws BusException, MachineException {
        Message answer = bus.call(service, object, PROPERTIES, "Get", "ss", itsInterface, name);
        Variant variant = (Variant) only("Get", name, "v", answer);
        if (!variant.signature().equals(signature)) {
            throw MachineException.of(
                    "Get", name, Reason.PROTOCOL, "it is " + variant.signature() + ", not " + signature);
        }
        return variant.value();
    }
}
