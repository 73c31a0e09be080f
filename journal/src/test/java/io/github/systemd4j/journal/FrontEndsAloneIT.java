package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.journal.programs.Log4jProgram;
import io.github.systemd4j.journal.programs.LogbackProgram;
import io.github.systemd4j.journal.programs.LoggingProgram;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each front end in a process of its own, with its own framework and none of the others: from the class path, from the
 * module path, and with the oldest versions that we say we work with.
 */
@Timeout(120)
class FrontEndsAloneIT {

    private static final String LOGBACK = "(logback-classic|logback-core|slf4j-api)-.*\\.jar";
    private static final String LOG4J = "log4j-(api|core)-.*\\.jar";
    private static final String OURS = "(systemd4j-(journal|linux)|jna)-.*\\.jar";

    enum Paths {
        CLASS_PATH,
        MODULE_PATH
    }

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(Paths.class)
    void logback(Paths paths) throws Exception {
        assertShop(run(paths, jars(LOGBACK), LogbackProgram.class, logbackXml()), true);
    }

    @ParameterizedTest
    @EnumSource(Paths.class)
    void log4j(Paths paths) throws Exception {
        assertShop(run(paths, jars(LOG4J), Log4jProgram.class, log4j2Xml()), true);
    }

    @ParameterizedTest
    @EnumSource(Paths.class)
    void javaUtilLogging(Paths paths) throws Exception {
        String name = "io.github.systemd4j.journal.logging.JournalHandler";
        String properties = "handlers=" + name + "\n" + name + ".socket=" + socket() + "\n";
        String option = "-Djava.util.logging.config.file=" + write("logging.properties", properties);

        assertShop(run(paths, List.of(), LoggingProgram.class, option), false);
    }

    @Test
    void theOldestLogback() throws Exception {
        assertShop(run(Paths.CLASS_PATH, oldest(LOGBACK), LogbackProgram.class, logbackXml()), true);
    }

    @Test
    void theOldestLog4j() throws Exception {
        assertShop(run(Paths.CLASS_PATH, oldest(LOG4J), Log4jProgram.class, log4j2Xml()), true);
    }

    private String logbackXml() throws IOException {
        return "-Dlogback.configurationFile="
                + write(
                        "logback.xml",
                        "<configuration><appender name='J' class='io.github.systemd4j.journal.logback.JournalAppender'>"
                                + "<socket>" + socket() + "</socket></appender>"
                                + "<root><appender-ref ref='J'/></root></configuration>");
    }

    private String log4j2Xml() throws IOException {
        return "-Dlog4j2.configurationFile="
                + write(
                        "log4j2.xml",
                        "<Configuration><Appenders><Journal name='J' socket='" + socket() + "'/></Appenders>"
                                + "<Loggers><Root level='INFO'><AppenderRef ref='J'/></Root></Loggers></Configuration>");
    }

    private static void assertShop(Map<String, List<String>> fields, boolean context) {
        assertThat(fields)
                .containsEntry("PRIORITY", List.of("4"))
                .containsEntry("LOGGER", List.of("org.example.Shop"))
                .containsEntry("THREAD_NAME", List.of("main"))
                .containsEntry("ERRNO", List.of("111"))
                .containsKeys("TID", "SYSLOG_IDENTIFIER", "EXCEPTION_CLASS");
        if (context) {
            assertThat(fields)
                    .containsEntry("TEST_RUN", List.of("run"))
                    .containsEntry("ORDER", List.of("4711"))
                    .containsEntry("MARKER", List.of("AUDIT"))
                    .containsEntry("MESSAGE_ID", List.of("fc2e22bc6ee647b6b90729ab34a250b1"));
        }
        assertThat(fields.get("MESSAGE").get(0))
                .startsWith("läuft refused\njava.io.UncheckedIOException: no database\n\tat ")
                .contains("\nCaused by: io.github.systemd4j.linux.SystemCallException: connect(/run/db)");
    }

    /** The record that a program sends, which is in a package that no module has, or it would not be found. */
    private Map<String, List<String>> run(Paths paths, List<String> framework, Class<?> program, String configuration)
            throws Exception {
        List<String> jars = new ArrayList<>(jars(OURS));
        jars.addAll(framework);
        String classes = Path.of(program.getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        String backend = System.getProperty("io.github.systemd4j.linux.backend", "");
        command.addAll(List.of("-Dio.github.systemd4j.linux.backend=" + backend, configuration));
        if (paths == Paths.MODULE_PATH) {
            command.addAll(List.of("-p", String.join(File.pathSeparator, jars), "--add-modules=ALL-MODULE-PATH"));
        } else {
            classes = classes + File.pathSeparator + String.join(File.pathSeparator, jars);
        }
        command.addAll(List.of("-cp", classes, program.getName(), "run"));
        try (FakeJournal journal = FakeJournal.at(socket())) {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            process.waitFor();
            String module = paths == Paths.MODULE_PATH ? "io.github.systemd4j.journal" : "null";
            assertThat(output.lines().toList()).as(output).contains(module);
            assertThat(output).doesNotContain("Exception");
            return NativeProtocol.texts(journal.fields());
        }
    }

    private Path socket() {
        return directory.resolve("socket");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static List<String> jars(String pattern) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> Path.of(entry).getFileName().toString().matches(pattern))
                .toList();
    }

    private static List<String> oldest(String pattern) throws IOException {
        try (Stream<Path> jars = Files.list(Path.of("target", "oldest"))) {
            return jars.filter(jar -> jar.getFileName().toString().matches(pattern))
                    .map(Path::toString)
                    .toList();
        }
    }
}
