package io.github.systemd4j.cgroups;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of {@code /proc}. The streams of java.io are cheapest for a file that is read once, a channel for one that
 * is kept. The latter closes itself under a thread that was interrupted, and such a thread may still ask where it is.
 */
final class ProcFile {

    /** Larger than any mount table: the kernel allows 100,000 mounts. */
    static final int LIMIT = 64 << 20;

    /** What procfs gives in one read of a file of many lines. */
    private static final int USUAL_SIZE = 4096;

    private ProcFile() {}

    /** Reads a file whose size nobody knows before. */
    static byte[] read(Path file) throws IOException {
        return read(file.toFile(), new byte[USUAL_SIZE], false);
    }

    /**
     * Reads a file whose size nobody knows before.
     *
     * @param atOnce whether the kernel gives all at once, or as much as fits; true of /proc/PID/cgroup
     */
    private static byte[] read(File file, byte[] usual, boolean atOnce) throws IOException {
        try (InputStream in = new FileInputStream(file)) {
            byte[] buffer = usual;
            int length = 0;
            for (int n; (n = in.read(buffer, length, buffer.length - length)) > 0; ) {
                length += n;
                if (atOnce && length < usual.length) {
                    break;
                }
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

    /** Reads files one after the other into the same buffer. Not thread safe. */
    static final class Reused {

        private final byte[] buffer = new byte[USUAL_SIZE];

        byte[] read(File file) throws IOException {
            return ProcFile.read(file, buffer, false);
        }

        byte[] readAtOnce(File file) throws IOException {
            return ProcFile.read(file, buffer, true);
        }
    }

    /**
     * A file that is asked again and again. The first time it is read and closed, for who asks only once. From then on
     * it is kept open: on procfs each read from the start is answered anew, and to open costs more than to read. Whoever
     * drops this drops the descriptor, by the JDK's cleaner. Not thread safe.
     */
    static final class Kept {

        private final Path path;
        private final Reused reused;
        private byte[] bytes = {};
        private ByteBuffer buffer = ByteBuffer.wrap(bytes);
        private boolean asked;
        private @Nullable FileChannel channel;

        Kept(Path path, Reused reused) {
            this.path = path;
            this.reused = reused;
        }

        /** The same array as before if it still says the same. */
        byte[] read(byte[] before) throws IOException {
            if (!asked) {
                asked = true;
                return reused.readAtOnce(path.toFile());
            }
            int length = fill();
            if (length == bytes.length) {
                return reused.readAtOnce(path.toFile());
            }
            return Arrays.equals(bytes, 0, length, before, 0, before.length) ? before : Arrays.copyOf(bytes, length);
        }

        /**
         * One read: the kernel gives all of /proc/PID/cgroup at once, or as much as fits. Once more, if a thread that
         * was interrupted has closed the channel, or if /proc was mounted anew.
         */
        private int fill() throws IOException {
            boolean interrupted = false;
            try {
                for (boolean first = true; ; first = false) {
                    try {
                        return Math.max(open().read(buffer.clear(), 0), 0);
                    } catch (IOException e) {
                        close();
                        interrupted |= Thread.interrupted();
                        if (!first && !(e instanceof ClosedByInterruptException)) {
                            throw e;
                        }
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private FileChannel open() throws IOException {
            FileChannel open = channel;
            if (open == null) {
                open = FileChannel.open(path);
                channel = open;
                bytes = new byte[USUAL_SIZE];
                buffer = ByteBuffer.wrap(bytes);
            }
            return open;
        }

        private void close() throws IOException {
            FileChannel open = channel;
            channel = null;
            if (open != null) {
                open.close();
            }
        }
    }
}
