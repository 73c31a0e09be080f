package io.github.systemd4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** The sockets and pipes that this process has open; files are opened by the JVM too, whenever it likes. */
final class Descriptors {

    private Descriptors() {}

    /** Each with its number. */
    static Set<String> open() {
        Set<String> open = new TreeSet<>();
        for (String number : Objects.requireNonNull(new File("/proc/self/fd").list())) {
            try {
                String link =
                        Files.readSymbolicLink(Path.of("/proc/self/fd", number)).toString();
                if (link.startsWith("socket:") || link.startsWith("pipe:") || link.contains("systemd4j-")) {
                    open.add(number + " " + link);
                }
            } catch (IOException e) {
                continue; // it is closed by now, as the directory itself is
            }
        }
        return open;
    }

    /** The pipes of a child are closed by whoever reads them, in a moment, and so are those of a child from before. */
    static void assertOpenedSince(Set<String> before, int expected) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        Set<String> since = open();
        since.removeAll(before);
        while (since.size() != expected && end - System.nanoTime() > 0) {
            Thread.onSpinWait();
            since = open();
            since.removeAll(before);
        }
        assertThat(since).hasSize(expected);
    }
}
