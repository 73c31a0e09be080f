package io.github.systemd4j.samples.ociregistermachine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.machine.Id128;
import io.github.systemd4j.machine.MachineSpec;
import io.github.systemd4j.machine.oci.OciState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where there is neither a bus nor a journal. */
class OciRegisterMachineTest {

    private static final String ID = "cc8d10c7b9892b75b5ec3ae7d4e1aa4d1ad3e7d5f93ec3a1b6a4d5fd1b7a8c90";

    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String input, String... arguments) {
        Complaints complaints = new Complaints(
                new PrintStream(err, true, UTF_8), directory.resolve("journal").toString());
        return new OciRegisterMachine(
                        new ByteArrayInputStream(input.getBytes(UTF_8)),
                        new PrintStream(out, true, UTF_8),
                        complaints,
                        "unix:path=" + directory.resolve("bus"))
                .run(List.of(arguments));
    }

    @Test
    void aFailureStopsTheContainerUnlessItMayNot() {
        String state = "{\"id\":\"" + ID + "\",\"status\":\"created\",\"pid\":4711,\"bundle\":\"/b\"}";
        assertThat(run(state)).isEqualTo(1);
        assertThat(err.toString(UTF_8))
                .startsWith("oci-register-machine: ")
                .contains("NO_BUS")
                .contains("--fail-open would start the container unregistered");
        err.reset();
        assertThat(run(state, "--fail-open")).isZero();
        assertThat(err.toString(UTF_8)).contains("NO_BUS").contains("starts all the same");
        err.reset();
        assertThat(run("", "--fail-open")).isZero();
        assertThat(err.toString(UTF_8)).contains("a runtime writes it to the standard input");
        assertThat(out.size()).isZero();
    }

    @Test
    void usage() {
        assertThat(run("", "--no")).isEqualTo(64);
        assertThat(run("", "--help")).isZero();
        assertThat(out.toString(UTF_8)).startsWith("usage: ");
    }

    @ParameterizedTest
    @CsvSource({
        ID + "," + ID,
        ID + "77," + ID,
        "web,web",
        "my_web+1.2,my-web-1-2",
        "_web_,web",
        "a._-b,a-b",
        "1234567890123456789012345678901234567890123456789012345678901__345,"
                + "1234567890123456789012345678901234567890123456789012345678901-34",
        "123456789012345678901234567890123456789012345678901234567890123__4,"
                + "123456789012345678901234567890123456789012345678901234567890123",
    })
    void namesThatMachinedTakes(String id, String name) throws Exception {
        String machine = new ContainerMachine(state(id, "/b")).name();
        assertThat(MachineSpec.isName(machine)).isTrue();
        assertThat(machine).isEqualTo(name);
    }

    @Test
    void aNameOfNothingThatMachinedTakes() throws Exception {
        assertThat(new ContainerMachine(state("___", "/b")).name())
                .isEqualTo(Id128.ofContainerId("___").toString());
    }

    private static OciState state(String id, String bundle) throws Exception {
        return OciState.parse(
                ("{\"id\":\"" + id + "\",\"status\":\"created\",\"pid\":4711,\"bundle\":\"" + bundle + "\"}")
                        .getBytes(UTF_8));
    }

    @Test
    void theIdIsTheOneThatTheContainerHas() throws Exception {
        OciState state = state(ID, directory.toString());
        assertThat(new ContainerMachine(state).spec(4711).id())
                .contains(UUID.fromString("cc8d10c7-b989-2b75-b5ec-3ae7d4e1aa4d"));
        Path config = directory.resolve("config.json");
        Files.writeString(
                config,
                "{\"root\":{\"path\":\"rootfs\"},"
                        + "\"process\":{\"env\":[\"container_uuid=3d1219c7-c4c5-404a-aa1f-6d2a48adfda4\"]}}");
        MachineSpec spec = new ContainerMachine(state).spec(4711);
        assertThat(spec.id()).contains(UUID.fromString("3d1219c7-c4c5-404a-aa1f-6d2a48adfda4"));
        assertThat(spec.root()).isEqualTo(directory.resolve("rootfs").toString());
        assertThat(spec.service()).isEqualTo("oci");
        Files.writeString(config, "{\"process\":{\"env\":[\"container_uuid=web\"]}}");
        assertThat(new ContainerMachine(state).spec(4711).id())
                .contains(UUID.fromString("cc8d10c7-b989-2b75-b5ec-3ae7d4e1aa4d"));
    }
}
