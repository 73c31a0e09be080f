package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.Message;
import io.github.systemd4j.linux.libc.PollFd;
import io.github.systemd4j.linux.libc.Sockaddr;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** A socket where journald's would be. */
public final class FakeJournal implements AutoCloseable {

    static final Libc LIBC = Objects.requireNonNull(Backend.current().libc());

    private static final int ROOM = 1 << 20;
    private static final long SOON_NANOS = 30_000_000_000L;

    private final Path path;
    private final int fd;
    private final Message message = new Message(LIBC, ROOM, 4);
    private final PollFd poll = new PollFd(LIBC);
    private int lastSeals;

    private FakeJournal(Path path, int fd) {
        this.path = path;
        this.fd = fd;
    }

    public static FakeJournal at(Path path) {
        Memory address = Memory.allocate(LIBC, Sockaddr.SIZE);
        int length = Sockaddr.path(address.bytes(), 0, path.toString().getBytes(UTF_8));
        int fd = check(LIBC.socket(Constants.AF_UNIX, Constants.SOCK_DGRAM | Constants.SOCK_CLOEXEC, 0));
        check(LIBC.bind(fd, address.address(), length));
        address.keepAlive();
        return new FakeJournal(path, fd);
    }

    /** The next record's bytes, whichever way they came; a file's seals are kept. */
    public byte[] next() {
        assertThat(poll.await(fd, Constants.POLLIN, System.nanoTime() + SOON_NANOS))
                .isEqualTo(Constants.POLLIN);
        int length = check((int) message.receive(fd, Constants.MSG_DONTWAIT));
        assertThat(message.truncated()).isFalse();
        int[] files = message.descriptors();
        lastSeals = -1;
        if (files.length > 0) {
            assertThat(length).isZero();
            assertThat(files).hasSize(1);
            return read(files[0]);
        }
        byte[] bytes = new byte[length];
        message.payload().get(message.payloadOffset(), bytes);
        return bytes;
    }

    public List<NativeProtocol.Field> fields() {
        return NativeProtocol.fields(next());
    }

    private byte[] read(int file) {
        lastSeals = check(LIBC.fcntl(file, Constants.F_GET_SEALS, 0));
        byte[] bytes = new byte[check((int) LIBC.lseek(file, 0, 2))];
        check((int) LIBC.lseek(file, 0, 0));
        Memory memory = Memory.allocate(LIBC, bytes.length);
        assertThat(LIBC.read(file, memory.address(), bytes.length)).isEqualTo(bytes.length);
        memory.keepAlive();
        memory.bytes().get(0, bytes);
        check(LIBC.close(file));
        return bytes;
    }

    /** The seals of the file that the last record came in, -1 for a datagram. */
    int lastSeals() {
        return lastSeals;
    }

    /** How many are in the queue. They are lost then. */
    public int drain() {
        int count = 0;
        while (message.receive(fd, Constants.MSG_DONTWAIT) >= 0) {
            for (int each : message.descriptors()) {
                check(LIBC.close(each));
            }
            count++;
        }
        return count;
    }

    /** Gone, but its file is still there, as after a kill -9. */
    void die() {
        check(LIBC.close(fd));
    }

    @Override
    public void close() throws IOException {
        die();
        Files.deleteIfExists(path);
    }

    /**
     * What this process has open, each with its number; but for files other than those of a test, which the JVM opens too,
     * whenever it likes: to look at its memory limit, for instance.
     */
    static Set<String> open() {
        Set<String> open = new TreeSet<>();
        for (String number : Objects.requireNonNull(new File("/proc/self/fd").list())) {
            try {
                String link =
                        Files.readSymbolicLink(Path.of("/proc/self/fd", number)).toString();
                if (!link.startsWith("/") || link.matches("/memfd:.*|/dev/null|.*/junit.*")) {
                    open.add(number + " " + link);
                }
            } catch (IOException e) {
                continue; // it is closed by now, as the directory itself is
            }
        }
        return open;
    }

    /** Not a count: of a child that has ended the JDK closes the pipes when it gets round to it. */
    static Set<String> openedSince(Set<String> before) {
        Set<String> opened = open();
        opened.removeAll(before);
        return opened;
    }

    static int check(int result) {
        if (result < 0) {
            throw new AssertionError("errno " + -result);
        }
        return result;
    }
}
