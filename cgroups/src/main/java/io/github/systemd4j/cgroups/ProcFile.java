package io.github.systemd4j.cgroups;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads files of {@code /proc}, whose size nobody knows before. */
final class ProcFile {

    /** Larger than any mount table: the kernel allows 100,000 mounts. */
    static final int LIMIT = 64 << 20;

    /** Enough for most machines. */
    private static final int USUAL_SIZE = 2048;

    private ProcFile() {}

    static byte[] read(Path file) throws IOException {
        return new Buffer().read(file);
    }

    /** What files are read into, one after the other. Not thread safe. */
    static final class Buffer {

        private ByteBuffer bytes = ByteBuffer.wrap(new byte[USUAL_SIZE]);

        byte[] read(Path file) throws IOException {
            return Uninterrupted.run(() -> {
                try (FileChannel channel = FileChannel.open(file)) {
                    return read(channel, file);
                }
            });
        }

        private byte[] read(FileChannel channel, Path file) throws IOException {
            bytes.clear();
            while (channel.read(bytes) > 0) {
                if (!bytes.hasRemaining()) {
                    grow(file);
                }
            }
            return Arrays.copyOf(bytes.array(), bytes.position());
        }

        private void grow(Path file) throws CgroupException {
            int length = bytes.position();
            if (length == LIMIT) {
                throw new CgroupException(
                        "read", file.toString(), CgroupException.Errno.EFBIG, "more than " + LIMIT + " bytes");
            }
            byte[] larger = Arrays.copyOf(bytes.array(), Math.min(2 * length, LIMIT));
            bytes = ByteBuffer.wrap(larger).position(length);
        }
    }

    /**
     * The {@code /proc/self/cgroup} of a system that is asked again and again. The first time it is read and closed, for
     * who asks only once. From then on it is kept open: each read from the start is answered anew, and to open costs
     * more than to read. Whoever drops this drops the descriptor, by the JDK's cleaner. Not thread safe.
     */
    static final class Kept {

        private final Path file;
        private final ByteBuffer bytes = ByteBuffer.wrap(new byte[USUAL_SIZE / 2]);
        private boolean asked;
        private @Nullable FileChannel channel;

        Kept(Path file) {
            this.file = file;
        }

        /** The same array as before if it still says the same. */
        byte[] read(byte[] before) throws IOException {
            int length = asked ? again() : first();
            asked = true;
            byte[] array = bytes.array();
            if (length == array.length) {
                return ProcFile.read(file);
            }
            return Arrays.equals(array, 0, length, before, 0, before.length) ? before : Arrays.copyOf(array, length);
        }

        private int first() throws IOException {
            return Uninterrupted.run(() -> {
                try (FileChannel once = FileChannel.open(file)) {
                    return fill(once);
                }
            });
        }

        private int again() throws IOException {
            return Uninterrupted.run(() -> {
                FileChannel open = channel;
                if (open != null) {
                    try {
                        return fill(open);
                    } catch (ClosedByInterruptException e) {
                        channel = null;
                        throw e;
                    } catch (IOException e) {
                        open.close(); // /proc may have been mounted anew
                    }
                }
                open = FileChannel.open(file);
                channel = open;
                return fill(open);
            });
        }

        /** One read: the kernel gives all of it at once, or as much as fits. */
        private int fill(FileChannel from) throws IOException {
            return Math.max(from.read(bytes.clear(), 0), 0);
        }
    }
}
