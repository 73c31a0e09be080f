package io.github.systemd4j.samples.supervisor;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Where to listen for the service.
 *
 * @param name what stands in LISTEN_FDNAMES
 * @param address a TCP port or a path
 */
record ListenAddress(String name, SocketAddress address) {

    private static final String LOOPBACK = "127.0.0.1";
    /** What sd_listen_fds_with_names(3) calls a socket that has no name. */
    private static final String NAMELESS = "unknown";

    /** {@code [NAME=]PATH} or {@code [NAME=][HOST:]PORT}. The host's name is looked up here. */
    static ListenAddress parse(String option, String value) throws UsageException {
        int equals = value.startsWith("/") ? -1 : value.indexOf('=');
        String name = equals < 0 ? NAMELESS : value.substring(0, equals);
        String address = value.substring(equals + 1);
        if (!name.matches("[ -9;-~]{1,255}")) {
            throw new UsageException(option + " " + value + ": the name must be printable ASCII without a colon");
        }
        return new ListenAddress(name, address.startsWith("/") ? path(option, address) : tcp(option, address));
    }

    private static SocketAddress path(String option, String text) throws UsageException {
        try {
            return UnixDomainSocketAddress.of(Path.of(text));
        } catch (InvalidPathException e) { // not ASCII, and the locale is C
            throw new UsageException(option + " " + text + ": " + e.getReason() + "; try with LC_ALL=C.UTF-8");
        }
    }

    private static SocketAddress tcp(String option, String text) throws UsageException {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? LOOPBACK : text.substring(0, colon);
        String port = text.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535 || host.isEmpty()) {
            throw new UsageException(option + " " + text + ": must be [HOST:]PORT or an absolute path");
        }
        InetSocketAddress address = new InetSocketAddress(host, Integer.parseInt(port));
        if (address.isUnresolved()) {
            throw new UsageException(option + " " + text + ": there is no such address");
        }
        return address;
    }

    /** Listens. The exception's message is a sentence of its own. */
    ServerSocketChannel bind() throws IOException {
        ServerSocketChannel channel = open();
        try {
            return channel.bind(address);
        } catch (IOException e) {
            channel.close();
            throw new IOException("cannot listen on " + text(address) + ": " + e.getMessage(), e);
        }
    }

    /** Removes a socket at whose path nobody listens: one that was killed left it. */
    void removeStale() throws IOException {
        if (address instanceof UnixDomainSocketAddress unix
                && Files.exists(unix.getPath())
                && Files.readAttributes(unix.getPath(), BasicFileAttributes.class)
                        .isOther()) {
            try {
                SocketChannel.open(unix).close(); // somebody listens, as bind will say
            } catch (ConnectException e) {
                Files.delete(unix.getPath());
            }
        }
    }

    /**
     * Which of the sockets that are bound is each of the wanted ones: its index, -1 for none. Who wants any port takes one
     * that nobody wants by its port.
     */
    static List<Integer> match(List<ListenAddress> wanted, List<Optional<SocketAddress>> bound) {
        List<Integer> found = new ArrayList<>(Collections.nCopies(wanted.size(), -1));
        for (boolean anyPort : List.of(false, true)) {
            for (int i = 0; i < wanted.size(); i++) {
                for (int j = 0; j < bound.size() && found.get(i) < 0; j++) {
                    if (wanted.get(i).wantsAnyPort() == anyPort
                            && !found.contains(j)
                            && wanted.get(i).fits(bound.get(j))) {
                        found.set(i, j);
                    }
                }
            }
        }
        return found;
    }

    /** Whether a socket that is bound is the one that is wanted; any port is, where any is wanted. */
    boolean fits(Optional<SocketAddress> bound) {
        if (wantsAnyPort()
                && bound.isPresent()
                && bound.get() instanceof InetSocketAddress is
                && address instanceof InetSocketAddress wanted) {
            return is.getAddress().equals(wanted.getAddress());
        }
        return bound.filter(address::equals).isPresent();
    }

    private boolean wantsAnyPort() {
        return address instanceof InetSocketAddress inet && inet.getPort() == 0;
    }

    private ServerSocketChannel open() throws IOException {
        if (address instanceof UnixDomainSocketAddress) {
            return ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        }
        // Otherwise the JDK would make a socket for both families, which no service expects at an IPv4 address.
        return address instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet4Address
                ? ServerSocketChannel.open(StandardProtocolFamily.INET)
                : ServerSocketChannel.open();
    }

    /** For people: {@code 127.0.0.1:8080}, {@code [::1]:8080}, a path. */
    static String text(SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            String host = inet.getAddress().getHostAddress();
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + inet.getPort();
        }
        return address.toString();
    }
}
