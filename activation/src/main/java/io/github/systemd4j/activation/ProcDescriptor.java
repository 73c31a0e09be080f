package io.github.systemd4j.activation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /proc/self/fd} and {@code /proc/self/fdinfo} know of a descriptor, proc(5). No system call of ours.
 *
 * @param flags as open(2) has them: access mode, {@code O_NONBLOCK}, {@code O_CLOEXEC}
 * @param mode as stat(2) has it, 0 if it could not be asked
 * @param link where the link points: {@code socket:[1234]}, or a path
 */
record ProcDescriptor(int flags, int mode, String link) {

    private static final Path FD = Path.of("/proc/self/fd");
    private static final Path FDINFO = Path.of("/proc/self/fdinfo");

    private static final int O_ACCMODE = 3;
    private static final int O_CLOEXEC = 0x80000;
    private static final int S_IFMT = 0xF000;
    private static final int S_IFIFO = 0x1000;
    private static final int S_IFCHR = 0x2000;
    private static final int S_IFREG = 0x8000;
    private static final int S_IFSOCK = 0xC000;

    /** Whether there is a /proc to be asked. */
    static boolean available() {
        return Files.isDirectory(FDINFO);
    }

    /** Null for a descriptor that is not open. */
    static @Nullable ProcDescriptor of(int fd) {
        try {
            String info = Files.readString(FDINFO.resolve(Integer.toString(fd)), ISO_8859_1);
            return new ProcDescriptor(flags(info), mode(fd), link(fd));
        } catch (IOException e) {
            return null;
        }
    }

    static Path path(int fd) {
        return FD.resolve(Integer.toString(fd));
    }

    private static int flags(String info) {
        for (String line : info.split("\n", -1)) {
            if (line.startsWith("flags:")) {
                return Integer.parseInt(line.substring(6).strip(), 8);
            }
        }
        return 0;
    }

    private static int mode(int fd) {
        try {
            return (Integer) Files.getAttribute(path(fd), "unix:mode");
        } catch (IOException | UnsupportedOperationException e) {
            return 0;
        }
    }

    private static String link(int fd) {
        try {
            return Files.readSymbolicLink(path(fd)).toString();
        } catch (IOException e) {
            return "";
        }
    }

    /** Whether exec(2) closes it: an inherited descriptor would not have come that far. */
    boolean closeOnExec() {
        return (flags & O_CLOEXEC) != 0;
    }

    boolean readable() {
        return (flags & O_ACCMODE) != 1;
    }

    boolean writable() {
        return (flags & O_ACCMODE) != 0;
    }

    /** The type as far as a file has one; of a socket it is only known that it is one. */
    DescriptorType type() {
        return switch (mode & S_IFMT) {
            case S_IFSOCK -> DescriptorType.OTHER_SOCKET;
            case S_IFIFO -> DescriptorType.FIFO;
            case S_IFREG -> DescriptorType.FILE;
            case S_IFCHR -> DescriptorType.CHARACTER_DEVICE;
            default -> link.startsWith("socket:") ? DescriptorType.OTHER_SOCKET : DescriptorType.OTHER;
        };
    }

    /** The path of a file; empty for what has none. */
    String path() {
        return link.startsWith("/") ? link : "";
    }

    /** The inode of a socket, as other files in /proc name it; empty for what is none. */
    String socketInode() {
        return link.startsWith("socket:[") ? link.substring(8, link.length() - 1) : "";
    }
}
