package io.github.systemd4j.testkit;

import io.github.systemd4j.activation.SocketProcess;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The processes of a test and their end, which is sure and within a bound. Not thread safe. */
final class Children {

    /** SIGKILL is not refused; a process that is still there waits for a device or a debugger. */
    private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);

    private final Duration stopTimeout;
    private final List<SocketProcess> started = new ArrayList<>();

    Children(Duration stopTimeout) {
        this.stopTimeout = stopTimeout;
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
        List<ProcessHandle> others =
                children.stream().flatMap(Children::descendants).toList();
        children.forEach(SocketProcess::destroy);
        try {
            if (!waitFor(children, stopTimeout)) {
                children.forEach(SocketProcess::destroyForcibly);
            }
        } catch (InterruptedException e) {
            interrupted = true;
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

    private static Stream<ProcessHandle> descendants(SocketProcess child) {
        return child.isAlive()
                ? ProcessHandle.of(child.pid()).stream().flatMap(ProcessHandle::descendants)
                : Stream.of();
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
