package io.github.systemd4j.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The program of docs/guides/machine-identity.md, word for word. */
@Timeout(120)
class IdentityGuideBoxIT {

    @Test
    void theProgramSaysWhatSystemdSays() throws Exception {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        String guide = Files.readString(Path.of("../docs/guides/machine-identity.md"));
        String program = guide.split("```java\n", -1)[1];
        Path classes = Files.createTempDirectory("who");
        Path source = Files.writeString(classes.resolve("Who.java"), program.substring(0, program.indexOf("```")));
        String path = System.getProperty("java.class.path");
        int status = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(System.out, System.err, "-cp", path, "-d", classes.toString(), source.toString());
        assertThat(status).isZero();

        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        assertThat(Command.run(java, "-cp", classes + ":" + path, "Who").lines())
                .containsExactly(
                        Command.run("systemd-detect-virt", "--container"),
                        Command.run("systemd-id128", "machine-id", "--app-specific=4f0a2b9d8c7e4d1fa5b6c7d8e9f00112"));
    }
}
