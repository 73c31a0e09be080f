package io.github.systemd4j.journal;

import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.PollFd;
import java.util.concurrent.locks.ReentrantLock;

/** Written only when poll(2) says that there is room, and no more than a pipe then takes without waiting. Thread safe. */
final class PolledStandardError implements StandardError {

    static final int FD = 2;

    private final Libc libc;
    private final int fd;
    private final ReentrantLock lock = new ReentrantLock();

    PolledStandardError(Libc libc, int fd) {
        this.libc = libc;
        this.fd = fd;
    }

    @Override
    public boolean write(byte[] text) {
        // Who does not get the lock would write into room that another thread is using up.
        if (!lock.tryLock()) {
            return false;
        }
        try {
            if (new PollFd(libc).await(fd, Constants.POLLOUT, System.nanoTime()) != Constants.POLLOUT) {
                return false;
            }
            Memory memory = Memory.allocate(libc, text.length);
            memory.bytes().put(0, text);
            long written = libc.write(fd, memory.address(), text.length);
            memory.keepAlive();
            return written == text.length;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        // It is not ours, and nothing else is open.
    }
}
