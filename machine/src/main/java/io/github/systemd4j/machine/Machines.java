package io.github.systemd4j.machine;

import io.github.systemd4j.machine.MachineException.Reason;
import io.github.systemd4j.machine.dbus.Bus;
import io.github.systemd4j.machine.dbus.BusException;
import java.io.Closeable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The machines that systemd-machined knows, org.freedesktop.machine1(5): containers and virtual machines, as
 * {@code machinectl list} shows them.
 *
 * <p>machined has calls that stop the caller's own unit. None of them is made by accident: a leader is registered once, by
 * whichever name; {@link Registration#close} unregisters; {@link #terminate} spares our own unit.
 *
 * <p>To list machines takes no rights, to register one takes root, by the policy of the bus. Thread safe.
 */
public final class Machines {

    private static final int MAX_SIGNAL = 64;

    private final Remote machined;
    private final Pids pids;
    private final OwnUnit ownUnit;

    Machines(Bus bus, Pids pids) {
        this.machined = Remote.machined(bus);
        this.pids = pids;
        this.ownUnit = new OwnUnit(Remote.systemd(bus));
    }

    /**
     * Whether machined can be called: it runs, or the bus can start it.
     *
     * @return false also if there is no bus, or it did not answer in time
     */
    public boolean isAvailable() {
        return Systemd.isKnown(machined.bus(), Remote.MACHINED);
    }

    /**
     * Registers a machine whose processes are in a unit already: in our own service, or in that of the leader. The unit
     * becomes the machine's; nothing is moved.
     *
     * <p>Before that it is looked whether the leader is registered. If it were, under whatever name, machined would say that
     * it exists and then stop its unit, with us in it. Within this JVM two threads cannot get past that look together; that
     * another process registers the same leader at the same moment can't be excluded.
     *
     * @param spec the machine. Without a leader it is this process, also out of a pid namespace
     * @return the registration; without a {@link Registration#close} the machine remains until its unit ends
     * @throws MachineException {@link Reason#MACHINE_EXISTS}, {@link Reason#LEADER_REGISTERED},
     *     {@link Reason#NOT_IN_UNIT}, {@link Reason#NO_SUCH_PROCESS}, {@link Reason#PID_NAMESPACE}, or any other
     */
    public Registration register(MachineSpec spec) throws MachineException {
        return new Registering(machined, pids).register(this, spec);
    }

    /**
     * Makes a scope, {@code machine-NAME.scope} in {@code machine.slice}, moves the leader into it, and registers it as a
     * machine. When its processes have ended, the machine is gone. For who starts containers this is better than
     * {@link #register}: the machine has a unit of its own, with limits of its own.
     *
     * @param spec the machine, with a leader: a child of ours, or another process that may be moved out of its unit. Its
     *     children are not moved
     * @param properties of the scope, such as limits
     * @return the registration
     * @throws MachineException as for {@link #register}
     * @throws IllegalArgumentException if the leader is not given, or is this process: it would move us out of our unit
     */
    public Registration create(MachineSpec spec, UnitProperties properties) throws MachineException {
        if (spec.leader() == 0 || spec.leader() == ProcessHandle.current().pid()) {
            throw new IllegalArgumentException("spec: the leader must be another process, it is moved out of its unit");
        }
        return new Registering(machined, pids).create(this, spec, properties);
    }

    /**
     * A machine.
     *
     * @param name its name, also {@code .host}
     * @return what machined knows of it
     * @throws MachineException {@link Reason#NO_SUCH_MACHINE}, or any other
     */
    public Machine get(String name) throws MachineException {
        return at("GetMachine", name, path(name));
    }

    /**
     * A machine that may be there or not.
     *
     * @param name its name
     * @return what machined knows of it, nothing if there is none
     * @throws MachineException if machined does not answer
     */
    public Optional<Machine> find(String name) throws MachineException {
        return unlessMissing(() -> get(name));
    }

    /**
     * The machine of a process: whose leader it is, or in whose unit it is.
     *
     * @param pid a process, as it is known outside of any pid namespace of ours
     * @return nothing if it is in no machine
     * @throws MachineException if there is no such process, or machined does not answer
     * @throws IllegalArgumentException if {@code pid} is below 2 or more than a pid can be
     */
    public Optional<Machine> ofProcess(long pid) throws MachineException {
        Pids.requirePid("pid", pid);
        pids.requireShared("GetMachineByPID", Long.toString(pid));
        return unlessMissing(() ->
                at("GetMachineByPID", Long.toString(pid), (String) machined.ask("o", "GetMachineByPID", "u", pid)));
    }

    /**
     * All machines, the host among them as {@code .host}.
     *
     * @return as they were when each was asked; one that went in between is left out
     * @throws MachineException if machined does not answer
     */
    public List<Machine> list() throws MachineException {
        List<Machine> machines = new ArrayList<>();
        for (Object entry : (List<?>) machined.ask("a(ssso)", "ListMachines", "")) {
            List<?> fields = (List<?>) entry;
            String name = (String) fields.get(0);
            String path = (String) fields.get(3);
            unlessMissing(() -> at("ListMachines", name, path)).ifPresent(machines::add);
        }
        return List.copyOf(machines);
    }

    /**
     * The addresses of a container that has a network of its own. It takes root.
     *
     * @param name its name
     * @return IPv4 and IPv6 addresses, those of its loopback left out
     * @throws MachineException {@link Reason#NO_PRIVATE_NETWORK}, {@link Reason#NO_SUCH_MACHINE}, or any other
     */
    public List<InetAddress> addresses(String name) throws MachineException {
        List<InetAddress> addresses = new ArrayList<>();
        for (Object entry : (List<?>) machined.ask("a(iay)", "GetMachineAddresses", "s", text(name))) {
            List<?> fields = (List<?>) entry;
            try {
                addresses.add(InetAddress.getByAddress((byte[]) fields.get(1)));
            } catch (UnknownHostException e) { // neither 4 bytes nor 16
                throw MachineException.of("GetMachineAddresses", name, Reason.PROTOCOL, "no address");
            }
        }
        return List.copyOf(addresses);
    }

    /**
     * What a container says of its operating system, os-release(5). machined reads the file inside of it; it takes root.
     *
     * @param name its name
     * @return keys such as {@code PRETTY_NAME}, and their values
     * @throws MachineException if it has no such file, or any other
     */
    public Map<String, String> osRelease(String name) throws MachineException {
        Map<String, String> release = new TreeMap<>();
        Map<?, ?> answer = (Map<?, ?>) machined.ask("a{ss}", "GetMachineOSRelease", "s", text(name));
        for (Map.Entry<?, ?> entry : answer.entrySet()) {
            release.put((String) entry.getKey(), (String) entry.getValue());
        }
        return release;
    }

    /**
     * Takes a machine off the list. Its processes and their unit are left alone.
     *
     * @param name its name
     * @return false if there was none: it had gone by itself
     * @throws MachineException if machined does not answer or does not want to
     */
    public boolean unregister(String name) throws MachineException {
        return done("UnregisterMachine", "s", text(name));
    }

    /**
     * Ends a machine by stopping its unit: all processes in it get SIGTERM, and later SIGKILL. Of a machine that was
     * registered, not created, the unit is the whole service of its leader.
     *
     * @param name its name
     * @return false if there was none
     * @throws MachineException {@link Reason#OWN_UNIT} if it is ours, or any other
     */
    public boolean terminate(String name) throws MachineException {
        return spares("TerminateMachine", name) && terminateEvenOurs(name);
    }

    /**
     * As {@link #terminate}, even if it is our own unit that is stopped: then this process gets SIGTERM.
     *
     * @param name its name
     * @return false if there was none
     * @throws MachineException if machined does not answer or does not want to
     */
    public boolean terminateEvenOurs(String name) throws MachineException {
        return done("TerminateMachine", "s", text(name));
    }

    /**
     * Sends a signal.
     *
     * @param name the name of a machine
     * @param whom which of its processes; {@link Whom#ALL} only if they are not those of our own unit
     * @param signal a number from 1 to 64, signal(7). A systemd as leader shuts down on SIGRTMIN+3, which is 37
     * @return false if there was no such machine
     * @throws MachineException {@link Reason#OWN_UNIT}, or any other
     * @throws IllegalArgumentException if {@code signal} is not the number of one
     */
    public boolean kill(String name, Whom whom, int signal) throws MachineException {
        if (signal < 1 || signal > MAX_SIGNAL) {
            throw new IllegalArgumentException("signal: " + signal + " must be from 1 to " + MAX_SIGNAL);
        }
        return (whom == Whom.LEADER || spares("KillMachine", name))
                && done("KillMachine", "ssi", text(name), whom.word(), signal);
    }

    /**
     * Tells a listener of machines that come and go, also after the bus was restarted.
     *
     * @param listener is called on a daemon thread {@code systemd4j-machines}, one call at a time
     * @return ends it
     * @throws MachineException if machined or the bus does not answer
     */
    public Closeable listen(MachineListener listener) throws MachineException {
        return MachineWatch.start(machined.bus(), listener);
    }

    private static String text(String name) {
        MachineSpec.requireText("name", name);
        return name;
    }

    /** Whether there is such a machine, which has not our own unit. */
    private boolean spares(String call, String name) throws MachineException {
        Optional<Machine> machine = find(name);
        if (machine.isEmpty()) {
            return false;
        }
        String unit = machine.get().unit();
        if (ownUnit.isWithin(call, unit)) {
            throw MachineException.of(call, name, Reason.OWN_UNIT, unit);
        }
        return true;
    }

    /** Calls what answers nothing. False if there is no such machine. */
    private boolean done(String member, String signature, Object... values) throws MachineException {
        try {
            machined.call(member, signature, values);
            return true;
        } catch (BusException e) {
            MachineException why = MachineException.of(member, String.valueOf(values[0]), e);
            if (why.reason() == Reason.NO_SUCH_MACHINE) {
                return false;
            }
            throw why;
        }
    }

    private String path(String name) throws MachineException {
        return (String) machined.ask("o", "GetMachine", "s", text(name));
    }

    /** An object that machined has named. It may have gone since. */
    private Machine at(String call, String target, String path) throws MachineException {
        try {
            return MachineProperties.read(machined.properties(path, MachineProperties.INTERFACE));
        } catch (BusException e) {
            if (MachineProperties.isGone(e)) {
                throw MachineException.of(call, target, Reason.NO_SUCH_MACHINE, e);
            }
            throw MachineException.of(call, target, e);
        }
    }

    /** A question about a machine. */
    private interface Question {
        Machine ask() throws MachineException;
    }

    private static Optional<Machine> unlessMissing(Question question) throws MachineException {
        try {
            return Optional.of(question.ask());
        } catch (MachineException e) {
            if (e.reason() == Reason.NO_SUCH_MACHINE) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
