package io.github.systemd4j.cgroups;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of {@code /proc}, with the streams of java.io: the channels of java.nio close themselves under a thread
 * that was interrupted, and such a thread may still ask where it is.
 */
final class ProcFile {

    /** Larger than any mount table: the kernel allows 100,000 mounts. */
    static final int LIMIT = 64 << 20;

    private static final int USUAL_SIZE = 8192;

    private ProcFile() {}

    /** Reads a file whose size nobody knows before. */
    static byte[] read(Path file) throws IOException {
        try (InputStream in = new FileInputStream(file.toFile())) {
            byte[] buffer = new byte[USUAL_SIZE];
            int length = 0;
            for (int n; (n = in.read(buffer, length, buffer.length - length)) > 0; ) {
                length += n;
                if (length == LIMIT) {
                    throw new CgroupException(
                            "read", file.toString(), CgroupException.Errno.EFBIG, "more than " + LIMIT + " bytes");
                }
                if (length == buffer.length) {
                    buffer = Arrays.copyOf(buffer, Math.min(2 * length, LIMIT));
                }
            }
            return Arrays.copyOf(buffer, length);
        }
    }

    /**
     * A file that is asked again and again. Kept open: on procfs each read from the start is answered anew, and to open
     * costs more than to read. Whoever drops this drops the descriptor, by the JDK's cleaner. Not thread safe.
     */
    static final class Kept {

        private final Path path;
        private final byte[] buffer = new byte[USUAL_SIZE];
        private @Nullable RandomAccessFile file;

        Kept(Path path) {
            this.path = path;
        }

        /** The same array as before if it still says the same. */
        byte[] read(byte[] before) throws IOException {
            int length;
            try {
                length = fill();
            } catch (IOException e) {
                close();
                length = fill(); // /proc may have been mounted anew
            }
            if (length == buffer.length) {
                return ProcFile.read(path);
            }
            return Arrays.equals(buffer, 0, length, before, 0, before.length) ? before : Arrays.copyOf(buffer, length);
        }

        /** One read: the kernel gives all of /proc/PID/cgroup at once, or as much as fits. */
        private int fill() throws IOException {
            RandomAccessFile open = file;
            if (open == null) {
                open = new RandomAccessFile(path.toFile(), "r");
                file = open;
            } else {
                open.seek(0);
            }
            return Math.max(open.read(buffer), 0);
        }

        private void close() throws IOException {
            RandomAccessFile open = file;
            file = null;
            if (open != null) {
                open.close();
            }
        }
    }
}
