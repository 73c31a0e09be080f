package io.github.systemd4j.samples.supervisor;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.sdnotify.Notification;
import io.github.systemd4j.sdnotify.Notifier;
import java.io.IOException;
import java.nio.channels.Channel;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The descriptors that systemd keeps for this service over its restarts. They are found by name: they come back in any
 * order. Thread safe.
 */
final class Store {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Activation activation;
    private final Notifier notifier;

    Store(Activation activation, Notifier notifier) {
        this.activation = activation;
        this.notifier = notifier;
    }

    /** One that came back, and that nobody took yet. */
    Optional<InheritedDescriptor> find(String name) {
        return activation.first(name);
    }

    /** The names of those that nobody took. */
    List<String> untaken() {
        return activation.descriptors().stream()
                .filter(each -> !each.isTaken())
                .map(InheritedDescriptor::name)
                .toList();
    }

    /** Those whose names begin so, and that nobody took, by the numbers at the end of their names. */
    List<InheritedDescriptor> untaken(String prefix) {
        return activation.descriptors().stream()
                .filter(each -> !each.isTaken() && each.name().startsWith(prefix))
                .sorted(Comparator.comparingInt(
                                (InheritedDescriptor each) -> each.name().length())
                        .thenComparing(InheritedDescriptor::name))
                .toList();
    }

    void put(String name, Channel channel) throws IOException {
        try (InheritedDescriptor copy = InheritedDescriptor.copyOf(channel, name)) {
            put(name, copy.number());
        }
    }

    /**
     * Without a poll: systemd drops what has hung up, and to us a pipe whose writer has gone still has lines, and a process
     * that has ended is news.
     */
    void put(String name, int descriptor) throws IOException {
        notifier.send(Notification.builder()
                        .storeDescriptors(name, descriptor)
                        .noPoll()
                        .build())
                .orThrow();
    }

    /** Returns when systemd has read all that was sent. */
    void settle() throws IOException {
        notifier.barrier(PATIENCE).orThrow();
    }

    /** Has systemd close all that it has of this name; ours too, if nobody took it. */
    void remove(String name) {
        activation.named(name).forEach(InheritedDescriptor::close);
        notifier.send(Notification.builder().removeDescriptors(name).build());
    }
}
