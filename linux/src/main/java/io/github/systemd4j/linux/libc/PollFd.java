package io.github.systemd4j.linux.libc;

import java.nio.ByteBuffer;

/** Waits for one descriptor, always with a bound. See poll(2). Not thread safe. */
public final class PollFd {

    private static final int EINTR = 4;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Libc libc;
    private final Memory memory;

    /**
     * Makes room for the question.
     *
     * @param libc the calls
     */
    public PollFd(Libc libc) {
        this.libc = libc;
        this.memory = Memory.allocate(libc, 8);
    }

    /**
     * Waits until one of the events, an error or a hang-up is there, or until the time is over. Goes on waiting after a
     * signal.
     *
     * @param fd the descriptor
     * @param events {@code POLL*}, 0 for errors and hang-up alone
     * @param deadline in the terms of {@link System#nanoTime}; one that is past only looks
     * @return the events that are there, 0 when the time is over, or -errno
     */
    public int await(int fd, int events, long deadline) {
        ByteBuffer b = memory.bytes();
        while (true) {
            long left = Math.max(0, deadline - System.nanoTime());
            // Rounded up: a millisecond too early would look like a time-out that is none.
            int millis = (int) Math.min(Integer.MAX_VALUE, (left + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
            b.putInt(0, fd).putShort(4, (short) events).putShort(6, (short) 0);
            int ready = libc.poll(memory.address(), 1, millis);
            memory.keepAlive();
            if (ready > 0) {
                return b.getShort(6);
            }
            if (ready < 0 && ready != -EINTR) {
                return ready;
            }
            if (deadline - System.nanoTime() <= 0) {
                return 0;
            }
        }
    }
}
