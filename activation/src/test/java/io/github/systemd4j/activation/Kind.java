package io.github.systemd4j.activation;

import io.github.systemd4j.linux.libc.Constants;
import java.nio.file.Path;

/** The listening sockets of the tests: each kind that a socket unit can have and the JDK has a channel for. */
enum Kind {
    TCP4("TCP listener 127.0.0.1:", Constants.AF_INET, Constants.SOCK_STREAM, 0),
    TCP4_ANY("TCP listener 0.0.0.0:", Constants.AF_INET, Constants.SOCK_STREAM, 0),
    TCP6("TCP6 listener [::1]:", SocketCalls.AF_INET6, Constants.SOCK_STREAM, 0),
    TCP6_ANY("TCP6 listener [::]:", SocketCalls.AF_INET6, Constants.SOCK_STREAM, 0),
    MPTCP("MPTCP listener 127.0.0.1:", Constants.AF_INET, Constants.SOCK_STREAM, SocketCalls.IPPROTO_MPTCP),
    UNIX("unix stream listener ", Constants.AF_UNIX, Constants.SOCK_STREAM, 0),
    UNIX_ABSTRACT("unix stream listener @", Constants.AF_UNIX, Constants.SOCK_STREAM, 0),
    SEQPACKET("unix seqpacket listener ", Constants.AF_UNIX, Constants.SOCK_SEQPACKET, 0),
    SEQPACKET_ABSTRACT("unix seqpacket listener @", Constants.AF_UNIX, Constants.SOCK_SEQPACKET, 0);

    private final String text;
    private final int domain;
    private final int type;
    private final int protocol;

    Kind(String text, int domain, int type, int protocol) {
        this.text = text;
        this.domain = domain;
        this.type = type;
        this.protocol = protocol;
    }

    /** How the descriptor's description begins. */
    String text() {
        return text;
    }

    boolean isInternet() {
        return domain != Constants.AF_UNIX;
    }

    /** Bound, listening, close-on-exec. */
    int listen(Path directory) {
        return SocketCalls.listener(domain, type, protocol, address(directory));
    }

    private byte[] address(Path directory) {
        return switch (this) {
            case TCP4, MPTCP -> SocketCalls.inet(1, 0);
            case TCP4_ANY -> SocketCalls.inet(0, 0);
            case TCP6 -> SocketCalls.inet6(1);
            case TCP6_ANY -> SocketCalls.inet6(0);
            case UNIX, SEQPACKET -> SocketCalls.path(directory.resolve(name()));
            case UNIX_ABSTRACT, SEQPACKET_ABSTRACT ->
                SocketCalls.abstractName("activation-" + name() + "-" + System.nanoTime());
        };
    }

    /** A client that is connected to a listener of this kind. */
    int connect(int listener) {
        byte[] address = SocketCalls.name(listener);
        return SocketCalls.client(domain, type, address);
    }
}
