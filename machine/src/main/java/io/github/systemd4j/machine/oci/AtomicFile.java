package io.github.systemd4j.machine.oci;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Replaces a file by another in one step: a new one beside it, forced to the disk, then renamed. */
final class AtomicFile {

    private AtomicFile() {}

    static void write(Path file, byte[] content) throws OciException {
        Path created = null;
        try {
            Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
            created = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".new");
            fill(created, content);
            resemble(created, target);
            Files.move(created, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            OciException failure = OciException.of("write", file, e);
            if (created != null) {
                delete(created, failure);
            }
            throw failure;
        }
    }

    private static void fill(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
    }

    /** A temporary file is its owner's alone; the one that it replaces may be read by others. */
    private static void resemble(Path created, Path target) throws IOException {
        if (Files.notExists(target)) {
            Files.setAttribute(created, "unix:mode", 0644);
            return;
        }
        Map<String, Object> old = Files.readAttributes(target, "unix:uid,gid,mode");
        Map<String, Object> now = Files.readAttributes(created, "unix:uid,gid");
        for (String owner : new String[] {"uid", "gid"}) {
            Object id = old.get(owner);
            if (id != null && !id.equals(now.get(owner))) {
                Files.setAttribute(created, "unix:" + owner, id);
            }
        }
        Files.setAttribute(created, "unix:mode", old.get("mode") instanceof Integer mode ? mode & 07777 : 0644);
    }

    private static void delete(Path file, OciException because) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }
}
