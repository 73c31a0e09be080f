package io.github.systemd4j.journal.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.journal.programs.SystemLoggerProgram;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The program in a process of its own, from the class path and from the module path, where there is no journald: the
 * standard error has the messages then. What journald has is for {@link JournalLoggerBoxIT}.
 */
@Timeout(120)
class JournalLoggerIT {

    private static final String PREFIX = "-Dio.github.systemd4j.journal.system.";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isFoundByBeingThere(boolean modules) throws Exception {
        List<String> lines = run(modules, "level.com.quiet=OFF");

        assertThat(lines)
                .startsWith("<4>läuft nicht", "<4>java.io.UncheckedIOException: no database")
                .containsOnlyOnce("<4>System.Logger: there is no journald here: records are lost or diverted"
                        + " (further ones are only counted)")
                .contains(
                        "<6>order 4,711 of Söhne",
                        "<6>a brace {x}",
                        "<3>key {0}",
                        "<3>Wert value",
                        modules ? "io.github.systemd4j.journal.system" : "null")
                .anyMatch(line -> line.startsWith("<4>Caused by: io.github.systemd4j.linux.SystemCallException: "))
                .noneMatch(line -> line.contains("details") || line.contains("heard"));
    }

    @Test
    void settings() throws Exception {
        assertThat(run(
                        false,
                        "level=ALL",
                        "level.com=OFF",
                        "stackTrace=none",
                        "location=true",
                        "priorities=DEBUG=notice",
                        "timeoutMillis=soon"))
                .contains("<5>details", "<4>läuft nicht")
                .anyMatch(line -> line.contains("timeoutMillis: soon, must be a decimal number; not set"))
                .noneMatch(line -> line.contains("heard") || line.contains("\tat "));
        assertThat(run(false, "fallback=drop")).hasSize(2);
    }

    private List<String> run(boolean modules, String... properties) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Dfile.encoding=UTF-8",
                "-Duser.language=en",
                "-Duser.country=US",
                "-Dio.github.systemd4j.linux.backend=" + System.getProperty("io.github.systemd4j.linux.backend", ""),
                PREFIX + "socket=" + directory.resolve("none")));
        for (String property : properties) {
            command.add(PREFIX + property);
        }
        String jars = String.join(
                File.pathSeparator,
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                        .filter(entry -> Path.of(entry).getFileName().toString().matches("(systemd4j|jna)-.*\\.jar"))
                        .toList());
        String classes = Path.of(SystemLoggerProgram.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
        if (modules) {
            command.addAll(List.of(
                    "--enable-native-access=io.github.systemd4j.linux,com.sun.jna",
                    "-p",
                    jars,
                    "--add-modules=ALL-MODULE-PATH",
                    "-cp",
                    classes));
        } else {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classes + File.pathSeparator + jars));
        }
        if (Runtime.version().feature() < 22) {
            command.removeIf(word -> word.startsWith("--enable-native-access"));
        }
        command.add(SystemLoggerProgram.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().toList();
    }
}
