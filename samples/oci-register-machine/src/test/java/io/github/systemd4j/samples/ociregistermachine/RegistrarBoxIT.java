package io.github.systemd4j.samples.ociregistermachine;

import static io.github.systemd4j.samples.ociregistermachine.Podman.run;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.systemd4j.machine.Id128;
import io.github.systemd4j.machine.MachineException;
import io.github.systemd4j.machine.MachineSpec;
import io.github.systemd4j.machine.ScopeSpec;
import io.github.systemd4j.machine.Systemd;
import io.github.systemd4j.machine.oci.OciState;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What machined does for the hook when things are not as usual. */
@Timeout(60)
class RegistrarBoxIT {

    private final Systemd systemd = Systemd.system();
    private final Registrar registrar = new Registrar(systemd.machines());
    private Process leader;
    private Process other;

    @BeforeEach
    void aContainer() throws Exception {
        leader = new ProcessBuilder("sleep", "infinity").start();
        other = new ProcessBuilder("sleep", "infinity").start(); // with which the unit outlives the leader
        var unused = systemd.units().startScope(ScopeSpec.named("web.scope").withProcesses(leader.pid(), other.pid()));
    }

    @AfterEach
    void end() throws Exception {
        systemd.machines().unregister("my-web");
        systemd.machines().unregister("another");
        leader.destroyForcibly().waitFor();
        other.destroyForcibly().waitFor();
        var unused = systemd.units().stop("web.scope");
        systemd.close();
    }

    private void hook(String status, String pid) throws IOException {
        registrar.handle(OciState.parse(("{\"id\":\"my_web\",\"status\":\"" + status + "\",\"bundle\":\"/nowhere\""
                        + pid + ",\"annotations\":{\"io.container.manager\":\"libpod\"}}")
                .getBytes(UTF_8)));
    }

    private String pid() {
        return ",\"pid\":" + leader.pid();
    }

    @Test
    void fromCreatedToStopped() throws Exception {
        hook("creating", pid());

        var machine = systemd.machines().get("my-web");
        assertThat(machine.leader()).isEqualTo(leader.pid());
        assertThat(machine.service()).isEqualTo("podman");
        assertThat(machine.id()).contains(Id128.ofContainerId("my_web").toUuid());
        assertThat(machine.root()).isEmpty();

        leader.destroyForcibly().waitFor();
        hook("stopped", "");
        assertThat(systemd.machines().find("my-web")).isEmpty();
        hook("stopped", ",\"pid\":0"); // it is gone, and that is as good
        assertThat(run("systemctl", "is-active", "web.scope")).containsExactly("active");
    }

    @Test
    void whatWasLeftOverFromTheLastTimeIsReplaced() throws Exception {
        hook("created", pid());
        leader.destroyForcibly().waitFor();
        assertThat(systemd.machines().find("my-web")).isPresent();

        hook("created", ",\"pid\":" + other.pid());

        assertThat(systemd.machines().get("my-web").leader()).isEqualTo(other.pid());
    }

    @Test
    void aMachineThatLivesIsNotTakenOver() throws Exception {
        var unused = systemd.machines().register(MachineSpec.named("my-web").withLeader(other.pid()));
        assertThatThrownBy(() -> hook("created", pid()))
                .isInstanceOfSatisfying(
                        MachineException.class,
                        e -> assertThat(e.reason()).isEqualTo(MachineException.Reason.MACHINE_EXISTS));
        hook("stopped", "");
        assertThat(systemd.machines().get("my-web").leader()).isEqualTo(other.pid());
    }

    /** That machined would stop the unit for it is what the library keeps from happening. */
    @Test
    void aLeaderThatIsRegisteredAlreadyLivesOn() throws Exception {
        var unused = systemd.machines().register(MachineSpec.named("another").withLeader(leader.pid()));
        assertThatThrownBy(() -> hook("created", pid()))
                .isInstanceOfSatisfying(
                        MachineException.class,
                        e -> assertThat(e.reason()).isEqualTo(MachineException.Reason.LEADER_REGISTERED));
        assertThat(leader.isAlive()).isTrue();
        assertThat(run("systemctl", "is-active", "web.scope")).containsExactly("active");
    }

    @Test
    void aStateWithoutAProcessIsNotWhatTheHookIsFor() {
        assertThatThrownBy(() -> hook("running", ""))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("createRuntime and poststop");
    }
}
