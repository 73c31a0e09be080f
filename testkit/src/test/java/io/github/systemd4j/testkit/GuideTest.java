package io.github.systemd4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The guide's program and its test are those that {@link WebIT} runs, word for word. */
class GuideTest {

    private static final Path SOURCES = Path.of("src/test/java");

    @Test
    void theGuideShowsWhatRuns() throws Exception {
        String guide = Files.readString(Path.of("../docs/guides/activation.md"));
        String test = Files.readString(SOURCES.resolve("io/github/systemd4j/testkit/WebIT.java"));

        assertThat(guide).contains("```java\n" + Files.readString(SOURCES.resolve("Web.java")) + "```\n");
        assertThat(guide).contains("```java\n" + test.substring(test.indexOf("class WebIT")) + "```\n");
    }
}
