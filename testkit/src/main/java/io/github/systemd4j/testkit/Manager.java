package io.github.systemd4j.testkit;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.activation.SocketLauncher;
import io.github.systemd4j.activation.SocketProcess;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All that there is while a test runs, to be closed as a whole. Not thread safe. */
final class Manager implements Closeable {

    /** The longest unix address, less the slash and number of a socket in it. */
    private static final int LONGEST_DIRECTORY = 107 - 5;

    private final Path directory;
    private final Children children;
    private final List<HeldSocket> sockets = new ArrayList<>();
    private final List<Activation> activations = new ArrayList<>();
    private final List<SocketChannel> clients = new ArrayList<>();

    private Manager(Path directory, Duration stopTimeout) {
        this.directory = directory;
        this.children = new Children(stopTimeout);
    }

    static Manager open(List<NamedKind> wanted, Duration stopTimeout) throws IOException {
        Calls calls = Calls.open();
        Path directory = Files.createTempDirectory(
                "systemd4j-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Manager manager = new Manager(directory, stopTimeout);
        try {
            checkLength(directory);
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

    private static void checkLength(Path directory) throws IOException {
        String text = directory.toString();
        if (text.length() > LONGEST_DIRECTORY || !text.chars().allMatch(c -> c < 0x80)) {
            throw new IOException(text + ": too long for the path of a unix socket, or not ASCII; run the tests with"
                    + " -Djava.io.tmpdir=/tmp, or another short path");
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
        all.add(this::deleteDirectory);
        closeAll(all);
    }

    /** Also those after one that throws. */
    private static void closeAll(List<Closeable> all) throws IOException {
        IOException first = null;
        for (Closeable each : all) {
            try {
                each.close();
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void deleteDirectory() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.delete(directory);
    }
}
