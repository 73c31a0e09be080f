package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be read, and what is refused, under a locale in which the JDK's own messages are German. */
@Timeout(120)
class ReadingLocaleBoxIT {

    @Test
    void whatWeSayIsTheSameInEveryLocale(@TempDir Path locales) throws Exception {
        Box.run(
                "localedef",
                "-i",
                "de_DE",
                "-f",
                "UTF-8",
                locales.resolve("de_DE.UTF-8").toString());
        List<String> german = said(locales, "de_DE.UTF-8");
        List<String> english = said(locales, "C");

        assertThat(german.get(german.size() - 1)).contains("Datei oder Verzeichnis nicht gefunden");
        assertThat(english.get(english.size() - 1)).contains("No such file or directory");
        assertThat(german.subList(0, german.size() - 1)).isEqualTo(english.subList(0, english.size() - 1));
        assertThat(german.get(0)).startsWith("ESRCH there is no process");
        assertThat(german.get(1)).startsWith("ENOENT open(/proc/self/fd/proc/self/cgroup): ENOENT (2)");
        assertThat(german.get(2)).startsWith("open(/proc/pressure/nothing): ENOENT (2)");
    }

    private static List<String> said(Path locales, String locale) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder = new ProcessBuilder(
                java, "-Xint", "-cp", System.getProperty("java.class.path"), ReadingLocaleProbe.class.getName());
        builder.environment().put("LC_ALL", locale);
        builder.environment().put("LOCPATH", locales.toString());
        builder.redirectErrorStream(true);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(Box.await(process)).as(output).isZero();
        return output.lines().toList();
    }
}
