package io.github.systemd4j.machine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar on the module path, required by a program that is a module, with the optional library and without. */
@Timeout(120)
class ModuleIT {

    private static final String PROGRAM = """
            package program;

            import io.github.systemd4j.machine.Identity;
            import io.github.systemd4j.machine.MachineSpec;
            import io.github.systemd4j.machine.Systemd;
            import io.github.systemd4j.machine.oci.OciConfig;
            import java.time.Duration;

            public class Program {
                public static void main(String[] args) throws Exception {
                    System.out.println(Program.class.getModule() + " " + Systemd.class.getModule());
                    System.out.println(Identity.fromEnvironment().bootId().id().isPresent());
                    try (Systemd systemd = Systemd.at("unix:path=/nonexistent/bus", Duration.ofSeconds(5))) {
                        System.out.println(systemd.isThere());
                        systemd.machines().register(MachineSpec.named("web"));
                    } catch (java.io.IOException e) {
                        System.out.println(e.getMessage().substring(0, 28));
                    }
                    try {
                        System.out.println(OciConfig.parse("{\\"b\\":1e400,\\"a\\":[]}".getBytes()));
                    } catch (NoClassDefFoundError e) {
                        System.out.println(e.getMessage());
                    }
                }
            }
            """;

    private static final String[] ANSWERS = {
        "module program module io.github.systemd4j.machine", "true", "false", "RegisterMachine(web): NO_BUS"
    };

    @TempDir
    private Path directory;

    @Test
    void withoutTheLibraryOnlyOciIsMissing() throws Exception {
        assertThat(compile("", PROGRAM)).isEmpty();
        List<String> said = run(jar(Systemd.class));
        assertThat(said).hasSize(5).startsWith(ANSWERS);
        assertThat(said.get(4)).startsWith("com/grack/nanojson/");
    }

    @Test
    void withTheLibraryAllOfItWorks() throws Exception {
        assertThat(compile("requires com.grack.nanojson;", PROGRAM)).isEmpty();
        assertThat(run(jar(Systemd.class) + ":" + jar(JsonObject.class)))
                .hasSize(5)
                .startsWith(ANSWERS)
                .endsWith("{\"b\":1e400,\"a\":[]}");
    }

    @Test
    void theBusIsNobodyElses() throws Exception {
        String uses = "package program; class Program { io.github.systemd4j.machine.dbus.Bus bus; }";
        assertThat(String.join("\n", compile("", uses))).contains("io.github.systemd4j.machine.dbus");
    }

    private List<String> compile(String more, String program) throws Exception {
        Path module = Files.writeString(
                directory.resolve("module-info.java"),
                "module program { requires io.github.systemd4j.machine; " + more + " }");
        Path source = Files.writeString(directory.resolve("Program.java"), program);
        String path = jar(Systemd.class) + ":" + jar(JsonObject.class);
        return java("javac", "-p", path, "-d", directory + "/program", module.toString(), source.toString());
    }

    private List<String> run(String path) throws Exception {
        return java("java", "-p", path + ":" + directory + "/program", "-m", "program/program.Program");
    }

    private static List<String> java(String tool, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/" + tool));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output.lines().toList();
    }

    private static String jar(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }
}
