package io.github.systemd4j.machine;

import static io.github.systemd4j.machine.Command.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.systemd4j.machine.MachineException.Reason;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Machines, as machined itself has them. */
@Timeout(120)
class MachinesBoxIT {

    private final Systemd systemd = Systemd.system();
    private final Machines machines = systemd.machines();

    @AfterEach
    void close() {
        systemd.close();
    }

    @Test
    void theServiceItselfIsRegisteredAndUnregistered() throws Exception {
        UUID id = UUID.fromString(
                "0123456789abcdef0123456789abcdef".replaceFirst("(.{8})(.{4})(.{4})(.{4})(.*)", "$1-$2-$3-$4-$5"));
        assertThat(machines.isAvailable()).isTrue();

        Registration registration = machines.register(MachineSpec.named("web-1.example")
                .withId(id)
                .withService("testing")
                .withRoot(Path.of("/")));

        Machine machine = registration.machine();
        assertThat(machine.name()).isEqualTo("web-1.example");
        assertThat(machine.id()).contains(id);
        assertThat(machine.unit()).isEqualTo("box-command.service");
        assertThat(machine.leader()).isEqualTo(ProcessHandle.current().pid());
        assertThat(run("machinectl", "list", "--no-legend")).startsWith("web-1.example container testing");

        registration.close();

        assertThat(run("machinectl", "list", "--no-legend")).isEmpty();
        assertThat(run("systemctl", "is-active", "box-command.service")).isEqualTo("active");
    }

    @Test
    void theSameLeaderUnderAnotherName() throws Exception {
        try (Registration first = machines.register(MachineSpec.named("first"))) {
            assertThatThrownBy(() -> machines.register(MachineSpec.named("second")))
                    .isInstanceOfSatisfying(
                            MachineException.class, e -> assertThat(e.reason()).isEqualTo(Reason.LEADER_REGISTERED));
            assertThat(first.machine().state()).isEqualTo("running");
        }
    }
}
