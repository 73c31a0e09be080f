package io.github.systemd4j.activation;

/** What a descriptor is: the type of its socket, or the type of its file. */
public enum DescriptorType {
    /** {@code SOCK_STREAM}: TCP, MPTCP, unix(7), vsock(7). */
    STREAM,
    /** {@code SOCK_DGRAM}: UDP, unix(7). */
    DATAGRAM,
    /** {@code SOCK_SEQPACKET}: unix(7). */
    SEQPACKET,
    /** A socket of another type, such as {@code SOCK_RAW} of netlink(7), or one that could not be asked. */
    OTHER_SOCKET,
    /** A FIFO or pipe. */
    FIFO,
    /** A regular file; memfds and POSIX message queues are such. */
    FILE,
    /** A character device. */
    CHARACTER_DEVICE,
    /** Anything else: a directory, a block device, an eventfd, a pidfd. */
    OTHER;

    boolean isSocket() {
        return switch (this) {
            case STREAM, DATAGRAM, SEQPACKET, OTHER_SOCKET -> true;
            case FIFO, FILE, CHARACTER_DEVICE, OTHER -> false;
        };
    }
}
