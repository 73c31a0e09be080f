package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that no charset knows, in a JVM that was started in the C locale, as services are. */
class OddNamesIT {

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void aDirectoryIsFoundWhateverTheLocale(String locale, @TempDir Path root) throws Exception {
        String group = "/\u00fc\u00ff \t\\x2d";
        Files.createDirectories(root.resolve("proc/self"));
        write(root.resolve("proc/self/cgroup"), "0::" + group + "\n");
        write(root.resolve("proc/self/mountinfo"), "30 20 0:9 / /sys/fs/cgr\u00f6up rw - cgroup2 c rw\n");
        Path directory =
                RawPath.of(("/sys/fs/cgr\u00f6up" + group).getBytes(ISO_8859_1)).toPath(root);
        Files.createDirectories(directory);
        Files.createFile(directory.resolve("memory.max"));

        assertThat(run(locale, root)).endsWith(" true true\n");
    }

    private static void write(Path file, String text) throws IOException {
        Files.write(file, text.getBytes(ISO_8859_1));
    }

    private static String run(String locale, Path root) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("systemd4j.jar") + ":" + System.getProperty("java.class.path");
        ProcessBuilder builder = new ProcessBuilder(
                List.of(java, "-Xint", "-cp", classPath, OddNamesProbe.class.getName(), root.toString()));
        builder.environment().put("LC_ALL", locale);
        builder.redirectErrorStream(true);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output;
    }
}
