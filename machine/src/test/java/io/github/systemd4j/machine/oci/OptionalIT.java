package io.github.systemd4j.machine.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import io.github.systemd4j.machine.Identity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar as a module, with the optional library and without. */
class OptionalIT {

    private static final String PROGRAM = """
            import io.github.systemd4j.machine.Identity;
            import io.github.systemd4j.machine.oci.OciConfig;

            class Program {
                public static void main(String[] args) throws Exception {
                    System.out.println(Identity.class.getModule().getName());
                    System.out.println(Identity.fromEnvironment().bootId().id().isPresent());
                    try {
                        System.out.println(OciConfig.parse("{\\"b\\":1e400,\\"a\\":[]}".getBytes()));
                    } catch (NoClassDefFoundError e) {
                        System.out.println(e.getMessage());
                    }
                }
            }
            """;

    @TempDir
    private Path directory;

    @Test
    void withoutTheLibraryOnlyOciIsMissing() throws Exception {
        assertThat(run(false))
                .hasSize(3)
                .startsWith("io.github.systemd4j.machine", "true")
                .last()
                .asString()
                .startsWith("com/grack/nanojson/");
    }

    @Test
    void withTheLibraryAllOfItWorks() throws Exception {
        assertThat(run(true)).containsExactly("io.github.systemd4j.machine", "true", "{\"b\":1e400,\"a\":[]}");
    }

    private List<String> run(boolean withLibrary) throws Exception {
        String path = jar(Identity.class) + (withLibrary ? ":" + jar(JsonObject.class) : "");
        String modules = "io.github.systemd4j.machine" + (withLibrary ? ",com.grack.nanojson" : "");
        Path source = Files.writeString(directory.resolve("Program.java"), PROGRAM);
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of("--module-path", path, "--add-modules", modules, source.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output.lines().toList();
    }

    private static Path jar(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
