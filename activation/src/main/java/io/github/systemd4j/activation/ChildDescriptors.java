package io.github.systemd4j.activation;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a child gets as descriptors 0, 1, 2 and from 3 up. Each one is kept as a copy beyond the child's range, with
 * close-on-exec, so that no copy of one falls on the place of another and no other child gets one.
 */
final class ChildDescriptors implements AutoCloseable {

    private static final int STANDARD = 3;
    private static final int PERMISSIONS = 0666; // less the umask

    private final Libc libc;
    private final int range;
    private final int[] parked;
    private final List<Closeable> streams = new ArrayList<>();

    private OutputStream input = OutputStream.nullOutputStream();
    private InputStream output = InputStream.nullInputStream();
    private InputStream error = InputStream.nullInputStream();

    private ChildDescriptors(Libc libc, int range) {
        this.libc = libc;
        this.range = range;
        this.parked = new int[range];
        Arrays.fill(parked, -1);
    }

    static ChildDescriptors prepare(Libc libc, ProcessBuilder builder, List<NamedSocket> sockets) throws IOException {
        ChildDescriptors all = new ChildDescriptors(libc, STANDARD + sockets.size());
        try {
            // First: the number of one that is not open would be given to what is opened here.
            for (int i = 0; i < sockets.size(); i++) {
                NamedSocket socket = sockets.get(i);
                all.park(STANDARD + i, socket.descriptor(), socket.descriptor() + ", " + socket.name());
            }
            all.input = all.writer(all.standard(0, builder.redirectInput()));
            all.output = all.reader(all.standard(1, builder.redirectOutput()));
            if (builder.redirectErrorStream()) {
                all.park(2, all.parked[1], "standard output");
            } else {
                all.error = all.reader(all.standard(2, builder.redirectError()));
            }
            return all;
        } catch (IOException | RuntimeException | Error e) {
            all.closeStreams();
            all.close();
            throw e;
        }
    }

    /** What the child's standard input is fed by; goes nowhere where it is redirected. */
    OutputStream input() {
        return input;
    }

    /** What the child writes; at its end from the beginning where it is redirected. */
    InputStream output() {
        return output;
    }

    InputStream error() {
        return error;
    }

    /** Has the child copy each one to its place, and close all others. */
    void addTo(long actions) throws SystemCallException {
        for (int i = 0; i < range; i++) {
            check("posix_spawn_file_actions_adddup2", libc.posix_spawn_file_actions_adddup2(actions, parked[i], i));
        }
        int result = libc.posix_spawn_file_actions_addclosefrom_np(actions, range);
        if (result != -Errno.ENOSYS) {
            check("posix_spawn_file_actions_addclosefrom_np", result);
            return;
        }
        // An older C library: those that are open now. One that another thread opens until the child is there gets
        // away.
        for (String number : Objects.requireNonNullElse(new File("/proc/self/fd").list(), new String[0])) {
            int fd = Integer.parseInt(number);
            if (fd >= range) {
                check("posix_spawn_file_actions_addclose", libc.posix_spawn_file_actions_addclose(actions, fd));
            }
        }
    }

    /** Makes a place of the child's and answers our end of it, -1 if there is none. */
    private int standard(int number, ProcessBuilder.Redirect redirect) throws IOException {
        int write = Constants.O_WRONLY | Constants.O_CREAT;
        switch (redirect.type()) {
            case INHERIT -> park(number, number, Integer.toString(number));
            case PIPE -> {
                return pipe(number);
            }
            case READ -> open(number, redirect.file(), Constants.O_RDONLY);
            case WRITE -> open(number, redirect.file(), write | Constants.O_TRUNC);
            case APPEND -> open(number, redirect.file(), write | Constants.O_APPEND);
        }
        return -1;
    }

    private void open(int number, @Nullable File file, int flags) throws SystemCallException {
        String name = Objects.requireNonNull(file).getPath();
        Memory path = Memory.text(libc, PlatformText.bytes(name));
        int fd = libc.open(path.address(), flags | Constants.O_CLOEXEC, PERMISSIONS);
        path.keepAlive();
        if (fd < 0) {
            throw new SystemCallException("open", name, -fd, null);
        }
        parkAndClose(number, fd);
    }

    private int pipe(int number) throws SystemCallException {
        Memory ends = Memory.allocate(libc, 8);
        check("pipe2", libc.pipe2(ends.address(), Constants.O_CLOEXEC));
        ends.keepAlive();
        int theirs = ends.bytes().getInt(number == 0 ? 0 : 4);
        int ours = ends.bytes().getInt(number == 0 ? 4 : 0);
        try {
            parkAndClose(number, theirs);
            return ours;
        } catch (IOException | RuntimeException | Error e) {
            libc.close(ours);
            throw e;
        }
    }

    private void parkAndClose(int number, int fd) throws SystemCallException {
        try {
            park(number, fd, Integer.toString(fd));
        } finally {
            libc.close(fd);
        }
    }

    private void park(int number, int fd, String what) throws SystemCallException {
        int copy = libc.fcntl(fd, Constants.F_DUPFD_CLOEXEC, range);
        if (copy < 0) {
            throw new SystemCallException(
                    "fcntl(F_DUPFD_CLOEXEC)",
                    "descriptor " + what,
                    -copy,
                    copy == -Errno.EBADF ? "it is not open here: redirect it, or pass another one" : null);
        }
        parked[number] = copy;
    }

    private InputStream reader(int fd) throws IOException {
        if (fd < 0) {
            return InputStream.nullInputStream();
        }
        try {
            return kept(new BufferedInputStream(new FileInputStream(path(fd))));
        } finally {
            libc.close(fd);
        }
    }

    private OutputStream writer(int fd) throws IOException {
        if (fd < 0) {
            return OutputStream.nullOutputStream();
        }
        try {
            return kept(new BufferedOutputStream(new FileOutputStream(path(fd))));
        } finally {
            libc.close(fd);
        }
    }

    /** Opened anew through /proc, a pipe is a file to the JDK: its own streams, which close what they have opened. */
    private static String path(int fd) {
        return "/proc/self/fd/" + fd;
    }

    private <S extends Closeable> S kept(S stream) {
        streams.add(stream);
        return stream;
    }

    private static void check(String call, int result) throws SystemCallException {
        if (result < 0) {
            throw new SystemCallException(call, "for a child", -result, null);
        }
    }

    /** For a child that was not started. */
    void closeStreams() {
        for (Closeable stream : streams) {
            try {
                stream.close();
            } catch (IOException e) {
                // gone all the same
            }
        }
    }

    /** Closes the copies; a child that was started has its own. */
    @Override
    public void close() {
        for (int copy : parked) {
            if (copy >= 0) {
                libc.close(copy);
            }
        }
    }
}
