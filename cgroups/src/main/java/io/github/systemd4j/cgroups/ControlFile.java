package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Files of control groups and processes, a byte a character. With the streams of java.nio.file, which open a path whatever
 * its bytes are, and do not close themselves under a thread that was interrupted, as channels do.
 */
final class ControlFile {

    private ControlFile() {}

    /** What is in a file, as the JDK has it: for who explains a failure himself. */
    static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(ProcFile.LIMIT + 1);
            if (bytes.length > ProcFile.LIMIT) {
                throw new CgroupException(
                        "read", file.toString(), Errno.EFBIG, "more than " + ProcFile.LIMIT + " bytes");
            }
            return new String(bytes, ISO_8859_1);
        }
    }

    /**
     * A value is one write(2), and likewise not explained. Never creates a file: on cgroupfs that would be EACCES in the
     * place of ENOENT. The kernel takes each write as a whole; truncating is for recorded systems, of plain files.
     */
    static void put(Path file, String value) throws IOException {
        try (OutputStream out =
                Files.newOutputStream(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            out.write(value.getBytes(ISO_8859_1));
        }
    }

    static String read(Path file) throws CgroupException {
        try {
            return text(file);
        } catch (IOException e) {
            throw Refusal.ofReading(file, e);
        }
    }

    static void write(Path file, String value) throws CgroupException {
        try {
            put(file, value);
        } catch (IOException e) {
            throw Refusal.ofWriting(file, value, e);
        }
    }

    /** Writes what was there before, because something else could not be written. */
    static void restore(Path file, String value, CgroupException because) {
        try {
            write(file, value);
        } catch (CgroupException e) {
            because.addSuppressed(e);
        }
    }

    /** What is in a file, without the space around it; empty as well if it is not there or cannot be read. */
    static String peek(Path file) {
        try {
            return text(file).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** The number that a file consists of. */
    static long number(Path file) throws CgroupException {
        return Values.number(file, read(file).strip());
    }

    /** A number of a limit; {@link Long#MAX_VALUE} for none. */
    static long limit(Path file) throws CgroupException {
        long value = number(file);
        return value < 0 || Values.isUnlimited(value) ? Long.MAX_VALUE : value;
    }
}
