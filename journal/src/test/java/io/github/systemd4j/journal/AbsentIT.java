package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.journal.FakeStream.Line;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where there is no journald, the library costs nothing: no back-end is loaded; and where there is none of those. */
@Timeout(120)
class AbsentIT {

    private static final String BACKEND = "io.github.systemd4j.linux.backend";

    @TempDir
    private Path directory;

    @Test
    void noClassOfJnaOrForeignIsLoaded() throws Exception {
        assertThat(run(System.getProperty(BACKEND, ""), directory.resolve("none")))
                .contains("NotUnderJournald")
                .contains("stream: NotUnderJournald")
                .contains("dropped 1, diverted 0")
                .satisfies(AbsentIT::hasLoadedNothing);
    }

    private static void hasLoadedNothing(String output) {
        assertThat(output)
                .contains("io.github.systemd4j.journal.JournalWriter ")
                .contains("io.github.systemd4j.journal.StandardStreams ")
                .doesNotContain("com.sun.jna")
                .doesNotContain("java.lang.foreign.")
                .doesNotContain("jdk.internal.foreign.")
                .doesNotContain("io.github.systemd4j.linux.libc");
    }

    /** Lines arrive, those of the writer and those of a stream, and neither JNA nor FFM is there. */
    @Test
    void theStreamNeedsNoneOfThem() throws Exception {
        try (FakeStream journal = FakeStream.at(directory.resolve("stdout"))) {
            assertThat(run(System.getProperty(BACKEND, ""), directory.resolve("none"), "STREAM"))
                    .contains("NotUnderJournald")
                    .contains("stream: Sent")
                    .contains("dropped 0, diverted 1")
                    .satisfies(AbsentIT::hasLoadedNothing);
            try (FakeStream.Stream writer = journal.accept();
                    FakeStream.Stream stream = journal.accept()) {
                assertThat(writer.header()).isEqualTo("\n\n6\n1\n0\n0\n0\n");
                assertThat(writer.rest()).containsExactly(Line.of(6, "nobody reads this"));
                assertThat(stream.header()).startsWith("probe\n");
                assertThat(stream.rest()).containsExactly(Line.of(6, "by itself"));
            }
        }
    }

    /** The socket for records is there, and native code is refused. */
    @Test
    void withoutSystemCallsTheTextGoesByTheStream() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        try (FakeStream journal = FakeStream.at(directory.resolve("stdout"))) {
            assertThat(run("none", file, "STREAM_THEN_STDERR"))
                    .contains("ENOSYS (38): no system calls: chosen by -D" + BACKEND)
                    .contains("dropped 0, diverted 1");
            try (FakeStream.Stream writer = journal.accept()) {
                writer.header();
                assertThat(writer.rest()).containsExactly(Line.of(6, "nobody reads this"));
            }
        }
    }

    @Test
    void theSameLookFindsThemWhereTheyAreLoaded() throws Exception {
        String expected = System.getProperty("systemd4j.expected.backend");

        assertThat(run(System.getProperty(BACKEND, ""), Files.createFile(directory.resolve("file"))))
                .contains("ECONNREFUSED (111)")
                .contains("io.github.systemd4j.linux.libc")
                .contains("ffm".equals(expected) ? "java.lang.foreign.Linker" : "com.sun.jna");
    }

    @Test
    void withoutSystemCallsItIsAnAnswerWithTheReason() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        for (String fallback : List.of("DROP", "STREAM")) {
            assertThat(run("none", file, fallback))
                    .contains("ENOSYS (38): no system calls: chosen by -D" + BACKEND)
                    .contains("dropped 1, diverted 0");
        }
    }

    /** The last resort: no native code, no stream. */
    @Test
    void withoutSystemCallsAThreadWritesToTheStandardError() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        for (String fallback : List.of("STDERR", "STREAM_THEN_STDERR")) {
            assertThat(run("none", file, fallback))
                    .contains("ENOSYS (38): no system calls: chosen by -D" + BACKEND)
                    .contains("<6>nobody reads this\n")
                    .contains("dropped 0, diverted 1");
        }
    }

    @Test
    void theStandardErrorOfARealProcess() throws Exception {
        assertThat(run(System.getProperty(BACKEND, ""), directory.resolve("none"), "STDERR"))
                .contains("NotUnderJournald")
                .contains("<6>nobody reads this\n")
                .contains("dropped 0, diverted 1");
    }

    private static String run(String backend, Path socket, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xlog:class+load",
                "-D" + BACKEND + "=" + backend,
                "-cp",
                System.getProperty("java.class.path"),
                AbsentProbe.class.getName(),
                socket.toString()));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        // What is loaded before our first class is the VM's own, which has some of java.lang.foreign in its archive.
        return output.substring(output.indexOf(AbsentProbe.class.getName() + " source"));
    }
}
