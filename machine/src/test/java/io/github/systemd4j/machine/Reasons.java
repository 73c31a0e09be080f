package io.github.systemd4j.machine;

import io.github.systemd4j.machine.MachineException.Reason;

/** Why something did not work. */
final class Reasons {

    private Reasons() {}

    /** A call. */
    interface Call {
        void make() throws Exception;
    }

    static Reason of(Call call) throws Exception {
        try {
            call.make();
        } catch (MachineException e) {
            return e.reason();
        }
        throw new AssertionError("it worked");
    }
}
