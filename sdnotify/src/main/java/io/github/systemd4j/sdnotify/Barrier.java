package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.PollFd;
import java.time.Duration;

/**
 * The barrier of sd_notify_barrier(3): the write end of a pipe goes with BARRIER=1, the manager closes it once it has
 * read everything before, and the read end sees the hang-up.
 */
final class Barrier {

    private Barrier() {}

    static NotifyResult await(Connection connection, Libc libc, String target, Duration timeout) {
        long deadline = Deadline.in(Fields.nanos(timeout));
        Memory pipe = Memory.allocate(libc, 8);
        int made = libc.pipe2(pipe.address(), Constants.O_CLOEXEC);
        pipe.keepAlive();
        if (made < 0) {
            return connection.count(Connection.failed(target, "pipe2", -made, null));
        }
        int readEnd = pipe.bytes().getInt(0);
        try {
            int writeEnd = pipe.bytes().getInt(4);
            NotifyResult sent;
            try {
                sent = connection.send(Notification.barrier(writeEnd), 0, false, deadline);
            } finally {
                libc.close(writeEnd); // ours must go, or the hang-up never comes
            }
            return sent.isSent()
                    ? connection.count(hangUp(new PollFd(libc).await(readEnd, 0, deadline), target, timeout))
                    : sent;
        } finally {
            libc.close(readEnd);
        }
    }

    private static NotifyResult hangUp(int events, String target, Duration timeout) {
        if (events > 0) {
            return Answers.SENT;
        }
        return events < 0
                ? Connection.failed(target, "poll", -events, null)
                : Connection.failed(
                        target,
                        "poll",
                        Errno.ETIMEDOUT,
                        "the barrier was not answered in " + timeout.toMillis() + " ms");
    }
}
