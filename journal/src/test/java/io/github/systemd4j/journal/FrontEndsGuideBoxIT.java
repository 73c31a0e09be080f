package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.journal.programs.Log4jProgram;
import io.github.systemd4j.journal.programs.LoggingProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What journald has of services that log, each by the configuration that the guide shows. Writes to the box's root, which
 * goes with the box.
 */
@Timeout(120)
class FrontEndsGuideBoxIT {

    private static final String OURS = "(systemd4j-(journal|linux)|jna)-.*\\.jar";
    private static final Path SHOP = Path.of("/opt/shop");

    private static String guide = "";

    @BeforeAll
    static void inABox() throws Exception {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        guide = Files.readString(Path.of("../docs/guides/journal-front-ends.md"));
        Path java = Path.of("/usr/bin/java");
        Files.deleteIfExists(java);
        Files.createSymbolicLink(java, Path.of(System.getProperty("java.home"), "bin", "java"));
    }

    @Test
    void logbackAndTheUnitAsShown() throws Exception {
        Files.createDirectories(SHOP.resolve("conf"));
        Path source = Files.writeString(Files.createTempDirectory("shop").resolve("Shop.java"), block("`Shop.java`:"));
        for (String jar : jars(OURS + "|(logback-classic|logback-core|slf4j-api)-.*\\.jar")) {
            Files.copy(Path.of(jar), SHOP.resolve(Path.of(jar).getFileName()));
        }
        Path classes = Files.createTempDirectory("classes");
        String path = System.getProperty("java.class.path");
        tool("javac", "-encoding", "UTF-8", "-cp", path, "-d", classes.toString(), source.toString());
        tool("jar", "--create", "--file", SHOP + "/shop.jar", "-C", classes.toString(), ".");
        Files.writeString(SHOP.resolve("conf/logback.xml"), block("`/opt/shop/conf/logback.xml`:"));
        Files.writeString(Path.of("/etc/systemd/system/shop.service"), block("`/etc/systemd/system/shop.service`:"));
        assertThat(run("systemctl", "daemon-reload")).isEmpty();

        assertThat(run("systemctl", "start", "shop.service")).isEmpty();

        Map<String, List<String>> fields = record("shop", "REQUEST_ID=r-17");
        assertThat(fields.remove("TID").get(0)).matches("[1-9][0-9]*");
        assertThat(fields.remove("MESSAGE").get(0))
                .matches(
                        "order refused\njava.lang.IllegalStateException: no stock\n\tat Shop.main\\(Shop.java:\\d+\\)");
        assertThat(fields)
                .isEqualTo(Map.of(
                        "PRIORITY", List.of("4"),
                        "SYSLOG_IDENTIFIER", List.of("shop"),
                        "LOGGER", List.of("Shop"),
                        "THREAD_NAME", List.of("main"),
                        "REQUEST_ID", List.of("r-17"),
                        "ORDER", List.of("4711"),
                        "EXCEPTION_CLASS", List.of("java.lang.IllegalStateException")));
        assertThat(record("shop", "EXCEPTION_CLASS=java.lang.IllegalStateException"))
                .containsEntry("ORDER", List.of("4711"));
    }

    @Test
    void log4jAsShown() throws Exception {
        Path configuration = Files.createTempFile("log4j2", ".xml");
        Files.writeString(configuration, block("`log4j2.xml`:"));

        program(
                "shop-log4j",
                "log4j-(api|core)-.*\\.jar",
                Log4jProgram.class,
                "-Dlog4j2.configurationFile=" + configuration);

        Map<String, List<String>> fields = record("shop-log4j", "TEST_RUN=run");
        assertThat(fields)
                .containsEntry("ORDER", List.of("4711"))
                .containsEntry("MARKER", List.of("AUDIT"))
                .containsEntry("MESSAGE_ID", List.of("fc2e22bc6ee647b6b90729ab34a250b1"));
        assertShop(fields, "shop-log4j");
    }

    @Test
    void javaUtilLoggingAsShown() throws Exception {
        Path configuration = Files.createTempFile("logging", ".properties");
        Files.writeString(configuration, block("`logging.properties`, named"));

        program("shop-logging", "none", LoggingProgram.class, "-Djava.util.logging.config.file=" + configuration);

        assertShop(record("shop-logging", "LOGGER=org.example.Shop"), "shop-logging");
    }

    private static void assertShop(Map<String, List<String>> fields, String unit) {
        assertThat(fields)
                .containsEntry("PRIORITY", List.of("4"))
                .containsEntry("SYSLOG_IDENTIFIER", List.of(unit))
                .containsEntry("LOGGER", List.of("org.example.Shop"))
                .containsEntry("THREAD_NAME", List.of("main"))
                .containsEntry("ERRNO", List.of("111"))
                .containsEntry(
                        "EXCEPTION_CLASS",
                        List.of("java.io.UncheckedIOException", "io.github.systemd4j.linux.SystemCallException"))
                .containsKey("TID");
        assertThat(fields.get("MESSAGE").get(0))
                .startsWith("läuft refused\njava.io.UncheckedIOException: no database\n\tat ")
                .contains("\nCaused by: io.github.systemd4j.linux.SystemCallException: connect(/run/db): ECONNREFUSED");
    }

    /** The one record of a unit that matches. */
    private static Map<String, List<String>> record(String unit, String match) throws Exception {
        assertThat(run("journalctl", "--sync")).isEmpty();
        String json = run("journalctl", "-q", "--all", "--no-pager", "-o", "json", "-u", unit + ".service", match);
        assertThat(json.lines()).as(json).hasSize(1);
        return NativeProtocol.texts(JournalJson.fields(json));
    }

    /** The first block after a text. */
    private static String block(String after) {
        String rest = guide.split(Pattern.quote(after), 2)[1];
        String block = rest.split("```[a-z]+\n", -1)[1];
        return block.substring(0, block.indexOf("```"));
    }

    private static void program(String unit, String framework, Class<?> program, String configuration)
            throws Exception {
        List<String> path = new ArrayList<>(jars(OURS + "|" + framework));
        path.addAll(jars("test-classes"));
        List<String> words = new ArrayList<>(List.of("systemd-run", "--quiet", "--wait", "--pipe", "--unit=" + unit));
        words.addAll(List.of("-E", "LC_ALL=C", "/usr/bin/java"));
        if (Runtime.version().feature() >= 22) {
            words.add("--enable-native-access=ALL-UNNAMED");
        }
        words.addAll(List.of(configuration, "-cp", String.join(":", path), program.getName(), "run"));
        // Log4j itself complains that a box's name cannot be resolved.
        assertThat(run(words.toArray(String[]::new))).endsWith("null").doesNotContain("JOURNAL");
    }

    private static List<String> jars(String pattern) {
        return Arrays.stream(System.getProperty("java.class.path").split(":", -1))
                .filter(entry -> Path.of(entry).getFileName().toString().matches(pattern))
                .toList();
    }

    private static void tool(String name, String... arguments) {
        int status = ToolProvider.findFirst(name).orElseThrow().run(System.out, System.err, arguments);
        assertThat(status).as(name).isZero();
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }
}
