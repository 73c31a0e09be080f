package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Raw descriptors for tests. */
final class Descriptors {

    static final Libc LIBC = Objects.requireNonNull(Backend.current().libc());

    private Descriptors() {}

    /**
     * What is open, each with its number; but for files other than those of a test, which the JVM opens too, whenever it
     * likes: to look at its memory limit, for instance.
     */
    static Set<String> open() {
        Set<String> open = new TreeSet<>();
        for (String number : Objects.requireNonNull(new File("/proc/self/fd").list())) {
            try {
                String link =
                        Files.readSymbolicLink(Path.of("/proc/self/fd", number)).toString();
                if (!link.startsWith("/") || link.matches("/memfd:.*|/dev/null|.*/junit.*")) {
                    open.add(number + " " + link);
                }
            } catch (IOException e) {
                continue; // it is closed by now, as the directory itself is
            }
        }
        return open;
    }

    /** Not a count: of a child that has ended the JDK closes the pipes when it gets round to it. */
    static Set<String> openedSince(Set<String> before) {
        Set<String> opened = open();
        opened.removeAll(before);
        return opened;
    }

    /** Read end and write end. */
    static int[] pipe() {
        Memory memory = Memory.allocate(LIBC, 8);
        check(LIBC.pipe2(memory.address(), Constants.O_CLOEXEC));
        memory.keepAlive();
        return new int[] {memory.bytes().getInt(0), memory.bytes().getInt(4)};
    }

    static void write(int fd, byte value) {
        Memory memory = Memory.allocate(LIBC, 8);
        memory.bytes().put(0, value);
        check((int) LIBC.write(fd, memory.address(), 1));
        memory.keepAlive();
    }

    static byte read(int fd) {
        Memory memory = Memory.allocate(LIBC, 8);
        check((int) LIBC.read(fd, memory.address(), 1));
        memory.keepAlive();
        return memory.bytes().get(0);
    }

    static void close(int... fds) {
        for (int fd : fds) {
            check(LIBC.close(fd));
        }
    }

    private static void check(int result) {
        if (result < 0) {
            throw new AssertionError("errno " + -result);
        }
    }
}
