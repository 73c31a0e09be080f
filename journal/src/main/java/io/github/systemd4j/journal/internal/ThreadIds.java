package io.github.systemd4j.journal.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The kernel's number of the current thread, asked for once in each: gettid(2), read from {@code /proc/thread-self},
 * which needs no native code. What is kept for a thread is a number, whose class no application has loaded. Thread safe.
 */
final class ThreadIds {

    private static final Path SELF = Path.of("/proc/thread-self");
    private static final Integer NONE = 0;

    private final ThreadLocal<Integer> known = new ThreadLocal<>();

    /** The number, 0 where there is none: a virtual thread's changes. */
    int current() {
        Thread thread = Thread.currentThread();
        Class<?> type = thread.getClass();
        if (type != Thread.class && type.getName().startsWith("java.lang.")) {
            return 0; // VirtualThread, whose own methods only JDK 21 has
        }
        Integer id = known.get();
        if (id == null) {
            id = ask();
            known.set(id);
        }
        return id;
    }

    private static Integer ask() {
        try {
            return Integer.valueOf(Files.readSymbolicLink(SELF).getFileName().toString());
        } catch (IOException | RuntimeException e) {
            return NONE; // no proc, or that of another kernel
        }
    }
}
