package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The same refusals in a JVM whose exceptions speak German. Needs the packages locales and libc-l10n. */
@Timeout(240)
class LocaleBoxIT {

    @TempDir
    private Path locales;

    @Test
    void theErrorsAreTheSameInGerman() throws Exception {
        String made = Box.run(
                "localedef",
                "-i",
                "de_DE",
                "-f",
                "UTF-8",
                locales.resolve("de_DE.UTF-8").toString());
        assertThat(Files.isDirectory(locales.resolve("de_DE.UTF-8"))).as(made).isTrue();

        assertThat(german(GermanProbe.class.getName())).contains("Das Argument ist ung\u00fcltig");
        String tests = german(
                "org.junit.platform.console.ConsoleLauncher",
                "execute",
                "--select-class",
                RefusalsBoxIT.class.getName(),
                "--include-tag",
                System.getenv("BOX") + " | !(v1|v2|guest-v1|guest-v2|guest-hybrid)",
                "--include-engine",
                "junit-jupiter",
                "--disable-banner",
                "--details=tree",
                "--disable-ansi-colors",
                "--fail-if-no-tests");
        assertThat(tests)
                .contains("[         0 tests failed          ]")
                .contains("[         0 tests skipped         ]");
    }

    private String german(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Box.java(), "-Dstdout.encoding=UTF-8", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(Map.of("LC_ALL", "de_DE.UTF-8", "LOCPATH", locales.toString()));
        builder.environment().remove("LANGUAGE");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(200, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
