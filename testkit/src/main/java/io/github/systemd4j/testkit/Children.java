package io.github.systemd4j.testkit;

import io.github.systemd4j.activation.SocketProcess;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The processes of a test and their end, which is sure and within a bound. Not thread safe. */
final class Children {

    static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration LONGEST = Duration.ofDays(1);
    /** SIGKILL is not refused; a process that is still there waits for a device or a debugger. */
    private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);

    private final Duration stopTimeout;
    private final List<SocketProcess> started = new ArrayList<>();

    Children(Duration stopTimeout) {
        this.stopTimeout = stopTimeout;
    }

    static Duration checked(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("timeout: " + timeout + ", must be positive and at most " + LONGEST);
        }
        return timeout;
    }

    void add(SocketProcess child) {
        started.add(child);
    }

    /** SIGTERM to all, SIGKILL to those that are still there after the bound, and to what they have started. */
    void stop() throws IOException {
        // An interrupt, as of a test that is out of time, must not keep them alive, and is not lost.
        boolean interrupted = Thread.interrupted();
        List<SocketProcess> children = List.copyOf(started);
        started.clear();
        Set<ProcessHandle> others = descendants(children);
        children.forEach(SocketProcess::destroy);
        boolean ended = false;
        try {
            ended = waitFor(children, stopTimeout);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (!ended) {
            others.addAll(descendants(children)); // they may have started more since
            children.forEach(SocketProcess::destroyForcibly);
        }
        others.forEach(ProcessHandle::destroyForcibly);
        try {
            if (!waitFor(children, KILL_PATIENCE)) {
                throw new IOException("still there after SIGKILL: " + children);
            }
        } catch (InterruptedException e) {
            interrupted = true; // the second: whoever is that impatient does not wait
        } finally {
            children.forEach(Children::closeStreams);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean waitFor(List<SocketProcess> children, Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        boolean ended = true;
        for (SocketProcess child : children) {
            ended &= child.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
        return ended;
    }

    private static Set<ProcessHandle> descendants(List<SocketProcess> children) {
        return children.stream()
                .filter(SocketProcess::isAlive)
                .flatMap(child -> ProcessHandle.of(child.pid()).stream())
                .flatMap(ProcessHandle::descendants)
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static void closeStreams(SocketProcess child) {
        for (Closeable stream :
                new Closeable[] {child.getOutputStream(), child.getInputStream(), child.getErrorStream()}) {
            try {
                stream.close();
            } catch (IOException e) {
                // what was not written has nobody left to read it
            }
        }
    }
}
