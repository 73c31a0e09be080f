package io.github.systemd4j.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;

/** A directory for sockets that goes with what is in it. */
final class PrivateDirectory implements Closeable {

    /** The longest unix address, less the slash and the name of a socket in it. */
    private static final int LONGEST = 107 - 8;

    private final Path path;

    private PrivateDirectory(Path path) {
        this.path = path;
    }

    static PrivateDirectory create() throws IOException {
        PrivateDirectory directory = new PrivateDirectory(Files.createTempDirectory(
                "systemd4j-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
        try {
            directory.checkLength();
            return directory;
        } catch (IOException e) {
            directory.close();
            throw e;
        }
    }

    private void checkLength() throws IOException {
        String text = path.toString();
        if (text.length() > LONGEST || !text.chars().allMatch(c -> c < 0x80)) {
            throw new IOException(text + ": too long for the path of a unix socket, or not ASCII; run the tests with"
                    + " -Djava.io.tmpdir=/tmp, or another short path");
        }
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.delete(path);
    }
}
