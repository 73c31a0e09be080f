package io.github.systemd4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The programs of the guides and their tests are those that {@link WebIT} and {@link OrdersIT} run, word for word. */
class GuideTest {

    private static final Path SOURCES = Path.of("src/test/java");

    @ParameterizedTest
    @CsvSource({"activation, Web", "testkit, Orders"})
    void theGuideShowsWhatRuns(String name, String program) throws Exception {
        String guide = Files.readString(Path.of("../docs/guides/" + name + ".md"));
        String test = Files.readString(SOURCES.resolve("io/github/systemd4j/testkit/" + program + "IT.java"));

        assertThat(guide).contains("```java\n" + Files.readString(SOURCES.resolve(program + ".java")) + "```\n");
        assertThat(guide).contains("```java\n" + test.substring(test.indexOf("class " + program + "IT")) + "```\n");
    }
}
