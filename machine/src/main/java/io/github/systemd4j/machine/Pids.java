package io.github.systemd4j.machine;

import io.github.systemd4j.machine.MachineException.Reason;
import io.github.systemd4j.machine.dbus.Bus;
import io.github.systemd4j.machine.dbus.BusException;

/** Pids that are handed to somebody else, for whom they must be the same processes. */
final class Pids {

    /** PID_MAX_LIMIT of the kernel, on 64 bits. */
    private static final long MAX = 1L << 22;

    private final Bus bus;
    private volatile boolean known;

    Pids(Bus bus) {
        this.bus = bus;
    }

    static void requirePid(String parameter, long pid) {
        if (pid < 2 || pid > MAX) {
            throw new IllegalArgumentException(parameter + ": " + pid + " must be from 2 to " + MAX);
        }
    }

    /** Only if outside we have the same pid as in here: a number of our own namespace would name a stranger. */
    void requireShared(String call, String target) throws MachineException {
        if (known) {
            return;
        }
        long inside = ProcessHandle.current().pid();
        long outside;
        try {
            outside = bus.ownPid();
        } catch (BusException e) {
            throw MachineException.of(call, target, e);
        }
        if (inside != outside) {
            throw MachineException.of(
                    call, target, Reason.PID_NAMESPACE, "we are " + inside + " here and " + outside + " there");
        }
        known = true;
    }
}
