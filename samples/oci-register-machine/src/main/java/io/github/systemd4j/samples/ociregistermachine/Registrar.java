package io.github.systemd4j.samples.ociregistermachine;

import io.github.systemd4j.machine.Machine;
import io.github.systemd4j.machine.MachineException;
import io.github.systemd4j.machine.MachineException.Reason;
import io.github.systemd4j.machine.MachineSpec;
import io.github.systemd4j.machine.Machines;
import io.github.systemd4j.machine.oci.OciState;
import java.io.IOException;
import java.util.Optional;

/** Registers and unregisters. A machine is never terminated: that would stop the unit that its leader is in. */
final class Registrar {

    private final Machines machines;

    Registrar(Machines machines) {
        this.machines = machines;
    }

    /** At either stage. */
    void handle(OciState state) throws IOException {
        ContainerMachine container = new ContainerMachine(state);
        if (state.isStopped()) {
            unregister(container.name());
        } else if (state.pid().isPresent()) {
            register(container.spec(state.pid().getAsLong()));
        } else {
            throw new IOException("the state of container " + state.id() + ", which is \"" + state.status()
                    + "\", has no pid; the hook is for the stages createRuntime and poststop");
        }
    }

    private void register(MachineSpec spec) throws MachineException {
        try {
            var unused = machines.register(spec);
        } catch (MachineException e) {
            if (e.reason() != Reason.MACHINE_EXISTS || !isLeftOver(spec)) {
                throw e;
            }
            machines.unregister(spec.name());
            var unused = machines.register(spec);
        }
    }

    /** Of a container that was started before under the same id, when nobody could take it off the list. */
    private boolean isLeftOver(MachineSpec spec) throws MachineException {
        Optional<Machine> known = machines.find(spec.name());
        return known.isPresent() && !isAlive(known.get().leader());
    }

    /** A machine with a leader that lives is not that of a container that has stopped, whatever its name. */
    private void unregister(String name) throws MachineException {
        Optional<Machine> known = machines.find(name);
        if (known.isPresent() && !isAlive(known.get().leader())) {
            machines.unregister(name);
        }
    }

    /** One that has ended, and was not yet waited for, has no program any more. */
    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .isPresent();
    }
}
