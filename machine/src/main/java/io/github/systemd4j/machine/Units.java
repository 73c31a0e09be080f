package io.github.systemd4j.machine;

import io.github.systemd4j.machine.MachineException.Reason;
import io.github.systemd4j.machine.dbus.Bus;
import io.github.systemd4j.machine.dbus.BusException;
import io.github.systemd4j.machine.dbus.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Units and scopes of systemd, org.freedesktop.systemd1(5). To have systemd move a process is safe also in those control
 * groups that are systemd's alone to write, which is why a migration that is planned elsewhere can be carried out here.
 *
 * <p>Thread safe.
 */
public final class Units {

    private static final String DONE = "done";
    /** Together half a second at least, for a name that is about to be free. */
    private static final int MAX_TRIES = 100;

    private static final long PAUSE_NANOS = 5_000_000;

    private final Remote systemd;
    private final Pids pids;
    private final OwnUnit ownUnit;

    Units(Bus bus, Pids pids) {
        this.systemd = Remote.systemd(bus);
        this.pids = pids;
        this.ownUnit = new OwnUnit(systemd);
    }

    /**
     * Makes a scope, moves processes into it, and waits until that is done. A unit of the same name that has failed is
     * forgotten for it.
     *
     * @param spec the scope, with a process at least
     * @return the scope
     * @throws MachineException {@link Reason#UNIT_EXISTS}, {@link Reason#NO_SUCH_PROCESS}, {@link Reason#JOB_FAILED}, or any
     *     other
     * @throws IllegalArgumentException if {@code spec} has no processes
     */
    public Scope startScope(ScopeSpec spec) throws MachineException {
        List<Object> properties = spec.wire();
        if (spec.namesOthers()) {
            pids.requireShared("StartTransientUnit", spec.name());
        }
        job("StartTransientUnit", spec.name(), () -> startOrForget(spec.name(), properties));
        return new Scope(this, spec.name());
    }

    /** A unit that has failed is forgotten; one that has just been stopped is by systemd, in its next free moment. */
    private Message startOrForget(String name, List<Object> properties) throws BusException {
        for (int tries = 1; ; tries++) {
            try {
                return start(name, properties);
            } catch (BusException e) {
                if (ErrorNames.reason(e) != Reason.UNIT_EXISTS || tries == MAX_TRIES || isActive(name)) {
                    throw e;
                }
            }
            forget(name);
            Waits.pause(PAUSE_NANOS);
        }
    }

    /** Or on its way to or from there. */
    private boolean isActive(String name) throws BusException {
        try {
            String path = (String) systemd.ask("o", "GetUnit", "s", name);
            Object state = systemd.property(path, Remote.SYSTEMD + ".Unit", "ActiveState", "s");
            return !state.equals("inactive") && !state.equals("failed");
        } catch (MachineException e) {
            return e.reason() != Reason.NO_SUCH_UNIT;
        }
    }

    private Message start(String name, List<Object> properties) throws BusException {
        return systemd.call("StartTransientUnit", "ssa(sv)a(sa(sv))", name, "fail", properties, List.of());
    }

    /** One that runs stays, whatever is forgotten of it. */
    private void forget(String name) throws BusException {
        try {
            systemd.call("ResetFailedUnit", "s", name);
        } catch (BusException e) {
            if (ErrorNames.reason(e) != Reason.NO_SUCH_UNIT) {
                throw e;
            }
        }
    }

    /**
     * Moves processes into a unit that is delegated, or into one of its control groups: AttachProcessesToUnit.
     *
     * @param unit the name of a service or scope with {@code Delegate=yes}
     * @param group the path of a group below that of the unit, which must be there; empty for the unit's own
     * @param processes pids, as they are known outside of any pid namespace of ours
     * @throws MachineException {@link Reason#NOT_DELEGATED}, {@link Reason#NO_SUCH_UNIT}, {@link Reason#NO_SUCH_PROCESS},
     *     or any other
     * @throws IllegalArgumentException if {@code unit} is not the name of one, or there are no processes, or one is no pid
     */
    public void attach(String unit, String group, long... processes) throws MachineException {
        UnitNames.require("unit", unit);
        MachineSpec.requireText("group", group);
        if (processes.length == 0) {
            throw new IllegalArgumentException("processes: there are none");
        }
        List<Long> list = new ArrayList<>();
        for (long pid : processes) {
            Pids.requirePid("processes", pid);
            list.add(pid);
        }
        pids.requireShared("AttachProcessesToUnit", unit);
        String path = group.isEmpty() || group.startsWith("/") ? group : "/" + group;
        try {
            systemd.call("AttachProcessesToUnit", "ssau", unit, path, list);
        } catch (BusException e) {
            throw ErrorNames.isInvalidArguments(e) && !isDelegated(unit)
                    ? MachineException.of("AttachProcessesToUnit", unit, Reason.NOT_DELEGATED, e)
                    : MachineException.of("AttachProcessesToUnit", unit, e);
        }
    }

    /** systemd says "invalid arguments" of more than that. */
    private boolean isDelegated(String unit) {
        try {
            String path = (String) systemd.ask("o", "GetUnit", "s", unit);
            return (Boolean) systemd.property(path, OwnUnit.interfaceOf(unit), "Delegate", "b");
        } catch (BusException | MachineException e) {
            return true; // the first error stands
        }
    }

    /**
     * The unit of a process.
     *
     * @param pid a process, as it is known outside of any pid namespace of ours
     * @return its name; nothing if it is in none
     * @throws MachineException {@link Reason#NO_SUCH_PROCESS}, or any other
     * @throws IllegalArgumentException if {@code pid} is none
     */
    public Optional<String> ofProcess(long pid) throws MachineException {
        Pids.requirePid("pid", pid);
        pids.requireShared("GetUnitByPID", Long.toString(pid));
        return ownUnit.pathOf(pid).map(UnitNames::ofPath);
    }

    /**
     * The unit of this process, as systemd sees it from outside of any namespace.
     *
     * @return its name; nothing if it is in none
     * @throws MachineException if systemd does not answer
     */
    public Optional<String> own() throws MachineException {
        return ownUnit.path().map(UnitNames::ofPath);
    }

    /**
     * What systemd is about to do with a unit: a service that gets SIGTERM asks so whether it is stopped or restarted, for
     * both begin alike.
     *
     * @param unit its name
     * @return the type of its job, such as {@code start}, {@code stop} or {@code restart}; nothing if it has none
     * @throws MachineException {@link Reason#NO_SUCH_UNIT}, or any other
     * @throws IllegalArgumentException if {@code unit} is not the name of one
     */
    public Optional<String> job(String unit) throws MachineException {
        UnitNames.require("unit", unit);
        String path = (String) systemd.ask("o", "GetUnit", "s", unit);
        try {
            List<?> job = (List<?>) systemd.property(path, Remote.SYSTEMD + ".Unit", "Job", "(uo)");
            if (Long.valueOf(0).equals(job.get(0))) {
                return Optional.empty();
            }
            return Optional.of((String) systemd.property((String) job.get(1), Remote.SYSTEMD + ".Job", "JobType", "s"));
        } catch (BusException e) {
            if (ErrorNames.isUnknownObject(e)) {
                return Optional.empty(); // done meanwhile
            }
            throw MachineException.of("Job", unit, e);
        }
    }

    /**
     * Changes properties of a unit.
     *
     * @param unit its name
     * @param properties such as limits
     * @param runtime true until the next boot at the latest; false for good, in a file below {@code /etc}
     * @throws MachineException {@link Reason#INVALID_ARGUMENT} for a property that cannot be changed, or any other
     * @throws IllegalArgumentException if {@code unit} is not the name of one
     */
    public void setProperties(String unit, UnitProperties properties, boolean runtime) throws MachineException {
        UnitNames.require("unit", unit);
        try {
            systemd.call("SetUnitProperties", "sba(sv)", unit, runtime, properties.wire());
        } catch (BusException e) {
            throw MachineException.of("SetUnitProperties", unit, e);
        }
    }

    /**
     * Stops a unit and waits until it has stopped, for as long as a call may take: its processes get SIGTERM, and SIGKILL
     * after the unit's own time. For services, {@code systemctl stop} is the same.
     *
     * @param unit its name
     * @return false if there was no such unit
     * @throws MachineException {@link Reason#OWN_UNIT} if we are in it, or in a slice that it is; or any other
     * @throws IllegalArgumentException if {@code unit} is not the name of one
     */
    public boolean stop(String unit) throws MachineException {
        UnitNames.require("unit", unit);
        if (ownUnit.isWithin("StopUnit", unit)) {
            throw MachineException.of("StopUnit", unit, Reason.OWN_UNIT, "");
        }
        try {
            job("StopUnit", unit, () -> systemd.call("StopUnit", "ss", unit, "replace"));
            return true;
        } catch (MachineException e) {
            if (e.reason() == Reason.NO_SUCH_UNIT) {
                return false;
            }
            throw e;
        }
    }

    /** A call that answers a job. */
    private interface JobCall {
        Message make() throws BusException;
    }

    private void job(String call, String target, JobCall start) throws MachineException {
        String result;
        try {
            result = resultOf(call, target, start);
        } catch (BusException e) {
            throw MachineException.of(call, target, e);
        }
        if (!result.equals(DONE)) {
            throw MachineException.of(call, target, Reason.JOB_FAILED, "the result is " + result);
        }
    }

    private String resultOf(String call, String target, JobCall start) throws BusException, MachineException {
        JobWait wait = new JobWait();
        Bus.Subscription jobs = systemd.bus().subscribe(JobWait.FILTER, wait); // before there is a job
        try {
            Message answer = start.make();
            String job = (String) Remote.only(call, target, "o", answer);
            return wait.await(
                    job, String.valueOf(answer.sender()), systemd.bus().timeout());
        } finally {
            jobs.close();
        }
    }
}
