package io.github.systemd4j.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.Message;
import io.github.systemd4j.linux.libc.PollFd;
import io.github.systemd4j.linux.libc.Sockaddr;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A socket where journald's would be. One thread receives, another one may shut it down. */
final class NativeSocket {

    private static final int MSG_PEEK = 2;
    private static final int SEEK_SET = 0;
    private static final int SEEK_END = 2;
    private static final int SEALS = 0xF; // SEAL, SHRINK, GROW, WRITE
    private static final int ROOM = 1 << 16;
    private static final int DESCRIPTORS = 4;
    private static final long POLL_NANOS = TimeUnit.HOURS.toNanos(1);

    private final Libc libc;
    private final String path;
    private final int fd;
    private final long opened = System.nanoTime();
    private final PollFd poll;
    private Message message;
    private int room = ROOM;
    private volatile boolean shutdown;

    private NativeSocket(Libc libc, Path path, int fd) {
        this.libc = libc;
        this.path = path.toString();
        this.fd = fd;
        this.poll = new PollFd(libc);
        this.message = new Message(libc, ROOM, DESCRIPTORS);
    }

    static NativeSocket bind(Libc libc, Path path) throws SystemCallException {
        String target = path.toString();
        int type = Constants.SOCK_DGRAM | Constants.SOCK_CLOEXEC | Constants.SOCK_NONBLOCK;
        int fd = checked("socket", target, libc.socket(Constants.AF_UNIX, type, 0));
        try {
            Memory memory = Memory.allocate(libc, Sockaddr.SIZE);
            memory.bytes().putInt(0, 1);
            int result =
                    libc.setsockopt(fd, Constants.SOL_SOCKET, Constants.SO_PASSCRED, memory.address(), Integer.BYTES);
            checked("setsockopt(SO_PASSCRED)", target, result);
            int length = Sockaddr.path(memory.bytes(), 0, target.getBytes(US_ASCII));
            result = libc.bind(fd, memory.address(), length);
            memory.keepAlive();
            checked("bind", target, result);
            return new NativeSocket(libc, path, fd);
        } catch (SystemCallException | RuntimeException | Error e) {
            libc.close(fd);
            throw e;
        }
    }

    /** The entries of the next datagram; empty after a shutdown. Waits for it. */
    List<JournalEntry> receive() throws SystemCallException {
        while (true) {
            // The length first, by a call that takes no descriptors, for one may be longer than any room.
            long length = libc.recv(fd, 0, 0, MSG_PEEK | Constants.MSG_TRUNC);
            if (length >= 0) {
                return take(length);
            }
            if (length != -Errno.EAGAIN && length != -Errno.EINTR) {
                throw new SystemCallException("recv", path, (int) -length, null);
            }
            if (shutdown) {
                return List.of();
            }
            checked("poll", path, poll.await(fd, Constants.POLLIN, System.nanoTime() + POLL_NANOS));
        }
    }

    private List<JournalEntry> take(long length) throws SystemCallException {
        if (length > room) {
            room = (int) length;
            message = new Message(libc, room, DESCRIPTORS);
        }
        int received = checked("recvmsg", path, (int) message.receive(fd, 0));
        Duration at = Duration.ofNanos(System.nanoTime() - opened);
        int pid = message.hasCredentials() ? message.pid() : 0;
        int[] files = message.descriptors();
        List<JournalEntry.Draft> drafts;
        try {
            drafts = files.length == 0 ? NativeProtocol.parse(payload(received)) : file(received, files);
        } finally {
            for (int each : files) {
                libc.close(each);
            }
        }
        List<JournalEntry> entries = new ArrayList<>();
        drafts.forEach(draft -> entries.add(draft.entry(at, pid, files.length > 0)));
        return entries;
    }

    private byte[] payload(int length) {
        byte[] bytes = new byte[length];
        message.payload().get(message.payloadOffset(), bytes);
        return bytes;
    }

    private List<JournalEntry.Draft> file(int length, int[] files) throws SystemCallException {
        String why = length > 0
                ? "a datagram with both bytes and a file"
                : files.length > 1 ? "a datagram with " + files.length + " files" : refusal(files[0]);
        if (why == null) {
            return NativeProtocol.parse(content(files[0]));
        }
        JournalEntry.Draft nothing = new JournalEntry.Draft();
        nothing.dropAll(why);
        return List.of(nothing);
    }

    /** As it is for a service that is not root's. */
    private @Nullable String refusal(int file) {
        int seals = libc.fcntl(file, Constants.F_GET_SEALS, 0);
        if (seals == SEALS) {
            return null;
        }
        return seals < 0
                ? "a file that is none in memory"
                : "a file with the seals 0x" + Integer.toHexString(seals)
                        + ", which must be SEAL, SHRINK, GROW and WRITE: 0x" + Integer.toHexString(SEALS);
    }

    private byte[] content(int file) throws SystemCallException {
        long size = libc.lseek(file, 0, SEEK_END);
        byte[] bytes = new byte[Math.toIntExact(size)];
        checked("lseek", path, (int) libc.lseek(file, 0, SEEK_SET));
        Memory memory = Memory.allocate(libc, Math.max(1, bytes.length));
        int read = 0;
        while (read < bytes.length) { // sealed: it cannot shrink
            read += checked("read", path, (int) libc.read(file, memory.address() + read, bytes.length - read));
        }
        memory.keepAlive();
        memory.bytes().get(0, bytes);
        return bytes;
    }

    private static int checked(String call, String target, int result) throws SystemCallException {
        if (result < 0) {
            throw new SystemCallException(call, target, -result, null);
        }
        return result;
    }

    /** Takes no more; what has come can still be received. */
    void shutdown() {
        shutdown = true;
        libc.shutdown(fd, Constants.SHUT_RD);
    }

    void close() {
        libc.close(fd);
    }
}
