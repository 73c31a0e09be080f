package io.github.systemd4j.samples.supervisor;

import io.github.systemd4j.activation.SocketLauncher;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * The sockets that each process of the service is given. They stay open here over its restarts: who connects meanwhile is
 * not refused, but waits in the queue for the next one.
 */
final class Listeners implements AutoCloseable {

    private final List<ListenAddress> wanted = new ArrayList<>();
    private final List<ServerSocketChannel> channels = new ArrayList<>();

    static Listeners bind(List<ListenAddress> addresses) throws IOException {
        Listeners listeners = new Listeners();
        try {
            for (ListenAddress each : addresses) {
                listeners.add(each, each.bind());
            }
            return listeners;
        } catch (IOException | RuntimeException | Error e) {
            listeners.close();
            throw e;
        }
    }

    void add(ListenAddress address, ServerSocketChannel channel) {
        channels.add(channel);
        wanted.add(address);
    }

    /** Where they are and what they are called, for people. */
    List<String> texts() throws IOException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < channels.size(); i++) {
            SocketAddress bound = channels.get(i).getLocalAddress();
            texts.add(ListenAddress.text(bound) + " (" + wanted.get(i).name() + ")");
        }
        return texts;
    }

    void addTo(SocketLauncher launcher) throws IOException {
        for (int i = 0; i < channels.size(); i++) {
            launcher.socket(wanted.get(i).name(), channels.get(i));
        }
    }

    /** Instead of closing: the next supervisor goes on with them, and their paths stay. */
    void leave() throws IOException {
        for (ServerSocketChannel each : channels) {
            each.close();
        }
        channels.clear();
    }

    /** Closes them, and removes the paths of those that have one. */
    @Override
    public void close() throws IOException {
        for (ServerSocketChannel each : channels) {
            SocketAddress address = each.getLocalAddress();
            each.close();
            if (address instanceof UnixDomainSocketAddress unix) {
                Files.deleteIfExists(unix.getPath());
            }
        }
    }
}
