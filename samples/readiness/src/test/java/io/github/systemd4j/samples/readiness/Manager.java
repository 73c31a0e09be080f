package io.github.systemd4j.samples.readiness;

import io.github.systemd4j.sdnotify.NotifyReceiver;
import io.github.systemd4j.sdnotify.ReceivedNotification;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Stands in for systemd: a bound address, and what came to it. */
final class Manager implements AutoCloseable {

    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final NotifyReceiver receiver;

    Manager() throws IOException {
        receiver = NotifyReceiver.bind(
                "@systemd4j-readiness-test-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet());
    }

    String address() {
        return receiver.address();
    }

    /** Waits for a datagram that has the field. */
    Map<String, String> await(String field) throws IOException {
        return await(fields -> fields.containsKey(field), field);
    }

    /** Waits for a datagram whose status contains the text. */
    Map<String, String> awaitStatus(String text) throws IOException {
        return await(fields -> fields.getOrDefault("STATUS", "").contains(text), "STATUS with \"" + text + "\"");
    }

    private Map<String, String> await(Predicate<Map<String, String>> wanted, String what) throws IOException {
        List<Map<String, String>> others = new ArrayList<>();
        long end = System.nanoTime() + BOUND.toNanos();
        for (long left = BOUND.toNanos(); left > 0; left = end - System.nanoTime()) {
            Optional<ReceivedNotification> received = receiver.receive(Duration.ofNanos(left));
            if (received.isPresent() && wanted.test(received.get().fields())) {
                return received.get().fields();
            }
            received.ifPresent(other -> others.add(other.fields()));
        }
        throw new AssertionError("no " + what + " in " + BOUND + ", but " + others);
    }

    /** All that comes within a time. */
    List<Map<String, String>> within(Duration time) throws IOException {
        List<Map<String, String>> all = new ArrayList<>();
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            receiver.receive(Duration.ofNanos(left)).ifPresent(received -> all.add(received.fields()));
        }
        return all;
    }

    @Override
    public void close() {
        receiver.close();
    }
}
