package io.github.systemd4j.samples.units;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** docs/units.md: a line with a file's name, and the file. */
final class Page {

    private static final Path PAGE = Path.of("../../docs/units.md");

    private Page() {}

    /** Puts a unit where the page says that it is, word for word. */
    static void install(String... units) throws Exception {
        for (String unit : units) {
            Path file = Path.of("/etc/systemd/system", unit);
            Files.writeString(file, text(file.toString()));
        }
        for (String unit : units) {
            assertThat(Box.run("systemd-analyze", "verify", "--man=no", "/etc/systemd/system/" + unit))
                    .as("what systemd says of " + unit)
                    .doesNotContain(unit);
        }
        assertThat(Box.run("systemctl", "daemon-reload")).isEmpty();
    }

    static String text(String file) throws Exception {
        String page = Files.readString(PAGE);
        String label = "\n`" + file + "`:\n\n```";
        assertThat(page).containsOnlyOnce(label);
        int start = page.indexOf('\n', page.indexOf(label) + label.length()) + 1;
        return page.substring(start, page.indexOf("```", start));
    }

    /** The line of web.service that starts the JVM, and the one that takes the page's back, with another program. */
    static String program(String options, Class<?> type) throws Exception {
        return java() + " " + options + " -cp " + Box.PROGRAMS + " " + type.getName();
    }

    private static String java() throws Exception {
        String unit = text("/etc/systemd/system/web.service").replace("\\\n", " ");
        Matcher matcher = Pattern.compile("\nExecStart=(/usr/bin/java .*)-jar ").matcher(unit);
        assertThat(matcher.find()).isTrue();
        return "ExecStart=\nExecStart=" + matcher.group(1);
    }
}
