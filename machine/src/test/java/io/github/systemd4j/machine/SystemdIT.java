package io.github.systemd4j.machine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.machine.MachineException.Reason;
import io.github.systemd4j.machine.dbus.FakeBus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The packaged jar, where there is no systemd. */
@Timeout(120)
class SystemdIT {

    private static final String JAR = System.getProperty("systemd4j.jar");

    @Test
    void withoutABusEverythingHasItsAnswer() throws Exception {
        Map<String, String> environment = Map.of("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus");
        try (Systemd systemd = Systemd.of(environment)) {
            assertThat(Machines.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .getPath())
                    .isEqualTo(JAR);
            assertThat(systemd.isThere()).isFalse();
            assertThat(systemd.machines().isAvailable()).isFalse();
            assertThat(Reasons.of(() -> systemd.machines().register(MachineSpec.named("web"))))
                    .isEqualTo(Reason.NO_BUS);
            assertThat(Reasons.of(() -> systemd.machines().unregister("web"))).isEqualTo(Reason.NO_BUS);
            assertThat(Reasons.of(() -> systemd.units().own())).isEqualTo(Reason.NO_BUS);
            assertThat(Reasons.of(() -> systemd.units()
                            .startScope(ScopeSpec.named("a.scope").withOwnProcess())))
                    .isEqualTo(Reason.NO_BUS);
        }
    }

    @Test
    void noMoreThanJavaBaseIsNeeded() throws Exception {
        FakeBus.Service nobody = (call, peer) -> peer.returns("a(ssso)", List.of());
        try (FakeBus fake = new FakeBus(nobody)) {
            List<String> command = new ArrayList<>(BoxTool.command("list"));
            command.addAll(1, List.of("--limit-modules", "java.base"));
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("DBUS_SYSTEM_BUS_ADDRESS", fake.address());
            Process process = builder.start();
            assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
                    .isEqualTo("\n");
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
