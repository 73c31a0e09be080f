package io.github.systemd4j.testkit;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.activation.SocketLauncher;
import io.github.systemd4j.activation.SocketProcess;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All that there is while a test runs, to be closed as a whole. Not thread safe. */
final class Manager implements Closeable {

    private final PrivateDirectory directory;
    private final Children children;
    private final List<HeldSocket> sockets = new ArrayList<>();
    private final List<Activation> activations = new ArrayList<>();
    private final List<SocketChannel> clients = new ArrayList<>();

    private Manager(PrivateDirectory directory, Duration stopTimeout) {
        this.directory = directory;
        this.children = new Children(stopTimeout);
    }

    static Manager open(List<NamedKind> wanted, Duration stopTimeout) throws IOException {
        Calls calls = Calls.open();
        PrivateDirectory directory = PrivateDirectory.create();
        Manager manager = new Manager(directory, stopTimeout);
        try {
            for (NamedKind each : wanted) {
                manager.sockets.add(
                        HeldSocket.open(calls, each, directory.resolve(Integer.toString(manager.sockets.size()))));
            }
            return manager;
        } catch (IOException | RuntimeException | Error e) {
            try {
                manager.close();
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    List<HeldSocket> named(String name) {
        List<HeldSocket> found =
                sockets.stream().filter(each -> each.name().equals(name)).toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("name: \"" + name + "\" is none of " + sockets);
        }
        return found;
    }

    Activation activation() throws IOException {
        Activation activation = Activation.of(handOut());
        activations.add(activation);
        return activation;
    }

    private List<InheritedDescriptor> handOut() throws IOException {
        List<InheritedDescriptor> copies = new ArrayList<>();
        try {
            for (HeldSocket socket : sockets) {
                copies.add(socket.handOut());
            }
            return copies;
        } catch (IOException | RuntimeException | Error e) {
            copies.forEach(InheritedDescriptor::close);
            throw e;
        }
    }

    SocketProcess start(ProcessBuilder program) throws IOException {
        SocketLauncher launcher = new SocketLauncher(program);
        List<InheritedDescriptor> copies = handOut();
        try {
            copies.forEach(launcher::socket);
            SocketProcess child = launcher.start();
            children.add(child);
            return child;
        } finally {
            copies.forEach(InheritedDescriptor::close);
        }
    }

    void stop() throws IOException {
        children.stop();
    }

    SocketChannel connect(String name) throws IOException {
        SocketChannel client = named(name).get(0).connect();
        clients.add(client);
        return client;
    }

    @Override
    public void close() throws IOException {
        List<Closeable> all = new ArrayList<>();
        all.add(children::stop);
        all.addAll(clients);
        activations.forEach(each -> all.add(each::closeUntaken));
        sockets.forEach(each -> all.add(each::close));
        all.add(directory);
        All.close(all);
    }
}
