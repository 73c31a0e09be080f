package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import java.io.File;
import java.util.Objects;

/** Raw descriptors for tests. */
final class Descriptors {

    static final Libc LIBC = Objects.requireNonNull(Backend.current().libc());

    private Descriptors() {}

    /** How many this process has open. */
    static int count() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
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
