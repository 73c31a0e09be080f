package io.github.systemd4j.testkit;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.activation.SocketLauncher;
import io.github.systemd4j.activation.SocketProcess;
import io.github.systemd4j.sdnotify.NotifyReceiver;
import io.github.systemd4j.sdnotify.ReceivedNotification;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** All that a {@link ServiceManager} has while a test runs. Waits may be called from several threads, one at a time. */
final class NotifySocket implements Closeable {

    private static final Duration READING = Duration.ofHours(1);

    private final PrivateDirectory directory;
    private final NotifyReceiver receiver;
    private final DescriptorStore store;
    private final Children children;
    private final Arrivals<Notice> arrivals = new Arrivals<>();
    private final List<Activation> activations = new ArrayList<>(); // guarded by this, as the children are
    private final Thread reader = new Thread(this::read, "systemd4j-service-manager");
    private final long opened = System.nanoTime();
    /** Those that were started since the last stop. A snapshot, for waits must not wait for a start. */
    private volatile List<SocketProcess> started = List.of();

    private final Object waiting = new Object();
    // Where the last wait has got to, and by which fields. Both guarded by waiting.
    private final Set<String> found = new HashSet<>();
    private int position;

    private NotifySocket(Calls calls, PrivateDirectory directory, Duration stopTimeout) throws IOException {
        this.directory = directory;
        this.store = new DescriptorStore(calls);
        this.children = new Children(stopTimeout);
        this.receiver = NotifyReceiver.bind(directory.resolve("notify").toString());
    }

    static NotifySocket open(Duration stopTimeout) throws IOException {
        Calls calls = Calls.open();
        PrivateDirectory directory = PrivateDirectory.create();
        try {
            NotifySocket socket = new NotifySocket(calls, directory, stopTimeout);
            socket.reader.setDaemon(true);
            socket.reader.start();
            return socket;
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
            Optional<ReceivedNotification> next = receiver.receive(READING);
            while (next.isPresent()) {
                try (ReceivedNotification received = next.get()) { // closing answers a barrier
                    Notice notice = new Notice(Duration.ofNanos(System.nanoTime() - opened), received);
                    store.apply(received);
                    arrivals.add(notice);
                }
                next = receiver.receive(READING);
            }
        } catch (IOException | RuntimeException e) {
            arrivals.fail(e);
        }
    }

    String address() {
        return receiver.address();
    }

    /** The first that is wanted, from the one on that the last wait found; or after it, if that wait was for the same. */
    Notice await(String field, String what, Predicate<Notice> wanted, Duration timeout) {
        synchronized (waiting) {
            int from = found.contains(field) ? position + 1 : position;
            int index = arrivals.await(from, wanted, timeout, this::hasFailed);
            if (index < 0) {
                throw new AssertionError("no " + what + " in " + timeout + end() + describe(from));
            }
            if (index != position) {
                found.clear();
                position = index;
            }
            found.add(field);
            return arrivals.all().get(index);
        }
    }

    /** Whether nobody is left to say anything, and the last has not ended well. */
    private boolean hasFailed() {
        List<SocketProcess> processes = started;
        return !processes.isEmpty()
                && processes.stream().noneMatch(Process::isAlive)
                && processes.get(processes.size() - 1).exitValue() != 0;
    }

    private String end() {
        if (Thread.currentThread().isInterrupted()) {
            return "; the wait was interrupted";
        }
        return started.stream()
                .filter(process -> !process.isAlive())
                .map(process -> "; process " + process.pid() + " has ended with status " + process.exitValue())
                .collect(Collectors.joining());
    }

    /** What came, for whoever wonders why a test failed. */
    String describe(int from) {
        List<Notice> all = arrivals.all();
        if (all.isEmpty()) {
            return "; nothing came to NOTIFY_SOCKET=" + address();
        }
        return from == 0
                ? lines("; this came:", all)
                : lines("; this came since:", all.subList(from, all.size()))
                        + lines("; and before:", all.subList(0, from));
    }

    private static String lines(String title, List<Notice> notices) {
        if (notices.isEmpty()) {
            return title + " nothing";
        }
        return notices.stream().map(each -> "\n  " + each).collect(Collectors.joining("", title, ""));
    }

    List<Notice> notices() {
        return arrivals.all();
    }

    List<Notice> during(Duration time) {
        return arrivals.during(time);
    }

    Duration now() {
        return Duration.ofNanos(System.nanoTime() - opened);
    }

    List<String> stored() {
        return store.names();
    }

    synchronized Activation activation() throws IOException {
        Activation activation = Activation.of(store.copies());
        activations.add(activation);
        return activation;
    }

    synchronized SocketProcess start(ProcessBuilder program) throws IOException {
        List<InheritedDescriptor> copies = store.copies();
        try {
            SocketLauncher launcher = new SocketLauncher(program);
            copies.forEach(launcher::socket);
            SocketProcess child = launcher.start();
            children.add(child);
            List<SocketProcess> processes = new ArrayList<>(started);
            processes.add(child);
            started = List.copyOf(processes);
            var unused = child.onExit().thenRun(arrivals::changed);
            return child;
        } finally {
            copies.forEach(InheritedDescriptor::close);
        }
    }

    synchronized void stop() throws IOException {
        started = List.of();
        children.stop();
    }

    @Override
    public void close() throws IOException {
        List<Closeable> all = new ArrayList<>();
        all.add(this::stop);
        all.add(this::stopReading);
        synchronized (this) {
            activations.forEach(each -> all.add(each::closeUntaken));
        }
        all.add(store::close);
        all.add(receiver::close);
        all.add(directory);
        All.close(all);
    }

    private void stopReading() {
        receiver.shutdown();
        Threads.join(reader);
    }
}
