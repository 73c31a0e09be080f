package io.github.systemd4j.samples.units;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page itself: nothing in it that no box test runs, and no link that leads nowhere. */
class PageTest {

    private static final Path PAGE = Path.of("../../docs/units.md");
    private static final Path TESTS = Path.of("src/test/java/io/github/systemd4j/samples/units");

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .toList();
    }

    @Test
    void eachFileOfThePageIsRunByABoxTest() throws Exception {
        String page = Files.readString(PAGE);
        List<String> files = found("\n`([^`]+)`:\n\n```", page);
        StringBuilder tests = new StringBuilder();
        try (Stream<Path> sources = Files.list(TESTS)) {
            for (Path source : sources.filter(path -> path.toString().endsWith("BoxIT.java"))
                    .toList()) {
                tests.append(Files.readString(source));
            }
        }

        assertThat(files).hasSameSizeAs(found("(```)(?:ini|java)\n", page)).isNotEmpty();
        assertThat(found("(```)\n", page)).hasSameSizeAs(files); // the ends: no block is of another kind
        for (String file : files) {
            assertThat(tests.toString())
                    .containsPattern(
                            "Page\\.(install|text)\\([^)]*\"" + Path.of(file).getFileName() + "\"");
        }
    }

    @Test
    void linksLeadSomewhere() throws Exception {
        String page = Files.readString(PAGE);
        for (String link : found("\\]\\(([^)#]+)\\)", page)) {
            assertThat(PAGE.resolveSibling(link)).exists();
        }
        List<String> headings = Pattern.compile("\n## (.*)\n")
                .matcher(page)
                .results()
                .map((MatchResult heading) -> heading.group(1).toLowerCase(Locale.ROOT))
                .map(heading -> heading.replace(' ', '-'))
                .toList();
        assertThat(headings).containsAll(found("\\]\\(#([^)]+)\\)", page));
    }
}
