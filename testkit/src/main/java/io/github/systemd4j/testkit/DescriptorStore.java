package io.github.systemd4j.testkit;

import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.sdnotify.ParsedNotification;
import io.github.systemd4j.sdnotify.ReceivedNotification;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a service gave the manager to keep, as FileDescriptorStoreMax= allows it; here any number. Thread safe. */
final class DescriptorStore implements AutoCloseable {

    private final Calls calls;
    private final List<Stored> all = new ArrayList<>(); // guarded by this

    DescriptorStore(Calls calls) {
        this.calls = calls;
    }

    /** Keeps what it asks to keep, and forgets what it asks to forget. */
    synchronized void apply(ReceivedNotification received) {
        ParsedNotification parsed = received.parsed();
        parsed.removeName().ifPresent(name -> all.removeIf(each -> each.name().equals(name) && close(each)));
        parsed.storeName().ifPresent(name -> {
            for (int fd : received.takeDescriptors()) {
                all.add(new Stored(name, fd));
            }
        });
    }

    private boolean close(Stored stored) {
        calls.close(stored.fd());
        return true;
    }

    synchronized List<String> names() {
        return all.stream().map(Stored::name).toList();
    }

    /** Copies, the last that was stored first, as systemd passes them. */
    synchronized List<InheritedDescriptor> copies() throws IOException {
        List<InheritedDescriptor> copies = new ArrayList<>();
        try {
            for (Stored each : all) {
                copies.add(0, InheritedDescriptor.of(calls.duplicate(each.fd(), each.name()), each.name()));
            }
            return copies;
        } catch (IOException | RuntimeException | Error e) {
            copies.forEach(InheritedDescriptor::close);
            throw e;
        }
    }

    @Override
    public synchronized void close() {
        all.forEach(this::close);
        all.clear();
    }

    private record Stored(String name, int fd) {}
}
