package io.github.systemd4j.machine.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OciConfigTest {

    /** As "runc spec" writes it, shortened, with keys and numbers that nobody knows. */
    private static final String TEXT = """
            {
            \t"zeta":{"b":18446744073709551615,"a":1e400,"c":-0,"d":0.10,"e":null},
            \t"ociVersion":"1.0.2-dev",
            \t"process":{"terminal":false,"args":["/sbin/init"],"env":["PATH=/bin","TERM=xterm","TERM=vt100"],"cwd":"/"},
            \t"root":{"path":"rootfs","readonly":true},
            \t"mounts":[
            \t\t{"destination":"/proc","type":"proc","source":"proc"},
            \t\t{"destination":"/run/secrets","type":"bind","source":"/s","options":["ro"],"uidMappings":[]},
            \t\t{"destination":"run/lock/","source":"none"}
            \t],
            \t"linux":{"cgroupsPath":"machine.slice:libpod:abc","maskedPaths":["/proc/kcore"],
            \t"uidMappings":[{"containerID":0,"hostID":100000,"size":65536}]}
            }
            """;

    @TempDir
    Path directory;

    private static OciConfig config(String text) throws OciException {
        return OciConfig.parse(text.getBytes(UTF_8));
    }

    @Test
    void whatItSays() throws OciException {
        OciConfig config = config(TEXT);
        assertThat(config.args()).containsExactly("/sbin/init");
        assertThat(config.environment()).containsExactly("PATH=/bin", "TERM=xterm", "TERM=vt100");
        assertThat(config.environment("TERM")).contains("vt100");
        assertThat(config.environment("TER")).isEmpty();
        assertThat(config.root()).contains("rootfs");
        assertThat(config.cgroupsPath()).contains("machine.slice:libpod:abc");
        assertThat(config.mounts()).hasSize(3);
        assertThat(config.mount("/run/lock"))
                .contains(new OciMount("/run/lock", Optional.empty(), Optional.of("none"), List.of()));
        assertThat(config.hooks(HookStage.POSTSTOP)).isEmpty();
        assertThat(config.annotations()).isEmpty();
        assertThat(config.maskedPaths()).containsExactly("/proc/kcore");
        assertThat(config.hostUid(1000)).hasValue(101000);
        assertThat(config.hostUid(65536)).isEmpty();
        assertThat(config.hostGid(1000)).hasValue(1000);
    }

    @Test
    void anEmptyOne() throws OciException {
        OciConfig config = config("{}");
        assertThat(config.args()).isEmpty();
        assertThat(config.environment()).isEmpty();
        assertThat(config.mounts()).isEmpty();
        assertThat(config.root()).isEmpty();
        assertThat(config.cgroupsPath()).isEmpty();
        assertThat(config.runsInit()).isFalse();
        config.removeEnvironment("A");
        config.removeMount("/run");
        config.removeAnnotation("a");
        config.removeHooks(HookStage.PRESTART, "/bin/true");
        assertThat(config).hasToString("{}");
        config.setEnvironment("A", "b");
        config.putMount(OciMount.tmpfs("/tmp"));
        config.setCgroupsPath("/a");
        config.maskPath("/p");
        config.setAnnotation("k", "v");
        config.addHook(HookStage.PRESTART, new OciHook("/h", List.of(), List.of(), Optional.empty()));
        assertThat(config)
                .hasToString("{\"process\":{\"env\":[\"A=b\"]},"
                        + "\"mounts\":[{\"destination\":\"/tmp\",\"type\":\"tmpfs\",\"source\":\"tmpfs\"}],"
                        + "\"linux\":{\"cgroupsPath\":\"/a\",\"maskedPaths\":[\"/p\"]},"
                        + "\"annotations\":{\"k\":\"v\"},\"hooks\":{\"prestart\":[{\"path\":\"/h\"}]}}");
    }

    /** Order, unknown keys, numbers that fit no type: all of it comes out as it went in. */
    @Test
    void whatIsNotTouchedStays() throws OciException {
        String strange = "{\"z\":1,\"a\":18446744073709551616.000,\"n\":-0,\"e\":1E+400,\"m\":null,\"t\":\"\\ud800\","
                + "\"o\":{\"é😀\":[true,{\"k\":[]}]},\"mounts\":[{\"destination\":\"/x\",\"later\":7}]}";
        assertThat(config(strange)).hasToString(strange);

        OciConfig config = config(strange);
        config.putMount(OciMount.tmpfs("/y"));
        assertThat(config.toString())
                .startsWith(strange.substring(0, strange.length() - 2))
                .contains("{\"destination\":\"/x\",\"later\":7},{\"destination\":\"/y\"");
    }

    @Test
    void aFileThatPeopleLookAtHasLines() throws OciException {
        assertThat(config(TEXT).toString())
                .startsWith("{\n\t\"zeta\":{\n\t\t\"b\":18446744073709551615,\n")
                .contains("\n\t\t\"d\":0.10,\n");
        assertThat(config("{ \"a\": 1 }")).hasToString("{\"a\":1}");
    }

    @Test
    void aVariableKeepsItsPlace() throws OciException {
        OciConfig config = config(TEXT);
        config.setEnvironment("TERM", "dumb");
        config.setEnvironment("container", "oci");
        assertThat(config.environment()).containsExactly("PATH=/bin", "TERM=dumb", "container=oci");
        config.removeEnvironment("TERM");
        assertThat(config.environment()).containsExactly("PATH=/bin", "container=oci");
        for (String name : List.of("", "A=B", "A\0")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> config.setEnvironment(name, ""))
                    .withMessageStartingWith("name: ");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.setEnvironment("A", "\0"))
                .withMessageStartingWith("value: ");
    }

    /** A runtime mounts in the order of the list: /run at its end would hide what is mounted below. */
    @Test
    void aMountComesBeforeWhatItWouldHide() throws OciException {
        OciConfig config = config(TEXT);
        config.putMount(OciMount.tmpfs("/run", "mode=755"));
        config.putMount(OciMount.bind("/l", "/run/lock", "ro"));
        config.putMount(OciMount.tmpfs("/running"));
        assertThat(config.mounts())
                .extracting(OciMount::destination)
                .containsExactly("/proc", "/run", "/run/secrets", "/run/lock", "/running");
        assertThat(config.mount("/run/lock"))
                .contains(new OciMount(
                        "/run/lock", Optional.of("bind"), Optional.of("/l"), List.of("rbind", "rprivate", "ro")));
        assertThat(config.toString()).contains("uidMappings\":[]");
        config.removeMount("/run");
        assertThat(config.mount("/run")).isEmpty();
        config.putMount(OciMount.tmpfs("/"));
        assertThat(config.mounts().get(0).destination()).isEqualTo("/");
    }

    @Test
    void hooksAreAddedAndRemoved() throws OciException {
        OciConfig config = config("{\"hooks\":{\"poststop\":[{\"path\":\"/a\",\"timeout\":7,\"args\":[\"a\"]}]}}");
        OciHook ours = new OciHook("/b", List.of("b", "-x"), List.of("A=b"), Optional.of(Duration.ofSeconds(9)));
        config.addHook(HookStage.POSTSTOP, ours);
        config.addHook(HookStage.CREATE_RUNTIME, ours);
        assertThat(config.hooks(HookStage.POSTSTOP))
                .containsExactly(new OciHook("/a", List.of("a"), List.of(), Optional.of(Duration.ofSeconds(7))), ours);
        assertThat(config.hooks(HookStage.CREATE_RUNTIME)).containsExactly(ours);
        config.removeHooks(HookStage.POSTSTOP, "/a");
        assertThat(config.hooks(HookStage.POSTSTOP)).containsExactly(ours);
        assertThat(config(config.toString()).hooks(HookStage.POSTSTOP)).containsExactly(ours);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OciHook("b", List.of(), List.of(), Optional.empty()))
                .withMessageStartingWith("path: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OciHook("/b", List.of(), List.of(), Optional.of(Duration.ofMillis(1))))
                .withMessageStartingWith("timeout: ");
    }

    @Test
    void annotationsAndTheControlGroup() throws OciException {
        OciConfig config = config(TEXT);
        config.setAnnotation("b", "1");
        config.setAnnotation("a", "2");
        config.removeAnnotation("b");
        config.setCgroupsPath("/system.slice/x.service/payload");
        config.maskPath("/p");
        config.maskPath("/p");
        assertThat(config.annotations()).hasToString("{a=2}");
        assertThat(config.cgroupsPath()).contains("/system.slice/x.service/payload");
        assertThat(config.maskedPaths()).containsExactly("/proc/kcore", "/p");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.setAnnotation("", ""))
                .withMessageStartingWith("key: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.setCgroupsPath(""))
                .withMessageStartingWith("path: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.maskPath("p"))
                .withMessageStartingWith("path: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OciMount.tmpfs("p"))
                .withMessageStartingWith("destination: ");
    }

    @ParameterizedTest
    @CsvSource({
        "/sbin/init,true",
        "/usr/sbin/init,true",
        "init,true",
        "/lib/systemd/systemd,true",
        "/dev/init,false",
        "/bin/sh,false",
        "/usr/bin/java,false",
        "/sbin/init/,false",
        "/opt/my-init,false"
    })
    void whichCommandIsAnInit(String program, boolean isInit) throws OciException {
        assertThat(config("{\"process\":{\"args\":[\"" + program + "\",\"/sbin/init\"]}}")
                        .runsInit())
                .isEqualTo(isInit);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"mounts\":{}}|parse(/mounts): it must be an array",
                "{\"mounts\":[7]}|parse(/mounts/0): it must be an object",
                "{\"mounts\":[{\"destination\":\"/a\"},{}]}|parse(/mounts/1/destination): it must be a path",
                "{\"mounts\":[{\"destination\":\"/a\",\"options\":[1]}]}|parse(/mounts/0/options/0): it must be a string",
                "{\"process\":{\"env\":\"A=b\"}}|parse(/process/env): it must be an array",
                "{\"hooks\":{\"poststop\":[{\"path\":\"a\"}]}}|parse(/hooks/poststop/0/path): it must be an absolute path",
                "{\"hooks\":{\"poststop\":[{\"path\":\"/a\",\"timeout\":0}]}}|parse(/hooks/poststop/0/timeout): it must be",
                "{\"hooks\":{\"poststop\":[{\"path\":\"/a\",\"timeout\":1.5}]}}|parse(/hooks/poststop/0/timeout): it must be",
                "{\"linux\":{\"uidMappings\":[{\"hostID\":1}]}}|parse(/linux/uidMappings/0/containerID): it must be",
                "{\"linux\":[]}|parse(/linux): it must be an object",
                "{\"annotations\":{\"a\":1}}|parse(/annotations/a): it must be a string",
            })
    void whatIsNoConfigurationSaysWhere(String text, String message) {
        assertThatThrownBy(() -> config(text)).isInstanceOf(OciException.class).hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "rw-rw-r--"})
    void aFileIsReplacedInOneStep(String mode) throws Exception {
        Path file = directory.resolve("config.json");
        if (!mode.isEmpty()) {
            Files.writeString(file, TEXT);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        }
        Object before = mode.isEmpty() ? "" : Files.getAttribute(file, "unix:ino");
        OciConfig config = config(TEXT);
        config.setAnnotation("a", "b");
        config.write(file);
        assertThat(OciConfig.read(file).annotations()).hasToString("{a=b}");
        assertThat(Files.getAttribute(file, "unix:ino"))
                .as("not written in place")
                .isNotEqualTo(before);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo(mode.isEmpty() ? "rw-r--r--" : mode);
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aLinkLeadsToTheFileThatIsReplaced() throws Exception {
        Path file = Files.writeString(directory.resolve("real.json"), TEXT);
        Path link = Files.createSymbolicLink(directory.resolve("config.json"), file.getFileName());
        config("{}").write(link);
        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent("{}");
    }

    @Test
    void filesThatCannotBeReadOrWritten() throws Exception {
        Path missing = directory.resolve("none/config.json");
        assertThatThrownBy(() -> OciConfig.read(missing))
                .isInstanceOf(OciException.class)
                .hasMessage("open(" + missing + "): ENOENT (2): there is no such file or directory");
        assertThatThrownBy(() -> config("{}").write(missing))
                .isInstanceOf(OciException.class)
                .hasMessage("write(" + missing + "): ENOENT (2): there is no such file or directory");
        Path file = Files.writeString(directory.resolve("config.json"), "{");
        assertThatThrownBy(() -> OciConfig.read(file))
                .isInstanceOf(OciException.class)
                .hasMessageStartingWith("parse(" + file + "): it is no JSON object: ");
    }
}
