package io.github.systemd4j.servers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/guides/activation-servers.md shows is what the tests run. */
class GuideTest {

    private static final Path SERVERS = Path.of("").toAbsolutePath().getParent();
    private static final Path GUIDE = SERVERS.resolveSibling("docs/guides/activation-servers.md");

    /** A comment with the name of a class or file, and the block of code after it. */
    private static final Pattern BLOCK = Pattern.compile("(?s)<!-- (\\S+) -->\n```[a-z]*\n(.*?)```");

    private static final Pattern VERSION = Pattern.compile("<\\S+\\.version>([0-9.]+[0-9])[^<]*</");

    @Test
    void everyLineIsInTheProgramThatIsRun() throws IOException {
        String guide = Files.readString(GUIDE);
        List<MatchResult> blocks = BLOCK.matcher(guide).results().toList();

        assertThat(blocks).hasSize(guide.split("\n```[a-z]*\n", -1).length / 2);
        for (MatchResult block : blocks) {
            assertThat(source(block.group(1))).as(block.group(1)).containsSubsequence(lines(block.group(2)));
        }
    }

    @Test
    void theVersionsAreThoseThatAreTried() throws IOException {
        List<String> versions = VERSION.matcher(Files.readString(SERVERS.resolve("pom.xml")))
                .results()
                .map(match -> match.group(1))
                .toList();

        assertThat(versions).hasSizeGreaterThan(8);
        assertThat(Files.readString(GUIDE)).contains(versions);
    }

    private static List<String> source(String name) throws IOException {
        try (Stream<Path> files = Files.walk(SERVERS)) {
            Path wanted = Path.of(name.contains(".") ? name : name + ".java");
            List<Path> found = files.filter(file -> file.endsWith(wanted)).toList();
            assertThat(found).as(name).hasSize(1);
            return lines(Files.readString(found.get(0)));
        }
    }

    /** Without the indentation, and without what is only Java around an option. */
    private static List<String> lines(String text) {
        return text.lines()
                .map(line -> line.strip().replaceAll("^.*\"(-[^\"]*)\".*$", "$1"))
                .filter(line -> !line.isEmpty())
                .toList();
    }
}
