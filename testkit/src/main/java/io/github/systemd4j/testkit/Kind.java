package io.github.systemd4j.testkit;

import io.github.systemd4j.linux.libc.Constants;

/** What a socket unit can pass and the kit can make. */
enum Kind {
    TCP(Constants.AF_INET, Constants.SOCK_STREAM),
    TCP6(Kind.AF_INET6, Constants.SOCK_STREAM),
    UDP(Constants.AF_INET, Constants.SOCK_DGRAM),
    UDP6(Kind.AF_INET6, Constants.SOCK_DGRAM),
    UNIX_STREAM(Constants.AF_UNIX, Constants.SOCK_STREAM),
    UNIX_DATAGRAM(Constants.AF_UNIX, Constants.SOCK_DGRAM),
    UNIX_SEQPACKET(Constants.AF_UNIX, Constants.SOCK_SEQPACKET),
    ABSTRACT_STREAM(Constants.AF_UNIX, Constants.SOCK_STREAM),
    FIFO(0, 0),
    CONNECTION(Constants.AF_INET, Constants.SOCK_STREAM);

    static final int AF_INET6 = 10;

    private final int domain;
    private final int type;

    Kind(int domain, int type) {
        this.domain = domain;
        this.type = type;
    }

    int domain() {
        return domain;
    }

    int type() {
        return type;
    }

    /** Whether clients send to it, and don't connect. */
    boolean isSentTo() {
        return type == Constants.SOCK_DGRAM || this == FIFO;
    }
}
