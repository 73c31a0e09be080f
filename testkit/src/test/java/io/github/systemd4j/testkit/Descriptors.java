package io.github.systemd4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** How many sockets and pipes this process has open; files are opened by the JVM too, whenever it likes. */
final class Descriptors {

    private Descriptors() {}

    static long count() {
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            return links.map(Descriptors::link)
                    .filter(link ->
                            link.startsWith("socket:") || link.startsWith("pipe:") || link.contains("systemd4j-"))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The pipes of a child are closed by whoever reads them, in a moment. */
    static void assertCount(long expected) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        long count = count();
        while (count != expected && end - System.nanoTime() > 0) {
            Thread.onSpinWait();
            count = count();
        }
        assertThat(count).isEqualTo(expected);
    }

    private static String link(Path path) {
        try {
            return Files.readSymbolicLink(path).toString();
        } catch (IOException e) {
            return ""; // the directory's own
        }
    }
}
