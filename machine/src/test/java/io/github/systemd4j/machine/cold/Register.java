package io.github.systemd4j.machine.cold;

import io.github.systemd4j.machine.MachineSpec;
import io.github.systemd4j.machine.Systemd;

/** Connects and registers itself, and nothing else. */
final class Register {

    private Register() {}

    public static void main(String[] arguments) throws Exception {
        try (Systemd systemd = Systemd.system()) {
            systemd.machines().register(MachineSpec.named(arguments[0]));
        }
    }
}
