package io.github.systemd4j.activation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel says of a socket: getsockopt(2), getsockname(2).
 *
 * @param domain {@code AF_*}
 * @param type {@code SOCK_*}
 * @param protocol {@code IPPROTO_*}
 * @param listening whether it is one that accepts connections
 * @param connected whether it has a peer; asked of sockets that could be a connection alone
 * @param local its address, null where the JDK has no type for it
 * @param abstractName the name of a unix socket that has no path, without the leading NUL
 */
record SocketFacts(
        int domain,
        int type,
        int protocol,
        boolean listening,
        boolean connected,
        @Nullable SocketAddress local,
        @Nullable String abstractName) {

    private static final int SOCKADDR_STORAGE = 128;
    private static final int SUN_PATH = 2;

    static SocketFacts of(int fd, Bridge bridge, @Nullable Libc libc, String inode) throws IOException {
        int domain = bridge.option(fd, Constants.SO_DOMAIN);
        ProtocolFamily family = family(domain);
        SocketAddress local = family == null ? null : localAddress(fd, family, bridge);
        String name = local instanceof UnixDomainSocketAddress unix
                        && unix.getPath().toString().isEmpty()
                ? abstractName(fd, libc, inode)
                : null;
        int type = bridge.option(fd, Constants.SO_TYPE);
        boolean listening = bridge.option(fd, Constants.SO_ACCEPTCONN) != 0;
        boolean connected = family != null && type != Constants.SOCK_DGRAM && !listening && bridge.isConnected(fd);
        return new SocketFacts(
                domain, type, bridge.option(fd, Constants.SO_PROTOCOL), listening, connected, local, name);
    }

    /** Null for a path that cannot be spelled in this locale; the socket is usable all the same. */
    private static @Nullable SocketAddress localAddress(int fd, ProtocolFamily family, Bridge bridge)
            throws IOException {
        try {
            return bridge.localAddress(fd, family);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /** Null for a family that the JDK doesn't have. */
    @Nullable
    ProtocolFamily family() {
        return family(domain);
    }

    private static @Nullable ProtocolFamily family(int domain) {
        return switch (domain) {
            case Constants.AF_UNIX -> StandardProtocolFamily.UNIX;
            case Constants.AF_INET -> StandardProtocolFamily.INET;
            case Constants.AF_INET6 -> StandardProtocolFamily.INET6;
            default -> null;
        };
    }

    /** Whether it is of this kind; null is any. */
    boolean is(@Nullable ProtocolFamily family, @Nullable DescriptorType type, @Nullable Boolean listening) {
        return (family == null || family.equals(family()))
                && (type == null || type == descriptorType())
                && (listening == null || listening == this.listening);
    }

    DescriptorType descriptorType() {
        return switch (type) {
            case Constants.SOCK_STREAM -> DescriptorType.STREAM;
            case Constants.SOCK_DGRAM -> DescriptorType.DATAGRAM;
            case Constants.SOCK_SEQPACKET -> DescriptorType.SEQPACKET;
            default -> DescriptorType.OTHER_SOCKET;
        };
    }

    /** The JDK shows an abstract address as an empty path. */
    private static @Nullable String abstractName(int fd, @Nullable Libc libc, String inode) {
        return libc == null ? fromProc(inode) : fromKernel(fd, libc);
    }

    private static @Nullable String fromKernel(int fd, Libc libc) {
        Memory memory = Memory.allocate(libc, SOCKADDR_STORAGE + 8);
        memory.bytes().putInt(SOCKADDR_STORAGE, SOCKADDR_STORAGE);
        int result = libc.getsockname(fd, memory.address(), memory.address() + SOCKADDR_STORAGE);
        memory.keepAlive();
        int length = memory.bytes().getInt(SOCKADDR_STORAGE);
        if (result < 0 || length <= SUN_PATH + 1 || memory.bytes().get(SUN_PATH) != 0) {
            return null;
        }
        byte[] name = new byte[length - SUN_PATH - 1];
        memory.bytes().get(SUN_PATH + 1, name);
        return new String(name, ISO_8859_1);
    }

    /** Without system calls: the table of the unix sockets of our network namespace. A NUL in a name is an @ there. */
    private static @Nullable String fromProc(String inode) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/net/unix"), ISO_8859_1)) {
                // Num RefCount Protocol Flags Type St Inode Path
                String[] columns = line.strip().split(" +", 8);
                if (columns.length == 8 && columns[6].equals(inode) && columns[7].startsWith("@")) {
                    return columns[7].substring(1);
                }
            }
        } catch (IOException e) {
            return null; // no /proc: the name stays unknown
        }
        return null;
    }

    /** As systemd.socket(5) writes an address. */
    String address() {
        if (local instanceof InetSocketAddress inet) {
            String host = inet.getAddress().getHostAddress();
            return (inet.getAddress() instanceof Inet6Address ? "[" + shortened(host) + "]:" : host + ":")
                    + inet.getPort();
        }
        if (abstractName != null) {
            return "@" + abstractName;
        }
        return local == null ? "" : local.toString();
    }

    /** The first run of zeros as two colons: {@code 0:0:0:0:0:0:0:1} is {@code ::1}. */
    private static String shortened(String host) {
        return host.replaceFirst("(^|:)(0(:|$)){2,}", "::");
    }

    @Override
    public String toString() {
        String what = switch (domain) {
            case Constants.AF_INET, Constants.AF_INET6 -> inet();
            case Constants.AF_UNIX -> "unix " + typeName();
            case Constants.AF_VSOCK -> "vsock " + typeName();
            default -> "socket of domain " + domain + " and type " + type;
        };
        String address = address();
        return what + (listening ? " listener" : " socket") + (address.isEmpty() ? "" : " " + address);
    }

    private String inet() {
        String version = domain == Constants.AF_INET ? "" : "6";
        return switch (type) {
            case Constants.SOCK_STREAM -> (protocol == Constants.IPPROTO_MPTCP ? "MPTCP" : "TCP") + version;
            case Constants.SOCK_DGRAM -> "UDP" + version;
            default -> "IP" + version + " " + typeName();
        };
    }

    private String typeName() {
        return switch (type) {
            case Constants.SOCK_STREAM -> "stream";
            case Constants.SOCK_DGRAM -> "datagram";
            case Constants.SOCK_SEQPACKET -> "seqpacket";
            default -> "type " + type;
        };
    }
}
