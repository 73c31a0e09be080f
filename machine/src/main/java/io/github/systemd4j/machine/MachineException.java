package io.github.systemd4j.machine;

import io.github.systemd4j.machine.dbus.BusException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * machined, systemd or the bus did not do what was asked. The message has the call, its target, the reason, and what is
 * wrong or what to do: {@code RegisterMachine(web): MACHINE_EXISTS: there is a machine of this name}
 *
 * <p>Reasons are told from the names of D-Bus errors, never from their texts. Immutable.
 */
public final class MachineException extends IOException {

    private static final long serialVersionUID = 1L;

    /** What the matter is. */
    public enum Reason {
        /** There is no system bus, or nobody behind its socket: normal in a container. */
        NO_BUS("there is no system bus; in a container, mount the host's /run/dbus/system_bus_socket"),
        /** Whoever was called is not on the bus and cannot be started. */
        NO_SERVICE("it is not there and cannot be started; machined is in the package systemd-container"),
        /** The configuration of the bus forbids it, or the bus does not let us in at all. */
        REFUSED_BY_BUS("the policy of the bus forbids it: it takes root"),
        /** The service asked polkit, or looked itself, and said no. */
        REFUSED_BY_POLKIT("polkit does not allow it to this user"),
        /** There is no machine of that name. */
        NO_SUCH_MACHINE("there is no machine of this name"),
        /** There is a machine of that name. */
        MACHINE_EXISTS("there is a machine of this name"),
        /** The leader is the leader of a registered machine. A second registration would stop its unit. */
        LEADER_REGISTERED("its leader is registered under another name; to register it again would stop its unit"),
        /** There is no such process. */
        NO_SUCH_PROCESS("there is no such process"),
        /** The process is in no unit; give it a scope first. */
        NOT_IN_UNIT("the process is in no unit; put it into a scope first"),
        /** There is no such unit. */
        NO_SUCH_UNIT("there is no such unit"),
        /** There is such a unit. */
        UNIT_EXISTS("there is a unit of this name"),
        /** The unit is not delegated: no processes can be moved into it. */
        NOT_DELEGATED("the unit is not delegated; it needs Delegate=yes"),
        /** The machine is in our own unit, or is it: we would stop ourselves. Refused here, nobody was asked. */
        OWN_UNIT("it would stop our own unit"),
        /** We are in a pid namespace, where pids are other processes than outside. Refused here. */
        PID_NAMESPACE("we are in a pid namespace: outside, this pid is another process"),
        /** The machine has no network of its own. */
        NO_PRIVATE_NETWORK("the machine has no network of its own"),
        /** This version cannot do it. */
        NOT_SUPPORTED("this version of systemd cannot do it"),
        /** The other side takes a value for wrong that we take for right. */
        INVALID_ARGUMENT("a value was not accepted"),
        /** The job of systemd did not end well. */
        JOB_FAILED("the job of systemd failed"),
        /** No answer in time. It may still be done. */
        TIMEOUT("there was no answer in time; it may still be done"),
        /** The connection ended before there was an answer. It may have been done. */
        CONNECTION_LOST("the connection was lost; it may have been done"),
        /** What came is not what the protocol says. */
        PROTOCOL("the answer is not what was expected"),
        /** The object was closed. */
        CLOSED("it was closed"),
        /** Another error; see {@link MachineException#errorName()}. */
        OTHER("it failed");

        private final String advice;

        Reason(String advice) {
            this.advice = advice;
        }
    }

    /** What was called. */
    private final String call;

    /** What it was about. */
    private final String target;

    /** The reason. */
    private final Reason reason;

    /** The name of the D-Bus error. */
    private final String errorName;

    private MachineException(
            String call, String target, Reason reason, String errorName, String detail, @Nullable Throwable cause) {
        super(
                call + "(" + target + "): " + reason.name() + ": " + reason.advice
                        + (detail.isEmpty() ? "" : " (" + detail + ")"),
                cause);
        this.call = call;
        this.target = target;
        this.reason = reason;
        this.errorName = errorName;
    }

    /** Something that was found out or refused here. */
    static MachineException of(String call, String target, Reason reason, String detail) {
        return new MachineException(call, target, reason, "", detail, null);
    }

    /** What a bus or somebody on it has answered. */
    static MachineException of(String call, String target, BusException e) {
        return new MachineException(
                call, target, ErrorNames.reason(e), e.errorName(), String.valueOf(e.getMessage()), e);
    }

    /** The same with a reason that only the call knows. */
    static MachineException of(String call, String target, Reason reason, BusException e) {
        return new MachineException(call, target, reason, e.errorName(), String.valueOf(e.getMessage()), e);
    }

    /**
     * What was called.
     *
     * @return a method of machined, systemd or the bus, such as {@code RegisterMachine}
     */
    public String call() {
        return call;
    }

    /**
     * What it was about.
     *
     * @return the name of a machine or unit, or a pid
     */
    public String target() {
        return target;
    }

    /**
     * The reason.
     *
     * @return what the matter is
     */
    public Reason reason() {
        return reason;
    }

    /**
     * The name of the D-Bus error.
     *
     * @return such as {@code org.freedesktop.machine1.MachineExists}; empty if it was no answer
     */
    public String errorName() {
        return errorName;
    }
}
