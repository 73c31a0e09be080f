package io.github.systemd4j.machine;

import io.github.systemd4j.machine.MachineException.Reason;
import io.github.systemd4j.machine.dbus.BusException;
import io.github.systemd4j.machine.dbus.Message;
import io.github.systemd4j.machine.dbus.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way to a registered machine, without the one that ends with the leader's unit stopped.
 *
 * <p>machined enters a new machine into its tables by name, unit and leader, one after the other. If the leader is there
 * already, the call fails with EEXIST, and the machine that was not finished is cleaned away, which stops the unit.
 */
final class Registering {

    /** Of the whole JVM, because so is what it keeps from happening; held for a few calls that are bounded. */
    private static final ReentrantLock ONE_AT_A_TIME = new ReentrantLock();

    private static final byte[] NO_ID = {};

    private final Remote machined;
    private final Pids pids;

    Registering(Remote machined, Pids pids) {
        this.machined = machined;
        this.pids = pids;
    }

    /** One version's way to say it. No lambda: the first one of a JVM costs more than the call. */
    private record Call(String member, String signature, List<Object> values) {}

    Registration register(Machines machines, MachineSpec spec) throws MachineException {
        List<Object> classic = classic(spec);
        List<Call> calls = new ArrayList<>();
        if (spec.leader() == 0) { // a pid takes a descriptor there
            calls.add(new Call("RegisterMachineEx", "sa(sv)", List.of(spec.name(), extended(spec))));
        }
        calls.add(new Call("RegisterMachineWithNetwork", "sayssusai", with(classic, spec.networkInterfaces())));
        if (spec.networkInterfaces().isEmpty()) {
            calls.add(new Call("RegisterMachine", "sayssus", classic));
        }
        return guarded("RegisterMachine", machines, spec, calls);
    }

    Registration create(Machines machines, MachineSpec spec, UnitProperties properties) throws MachineException {
        List<Object> classic = classic(spec);
        List<Object> withNetwork = with(with(classic, spec.networkInterfaces()), properties.wire());
        List<Call> calls = new ArrayList<>();
        calls.add(new Call("CreateMachineWithNetwork", "sayssusaia(sv)", withNetwork));
        if (spec.networkInterfaces().isEmpty()) {
            calls.add(new Call("CreateMachine", "sayssusa(sv)", with(classic, properties.wire())));
        }
        return guarded("CreateMachine", machines, spec, calls);
    }

    private Registration guarded(String call, Machines machines, MachineSpec spec, List<Call> calls)
            throws MachineException {
        if (spec.leader() != 0) {
            pids.requireShared(call, spec.name());
        }
        if (!Waits.lock(ONE_AT_A_TIME, machined.bus().timeout())) {
            throw MachineException.of(
                    call,
                    spec.name(),
                    Reason.TIMEOUT,
                    "another thread's registration takes so long; this one was not begun");
        }
        try {
            requireNew(call, spec);
            attempt(calls);
            return new Registration(machines, spec.name());
        } catch (BusException e) {
            throw ErrorNames.isExists(e)
                    ? MachineException.of(call, spec.name(), Reason.LEADER_REGISTERED, e)
                    : MachineException.of(call, spec.name(), e);
        } finally {
            ONE_AT_A_TIME.unlock();
        }
    }

    /** From the newest on, for as long as a method is not known. */
    private void attempt(List<Call> calls) throws BusException {
        for (int i = 0; ; i++) {
            Call call = calls.get(i);
            try {
                machined.call(call.member(), call.signature(), call.values().toArray());
                return;
            } catch (BusException e) {
                if (!ErrorNames.isUnknownMethod(e) || i == calls.size() - 1) {
                    throw e;
                }
            }
        }
    }

    private void requireNew(String call, MachineSpec spec) throws MachineException, BusException {
        if (find("GetMachine", "s", spec.name()) != null) {
            throw MachineException.of(call, spec.name(), Reason.MACHINE_EXISTS, "");
        }
        long leader = spec.leader() == 0 ? machined.bus().ownPid() : spec.leader();
        String path = find("GetMachineByPID", "u", leader);
        if (path == null) {
            return;
        }
        // it may be another machine in the same unit, which is allowed
        Object known = machined.property(path, MachineProperties.INTERFACE, "Leader", "u");
        if (known.equals(leader)) {
            throw MachineException.of(call, spec.name(), Reason.LEADER_REGISTERED, "process " + leader + " is " + path);
        }
    }

    /** The object of a machine, if there is one. */
    private @Nullable String find(String member, String signature, Object value) throws MachineException, BusException {
        try {
            Message answer = machined.call(member, signature, value);
            return (String) Remote.only(member, String.valueOf(value), "o", answer);
        } catch (BusException e) {
            if (ErrorNames.reason(e) == Reason.NO_SUCH_MACHINE) {
                return null;
            }
            throw e;
        }
    }

    private static List<Object> classic(MachineSpec spec) {
        List<Object> values = new ArrayList<>();
        values.add(spec.name());
        values.add(id(spec));
        values.add(spec.service());
        values.add(spec.machineClass().word());
        values.add(spec.leader());
        values.add(spec.root());
        return values;
    }

    private static List<Object> with(List<Object> values, Object last) {
        List<Object> more = new ArrayList<>(values);
        more.add(last);
        return more;
    }

    private static byte[] id(MachineSpec spec) {
        if (spec.id().isEmpty()) {
            return NO_ID;
        }
        return Id128.of(spec.id().get()).toBytes();
    }

    /** Of version 259 and later. A key that is not known there is an error, so only those that are needed. */
    private static List<Object> extended(MachineSpec spec) {
        List<Object> properties = new ArrayList<>();
        properties.add(List.of("Id", new Variant("ay", id(spec))));
        properties.add(List.of("Service", new Variant("s", spec.service())));
        properties.add(List.of("Class", new Variant("s", spec.machineClass().word())));
        if (!spec.root().isEmpty()) {
            properties.add(List.of("RootDirectory", new Variant("s", spec.root())));
        }
        if (!spec.networkInterfaces().isEmpty()) {
            properties.add(List.of("NetworkInterfaces", new Variant("ai", spec.networkInterfaces())));
        }
        return properties;
    }
}
