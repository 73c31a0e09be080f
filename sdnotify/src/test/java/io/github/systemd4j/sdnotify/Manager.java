package io.github.systemd4j.sdnotify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A manager for one test: a receiver on an abstract address of its own. */
final class Manager implements AutoCloseable {

    static final Duration SOON = Duration.ofSeconds(30);

    private static final AtomicLong NAMES = new AtomicLong();

    private final NotifyReceiver receiver;

    private Manager(NotifyReceiver receiver) {
        this.receiver = receiver;
    }

    static Manager start() throws IOException {
        return at(freshAddress());
    }

    static Manager at(String address) throws IOException {
        return new Manager(NotifyReceiver.bind(address));
    }

    static String freshAddress() {
        return "@systemd4j-test-" + ProcessHandle.current().pid() + "-" + NAMES.incrementAndGet();
    }

    Map<String, String> environment() {
        return Map.of("NOTIFY_SOCKET", receiver.address());
    }

    Notifier notifier() {
        return Notifier.of(environment());
    }

    Notifier notifier(Duration timeout) {
        return Notifier.of(environment(), timeout);
    }

    ReceivedNotification next() throws IOException {
        return receiver.receive(SOON).orElseThrow(() -> new AssertionError("no datagram in " + SOON));
    }

    String nextText() throws IOException {
        try (ReceivedNotification next = next()) {
            return new String(next.bytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    void assertNothingMore() throws IOException {
        assertThat(receiver.receive(Duration.ZERO)).isEmpty();
    }

    int drain() throws IOException {
        int count = 0;
        while (receiver.receive(Duration.ZERO).isPresent()) {
            count++;
        }
        return count;
    }

    /** Closes the descriptors of all that came, too. */
    void drainAndClose() throws IOException {
        for (var next = receiver.receive(Duration.ZERO); next.isPresent(); next = receiver.receive(Duration.ZERO)) {
            next.get().close();
        }
        close();
    }

    NotifyReceiver receiver() {
        return receiver;
    }

    @Override
    public void close() {
        receiver.close();
    }
}
