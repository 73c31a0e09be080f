package io.github.systemd4j.activation;

import java.net.InetSocketAddress;

/** Which channel of the JDK a descriptor can become. */
enum ChannelKind {
    LISTENER("use serverSocketChannel()"),
    CONNECTION("use socketChannel()"),
    UDP("use datagramChannel()"),
    SOURCE("use sourceChannel()"),
    FILE("use fileChannel()"),
    UNCONNECTED("it neither listens nor is it connected, and the JDK has no use for such; take the number"),
    NONE("the JDK has no channel for it; take the number, and give it to a library that has one, such as junixsocket");

    private final String advice;

    ChannelKind(String advice) {
        this.advice = advice;
    }

    /** What to do with one of this kind. */
    String advice() {
        return advice;
    }

    static ChannelKind of(DescriptorType type) {
        return switch (type) {
            case FIFO -> SOURCE;
            case FILE, CHARACTER_DEVICE -> FILE;
            default -> NONE;
        };
    }

    static ChannelKind of(SocketFacts facts) {
        if (facts.family() == null) {
            return NONE;
        }
        return switch (facts.descriptorType()) {
            case STREAM, SEQPACKET -> stream(facts);
            case DATAGRAM -> facts.local() instanceof InetSocketAddress ? UDP : SOURCE;
            default -> NONE;
        };
    }

    private static ChannelKind stream(SocketFacts facts) {
        if (facts.listening()) {
            return LISTENER;
        }
        return facts.connected() ? CONNECTION : UNCONNECTED;
    }
}
