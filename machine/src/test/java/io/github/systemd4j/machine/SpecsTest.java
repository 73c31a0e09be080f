package io.github.systemd4j.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What is refused before anybody is asked. Names are compared with machined's own in the box. */
class SpecsTest {

    private final MachineSpec spec = MachineSpec.named("web");

    @Test
    void machines() {
        assertWrong("name", () -> MachineSpec.named("under_score"));
        assertWrong("name", () -> MachineSpec.named("x".repeat(65)));
        assertWrong("newId", () -> spec.withId(new UUID(0, 0)));
        assertWrong("newId", () -> spec.withId(new Id128(0, 0)));
        Id128 id = Id128.ofContainerId("4f".repeat(32));
        assertThat(spec.withId(id).id()).contains(id.toUuid());
        assertWrong("newService", () -> spec.withService("a\0b"));
        assertWrong("newClass", () -> spec.withClass(MachineClass.UNKNOWN));
        assertWrong("pid", () -> spec.withLeader(0));
        assertWrong("pid", () -> spec.withLeader(1));
        assertWrong("pid", () -> spec.withLeader(1L << 32));
        assertWrong("directory", () -> spec.withRoot(Path.of("relative")));
        assertWrong("indexes", () -> spec.withNetworkInterfaces(2, 0));
        try (Systemd systemd = Systemd.at("unix:path=/nonexistent", Duration.ofSeconds(1))) {
            assertWrong("spec", () -> systemd.machines().create(spec, UnitProperties.none()));
            assertWrong(
                    "spec",
                    () -> systemd.machines()
                            .create(spec.withLeader(ProcessHandle.current().pid()), UnitProperties.none()));
            assertWrong("signal", () -> systemd.machines().kill("web", Whom.ALL, 0));
            assertWrong("signal", () -> systemd.machines().kill("web", Whom.ALL, 65));
            assertWrong("name", () -> systemd.machines().unregister("a\0b"));
            assertWrong("pid", () -> systemd.machines().ofProcess(0));
        }
        assertThat(spec).hasToString("web (container, leader is who registers)");
    }

    @Test
    void scopesAndUnits() {
        assertWrong("name", () -> ScopeSpec.named("a.service"));
        assertWrong("name", () -> ScopeSpec.named("a b.scope"));
        assertWrong("name", () -> ScopeSpec.named(".scope"));
        assertWrong("name", () -> ScopeSpec.named("x".repeat(250) + ".scope"));
        assertWrong("slice", () -> ScopeSpec.named("a.scope").inSlice("a.scope"));
        assertWrong("processes", () -> ScopeSpec.named("a.scope").withProcesses(1));
        assertWrong(
                "processes",
                () -> ScopeSpec.named("a.scope")
                        .withProcesses(ProcessHandle.current().pid()));
        try (Systemd systemd = Systemd.at("unix:path=/nonexistent", Duration.ofSeconds(1))) {
            assertWrong("spec", () -> systemd.units().startScope(ScopeSpec.named("a.scope")));
            assertWrong("processes", () -> systemd.units().attach("a.scope", ""));
            assertWrong("unit", () -> systemd.units().stop("a/b.service"));
        }
        assertWrong("timeout", () -> Systemd.at("", Duration.ZERO));
        assertWrong("timeout", () -> Systemd.at("", Duration.ofHours(2)));
    }

    @Test
    void properties() {
        UnitProperties none = UnitProperties.none();
        assertWrong("bytes", () -> none.withMemoryMax(0));
        assertWrong("bytes", () -> none.withMemoryHigh(-2));
        assertWrong("tasks", () -> none.withTasksMax(0));
        assertWrong("weight", () -> none.withCpuWeight(0));
        assertWrong("weight", () -> none.withIoWeight(10_001));
        assertWrong("percent", () -> none.withCpuQuota(0));
        assertWrong("time", () -> none.withRuntimeMax(Duration.ZERO));
        assertWrong("name", () -> none.withNumber("Memory Max", 1));
        assertWrong("name", () -> none.withFlag("", true));
        assertWrong("value", () -> none.withText("Description", "a\0b"));
        assertThat(none.withMemoryMax(1)
                        .withTexts("After", List.of("a.service"))
                        .withMemoryMax(2))
                .hasToString("[MemoryMax, After]");
    }

    @Test
    void unitsOfObjects() {
        assertThat(UnitNames.ofPath("/org/freedesktop/systemd1/unit/box_2dcommand_2eservice"))
                .isEqualTo("box-command.service");
        assertThat(UnitNames.ofPath("/org/freedesktop/systemd1/unit/a_5cx2d_c3_a4_2escope"))
                .isEqualTo("a\\x2dä.scope");
        assertThat(UnitNames.ofPath("_")).isEqualTo("_");
        assertThat(UnitNames.ofPath("a_zz_2")).isEqualTo("a_zz_2");
    }

    private static void assertWrong(String parameter, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessageStartingWith(parameter + ": ");
    }
}
