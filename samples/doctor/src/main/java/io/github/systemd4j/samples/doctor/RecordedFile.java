package io.github.systemd4j.samples.doctor;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that was named on the command line; whatever is wrong with it is one sentence. */
final class RecordedFile {

    private static final int LIMIT = 64 << 20; // no kernel writes that much

    private RecordedFile() {}

    static byte[] read(String name) throws IOException {
        try {
            Path file = Path.of(name);
            if (Files.isDirectory(file)) {
                throw new IOException(name + ": is a directory");
            }
            try (var in = Files.newInputStream(file)) {
                byte[] text = in.readNBytes(LIMIT + 1);
                if (text.length > LIMIT) {
                    throw new IOException(name + ": is longer than anything that the kernel writes");
                }
                return text;
            }
        } catch (NoSuchFileException e) {
            throw new IOException(name + ": there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new IOException(name + ": this user may not read it", e);
        } catch (InvalidPathException e) {
            throw new IOException(name + ": this locale cannot name such a file", e);
        }
    }
}
