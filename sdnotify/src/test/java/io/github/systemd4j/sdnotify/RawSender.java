package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.Message;
import io.github.systemd4j.linux.libc.Sockaddr;
import java.nio.charset.StandardCharsets;

/** Sends what a client of ours would not: any bytes, any descriptors. */
final class RawSender implements AutoCloseable {

    private static final int MAX_BYTES = 100_000;

    private final int fd;
    private final Message message = new Message(Descriptors.LIBC, MAX_BYTES, 512);

    RawSender(String address) {
        NotifyAddress parsed;
        try {
            parsed = NotifyAddress.parse(address);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
        fd = Descriptors.LIBC.socket(Constants.AF_UNIX, Constants.SOCK_DGRAM | Constants.SOCK_CLOEXEC, 0);
        Memory memory = Memory.allocate(Descriptors.LIBC, Sockaddr.SIZE);
        int result = Descriptors.LIBC.connect(fd, memory.address(), parsed.write(memory.bytes()));
        memory.keepAlive();
        if (result < 0) {
            throw new AssertionError("connect(" + address + "): errno " + -result);
        }
    }

    /** The number of bytes sent, or -errno. Waits while the queue is full, unless the flags say otherwise. */
    int send(byte[] bytes, int flags, int... fds) {
        message.payload().put(message.payloadOffset(), bytes);
        return (int) message.send(fd, bytes.length, fds, new int[0], flags | Constants.MSG_NOSIGNAL);
    }

    int send(String text, int... fds) {
        return send(text.getBytes(StandardCharsets.UTF_8), 0, fds);
    }

    @Override
    public void close() {
        Descriptors.close(fd);
    }
}
