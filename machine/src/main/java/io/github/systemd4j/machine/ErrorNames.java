package io.github.systemd4j.machine;

import io.github.systemd4j.machine.MachineException.Reason;
import io.github.systemd4j.machine.dbus.BusException;

/** What the names of errors mean. */
final class ErrorNames {

    private static final String BUS = "org.freedesktop.DBus.Error.";
    private static final String MACHINED = "org.freedesktop.machine1.";
    private static final String SYSTEMD = "org.freedesktop.systemd1.";
    /** Errors of sd-bus that have no name of D-Bus's have that of their errno. */
    private static final String ERRNO = "System.Error.";

    private ErrorNames() {}

    static Reason reason(BusException e) {
        return switch (e.kind()) {
            case NO_BUS -> Reason.NO_BUS;
            case REFUSED -> Reason.REFUSED_BY_BUS;
            case TIMEOUT -> Reason.TIMEOUT;
            case LOST -> Reason.CONNECTION_LOST;
            case MALFORMED -> Reason.PROTOCOL;
            case CLOSED -> Reason.CLOSED;
            case ERROR -> e.isOfBus() ? ofBus(e.errorName()) : ofService(e.errorName());
        };
    }

    /** The bus itself: its policy, or it could not find or start whom we called. */
    private static Reason ofBus(String name) {
        if (name.equals(BUS + "AccessDenied")) {
            return Reason.REFUSED_BY_BUS;
        } else if (name.equals(BUS + "NoReply") || name.equals(BUS + "Disconnected")) {
            return Reason.CONNECTION_LOST; // of the service: it ended without an answer
        }
        boolean notThere = name.equals(BUS + "ServiceUnknown")
                || name.equals(BUS + "NameHasNoOwner")
                || name.equals(BUS + "TimedOut")
                || name.startsWith(BUS + "Spawn.")
                || name.startsWith(SYSTEMD); // systemd was asked to start it
        return notThere ? Reason.NO_SERVICE : ofService(name);
    }

    private static Reason ofService(String name) {
        return switch (name) {
            case BUS + "AccessDenied", BUS + "InteractiveAuthorizationRequired", BUS + "AuthFailed" ->
                Reason.REFUSED_BY_POLKIT;
            case MACHINED + "NoSuchMachine", MACHINED + "NoMachineForPID" -> Reason.NO_SUCH_MACHINE;
            case MACHINED + "MachineExists" -> Reason.MACHINE_EXISTS;
            case MACHINED + "NoPrivateNetworking" -> Reason.NO_PRIVATE_NETWORK;
            case BUS + "UnixProcessIdUnknown", SYSTEMD + "NoSuchProcess", ERRNO + "ESRCH" -> Reason.NO_SUCH_PROCESS;
            case SYSTEMD + "NoUnitForPID", ERRNO + "ENXIO" -> Reason.NOT_IN_UNIT;
            case SYSTEMD + "NoSuchUnit" -> Reason.NO_SUCH_UNIT;
            case SYSTEMD + "UnitExists" -> Reason.UNIT_EXISTS;
            case BUS + "UnknownMethod", BUS + "UnknownInterface", BUS + "NotSupported" -> Reason.NOT_SUPPORTED;
            case BUS + "InvalidArgs", BUS + "PropertyReadOnly", BUS + "UnknownProperty", ERRNO + "EINVAL" ->
                Reason.INVALID_ARGUMENT;
            case BUS + "Timeout", BUS + "TimedOut" -> Reason.TIMEOUT;
            default -> Reason.OTHER;
        };
    }

    /** Whether a method is not there, so that an older one can be tried. */
    static boolean isUnknownMethod(BusException e) {
        return e.errorName().equals(BUS + "UnknownMethod") || e.errorName().equals(BUS + "UnknownInterface");
    }

    /** Whether an object, such as a job, is not there any more. */
    static boolean isUnknownObject(BusException e) {
        return e.errorName().equals(BUS + "UnknownObject") || e.errorName().equals(SYSTEMD + "NoSuchJob");
    }

    static boolean isInvalidArguments(BusException e) {
        return e.errorName().equals(BUS + "InvalidArgs");
    }

    /** EEXIST, which machined has for a leader that it knows already. */
    static boolean isExists(BusException e) {
        return e.errorName().equals(BUS + "FileExists") || e.errorName().equals(ERRNO + "EEXIST");
    }
}
