package io.github.systemd4j.samples.systemddocker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * {@code --pid-file}: the pid of the container's first process. There is never a half of it to be read, and it goes when
 * the container has.
 */
final class PidFile {

    private final @Nullable Path file;

    /**
     * @param file where to; null for none
     */
    PidFile(@Nullable Path file) {
        this.file = file;
    }

    void write(long pid) throws IOException {
        if (file == null) {
            return;
        }
        Path whole = file.toAbsolutePath();
        Path part = whole.resolveSibling(whole.getFileName() + ".new");
        try {
            Files.writeString(part, pid + "\n");
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new IOException("--pid-file " + file + ": it cannot be written: " + e, e);
        }
    }

    void remove() throws IOException {
        if (file != null) {
            Files.deleteIfExists(file);
        }
    }
}
