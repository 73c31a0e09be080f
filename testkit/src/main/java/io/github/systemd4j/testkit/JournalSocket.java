package io.github.systemd4j.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** All that a {@link JournalDaemon} has while a test runs. Waits may be called from several threads, one at a time. */
final class JournalSocket implements Closeable {

    private final PrivateDirectory directory;
    private final Path path;
    private final NativeSocket socket;
    private final Arrivals<JournalEntry> arrivals = new Arrivals<>();
    private final Thread reader = new Thread(this::read, "systemd4j-journal-daemon");
    private final Object waiting = new Object();
    private final Set<JournalEntry> found = Collections.newSetFromMap(new IdentityHashMap<>()); // guarded by waiting

    private JournalSocket(Calls calls, PrivateDirectory directory) throws IOException {
        this.directory = directory;
        this.path = directory.resolve("socket");
        this.socket = NativeSocket.bind(calls.libc(), path);
    }

    static JournalSocket open() throws IOException {
        Calls calls = Calls.open();
        PrivateDirectory directory = PrivateDirectory.create();
        try {
            JournalSocket opened = new JournalSocket(calls, directory);
            opened.reader.setDaemon(true);
            opened.reader.start();
            return opened;
        } catch (IOException | RuntimeException | Error e) {
            try {
                directory.close();
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private void read() {
        try {
            List<JournalEntry> next = socket.receive();
            while (!next.isEmpty()) {
                next.forEach(arrivals::add);
                next = socket.receive();
            }
        } catch (IOException | RuntimeException e) {
            arrivals.fail(e);
        }
    }

    String path() {
        return path.toString();
    }

    /** The first that is wanted and that no wait before has found. */
    JournalEntry await(String what, Predicate<? super JournalEntry> wanted, Duration timeout) {
        synchronized (waiting) {
            int index = arrivals.await(0, entry -> !found.contains(entry) && wanted.test(entry), timeout, () -> false);
            if (index < 0) {
                String end = Thread.currentThread().isInterrupted() ? "; the wait was interrupted" : "";
                throw new AssertionError("no " + what + " in " + timeout + end + describe());
            }
            JournalEntry entry = arrivals.all().get(index);
            found.add(entry);
            return entry;
        }
    }

    /** What came, for whoever wonders why a test failed. */
    String describe() {
        List<JournalEntry> all = arrivals.all();
        return all.isEmpty()
                ? "; nothing came to " + path
                : "; this came:" + all.stream().map(each -> "\n  " + each).collect(Collectors.joining());
    }

    List<JournalEntry> entries() {
        return arrivals.all();
    }

    List<JournalEntry> during(Duration time) {
        return arrivals.during(time);
    }

    @Override
    public void close() throws IOException {
        socket.shutdown();
        Threads.join(reader);
        All.close(List.<Closeable>of(socket::close, directory));
    }
}
