package io.github.systemd4j.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The sockets of a socket unit: listeners of this process, on ports of 127.0.0.1 that the kernel chose or on a path, which
 * are passed to processes and outlive them. Opened by the JDK alone, so that nothing here depends on what is tested.
 *
 * <p>Not thread safe.
 */
public final class Listeners implements AutoCloseable {

    private final Map<String, ServerSocketChannel> channels = new LinkedHashMap<>();

    /**
     * Listens.
     *
     * @param names one for each listener, in the order in which they are passed
     * @throws IOException if the kernel refuses
     */
    public Listeners(String... names) throws IOException {
        for (String name : names) {
            // IPv4, as ListenStream=127.0.0.1:80 gives it; left to itself, the JDK opens IPv6 for either
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.INET);
            channels.put(name, channel);
            channel.bind(loopback(0));
        }
    }

    /**
     * Listens on a path.
     *
     * @param name of the listener
     * @param path where
     * @throws IOException if the kernel refuses
     */
    public Listeners(String name, Path path) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channels.put(name, channel);
        channel.bind(UnixDomainSocketAddress.of(path));
    }

    /** IPv4, whatever the JDK prefers. */
    static InetSocketAddress loopback(int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
    }

    /**
     * The names, as {@code LISTEN_FDNAMES} has them.
     *
     * @return in the order of the listeners
     */
    public List<String> names() {
        return List.copyOf(channels.keySet());
    }

    /**
     * Where a listener is.
     *
     * @param name its name
     * @return its port
     * @throws IOException if it was closed
     */
    public int port(String name) throws IOException {
        return ((InetSocketAddress) channel(name).getLocalAddress()).getPort();
    }

    private ServerSocketChannel channel(String name) {
        ServerSocketChannel channel = channels.get(name);
        if (channel == null) {
            throw new IllegalArgumentException("name: " + name + ", known are " + channels.keySet());
        }
        return channel;
    }

    /**
     * Whether this process is still connected to by who connects there: nobody shut the socket down. There must be no
     * other process left that accepts on it.
     *
     * @param name its name
     * @return whether a connection came through; not if the path is gone
     * @throws IOException if it was closed here
     */
    public boolean isListening(String name) throws IOException {
        ServerSocketChannel listener = channel(name);
        try (SocketChannel client = SocketChannel.open(listener.getLocalAddress())) {
            listener.configureBlocking(false); // the kernel completed it before the client's connect() came back
            for (SocketChannel accepted = listener.accept(); accepted != null; accepted = listener.accept()) {
                boolean ours = client.getLocalAddress().equals(accepted.getRemoteAddress());
                accepted.close();
                if (ours) {
                    return true;
                }
            }
            return false;
        } catch (SocketException e) {
            return false;
        }
    }

    /** The descriptors in the order of the names. The JDK doesn't tell; the kernel does, by way of the inode. */
    List<Integer> descriptors() throws IOException {
        List<Integer> descriptors = new ArrayList<>();
        for (ServerSocketChannel channel : channels.values()) {
            SocketAddress address = channel.getLocalAddress();
            descriptors.add(descriptor(
                    address instanceof InetSocketAddress inet ? inode(inet.getPort()) : inode(address.toString())));
        }
        return descriptors;
    }

    /** See proc_net(5): the local address is the second word, 0A in the fourth is LISTEN, the inode is the tenth. */
    private static String inode(int port) throws IOException {
        String local = String.format(Locale.ROOT, "0100007F:%04X", port);
        for (String line : Files.readAllLines(Path.of("/proc/self/net/tcp"))) {
            String[] words = line.trim().split(" +", -1);
            if (words[1].equals(local) && words[3].equals("0A")) {
                return words[9];
            }
        }
        throw new IOException("/proc/self/net/tcp: nobody listens on " + local);
    }

    /** The flag in the fourth word is that of a listener; the inode and the path are the last two. */
    private static String inode(String path) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/net/unix"))) {
            String[] words = line.trim().split(" +", -1);
            if (words.length == 8 && words[3].equals("00010000") && words[7].equals(path)) {
                return words[6];
            }
        }
        throw new IOException("/proc/self/net/unix: nobody listens on " + path);
    }

    private static int descriptor(String inode) throws IOException {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path each : all) {
                if (Files.isSymbolicLink(each)
                        && Files.readSymbolicLink(each).toString().equals("socket:[" + inode + "]")) {
                    return Integer.parseInt(each.getFileName().toString());
                }
            }
        }
        throw new IOException("/proc/self/fd: no socket with inode " + inode);
    }

    @Override
    public void close() throws IOException {
        for (ServerSocketChannel channel : channels.values()) {
            channel.close();
        }
    }
}
