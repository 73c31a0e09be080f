package io.github.systemd4j.linux.libc;

import static io.github.systemd4j.linux.libc.Constants.AF_INET;
import static io.github.systemd4j.linux.libc.Constants.AF_UNIX;
import static io.github.systemd4j.linux.libc.Constants.MSG_DONTWAIT;
import static io.github.systemd4j.linux.libc.Constants.MSG_NOSIGNAL;
import static io.github.systemd4j.linux.libc.Constants.SOCK_CLOEXEC;
import static io.github.systemd4j.linux.libc.Constants.SOCK_DGRAM;
import static io.github.systemd4j.linux.libc.Constants.SOCK_STREAM;
import static io.github.systemd4j.linux.libc.Constants.SOL_SOCKET;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.linux.Diagnostics;
import io.github.systemd4j.linux.Errno;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One contract for every back-end: each function once as it works and once as the kernel refuses it. */
@Timeout(120)
class LibcIT {

    private final Libc libc = Objects.requireNonNull(Backend.current().libc());
    private final Memory a = Memory.allocate(libc, 256);
    private final Memory b = Memory.allocate(libc, 256);
    private final List<Integer> open = new ArrayList<>();
    private Set<String> before = Set.of();

    @TempDir
    Path directory;

    @BeforeEach
    void lookAtDescriptors() {
        before = descriptors();
    }

    @AfterEach
    void nothingIsLeftOpen() {
        for (int fd : open) {
            assertThat(libc.close(fd)).isZero();
        }
        Set<String> opened = descriptors();
        opened.removeAll(before);
        assertThat(opened).isEmpty();
    }

    /**
     * What is open, each with its number; but for files other than those of a test, which the JVM opens too, whenever it
     * likes: to look at its memory limit, for instance.
     */
    private static Set<String> descriptors() {
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

    private int opened(int fd) {
        assertThat(fd).isNotNegative();
        open.add(fd);
        return fd;
    }

    private int[] pair(int type) {
        assertThat(libc.socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, a.address()))
                .isZero();
        return new int[] {opened(a.bytes().getInt(0)), opened(a.bytes().getInt(4))};
    }

    private static void refused(long result, int errno) {
        assertThat(Errno.name((int) -result)).isEqualTo(Errno.name(errno));
    }

    @Test
    void isTheBackEndThatThisRunIsAbout() {
        assertThat(Diagnostics.current().backend()).isEqualTo(System.getProperty("systemd4j.expected.backend"));
        assertThat(Diagnostics.current().toString()).startsWith("system calls by ");
    }

    @Test
    void addresses() {
        a.bytes().putInt(0, 0x01020304);

        assertThat(libc.address(a.bytes())).isEqualTo(a.address());
        assertThat(libc.address(a.bytes().position(8))).isEqualTo(a.address());
        assertThat(libc.address(a.bytes().slice(8, 8))).isEqualTo(a.address() + 8);
        assertThat(a.address() % 8).isZero();
        a.bytes().position(0);
    }

    @Test
    void socketAndSocketpair() {
        int fd = opened(libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));

        assertThat(libc.fcntl(fd, Constants.F_GETFD, 0)).isEqualTo(Constants.FD_CLOEXEC);
        refused(libc.socket(12345, SOCK_DGRAM, 0), Errno.EAFNOSUPPORT);
        refused(libc.socketpair(AF_INET, SOCK_STREAM, 0, a.address()), Errno.EOPNOTSUPP);
        assertThat(pair(SOCK_STREAM)).doesNotHaveDuplicates();
    }

    @Test
    void bindConnectListenAcceptAndNames() {
        byte[] name = ("systemd4j-libc-" + ProcessHandle.current().pid()).getBytes(UTF_8);
        int length = Sockaddr.abstractName(a.bytes(), 0, name);
        int server = opened(libc.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        refused(libc.connect(server, a.address(), length), Errno.ECONNREFUSED);
        assertThat(libc.bind(server, a.address(), length)).isZero();
        refused(libc.bind(server, a.address(), length), Errno.EINVAL);
        assertThat(libc.listen(server, 5)).isZero();

        int client = opened(libc.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        assertThat(libc.connect(client, a.address(), length)).isZero();
        b.bytes().putInt(0, 200);
        int connection = opened(libc.accept4(server, b.address() + 8, b.address(), SOCK_CLOEXEC));

        b.bytes().putInt(0, 200);
        assertThat(libc.getsockname(connection, b.address() + 8, b.address())).isZero();
        assertThat(b.bytes().getInt(0)).isEqualTo(length);
        byte[] read = new byte[name.length];
        b.bytes().get(8 + 3, read);
        assertThat(read).isEqualTo(name);
        b.bytes().putInt(0, 200);
        assertThat(libc.getpeername(client, b.address() + 8, b.address())).isZero();
        assertThat(b.bytes().getInt(0)).isEqualTo(length);
        refused(libc.getpeername(server, b.address() + 8, b.address()), Errno.ENOTCONN);
        refused(libc.getsockname(-1, b.address() + 8, b.address()), Errno.EBADF);
        refused(libc.listen(-1, 1), Errno.EBADF);
        refused(libc.accept4(client, 0, 0, 0), Errno.EINVAL);
    }

    @Test
    void sendRecvAndShutdown() {
        int[] pair = pair(SOCK_DGRAM);
        a.bytes().put(0, "hello".getBytes(UTF_8));

        assertThat(libc.send(pair[0], a.address(), 5, MSG_NOSIGNAL)).isEqualTo(5);
        assertThat(libc.recv(pair[1], b.address(), 100, MSG_DONTWAIT)).isEqualTo(5);
        byte[] read = new byte[5];
        b.bytes().get(0, read);
        assertThat(read).asString().isEqualTo("hello");
        refused(libc.recv(pair[1], b.address(), 100, MSG_DONTWAIT), Errno.EAGAIN);
        assertThat(libc.shutdown(pair[1], Constants.SHUT_RD)).isZero();
        refused(libc.send(pair[0], a.address(), 5, MSG_NOSIGNAL), Errno.EPIPE);
        refused(libc.shutdown(-1, Constants.SHUT_RD), Errno.EBADF);
    }

    @Test
    void messagesCarryDescriptorsAndCredentials() {
        int[] pair = pair(SOCK_DGRAM);
        int[] pipe = pipe();
        a.bytes().putInt(0, 1);
        assertThat(libc.setsockopt(pair[1], SOL_SOCKET, Constants.SO_PASSCRED, a.address(), 4))
                .isZero();
        Message message = new Message(libc, 64, Constants.SCM_MAX_FD);
        message.payload().put(message.payloadOffset(), "with".getBytes(UTF_8));

        assertThat(message.send(pair[0], 4, pipe, new int[0], MSG_NOSIGNAL)).isEqualTo(4);
        Message received = new Message(libc, 64, 4);
        assertThat(received.receive(pair[1], MSG_DONTWAIT)).isEqualTo(4);

        assertThat(received.hasCredentials()).isTrue();
        assertThat(received.pid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(received.uid()).isEqualTo(libc.getuid());
        assertThat(received.gid()).isEqualTo(libc.getgid());
        assertThat(received.descriptors()).hasSize(2);
        assertThat(received.truncated()).isFalse();
        assertThat(received.controlTruncated()).isFalse();
        for (int fd : received.descriptors()) {
            assertThat(libc.fcntl(opened(fd), Constants.F_GETFD, 0)).isEqualTo(Constants.FD_CLOEXEC);
        }
        refused(received.receive(pair[1], MSG_DONTWAIT), Errno.EAGAIN);
        assertThat(received.descriptors()).isEmpty();
    }

    @Test
    void messagesThatDoNotFitSaySo() {
        int[] pair = pair(SOCK_DGRAM);
        int[] pipe = pipe();
        int[] many = new int[20];
        Arrays.fill(many, pipe[0]);
        Message message = new Message(libc, 64, many.length);
        assertThat(message.send(pair[0], 64, many, new int[0], MSG_NOSIGNAL)).isEqualTo(64);

        Message small = new Message(libc, 16, 0);
        assertThat(small.receive(pair[1], MSG_DONTWAIT)).isEqualTo(16);

        assertThat(small.truncated()).isTrue();
        assertThat(small.controlTruncated()).isTrue();
        for (int fd : small.descriptors()) {
            opened(fd); // room for credentials holds some of them
        }
    }

    @Test
    void messagesThatTheKernelRefusesAreNotSent() {
        int[] pair = pair(SOCK_DGRAM);
        Message message = new Message(libc, 64, 4);

        refused(message.send(pair[0], 4, new int[] {-1}, new int[0], MSG_NOSIGNAL), Errno.EBADF);
        refused(message.send(pair[0], 4, new int[0], new int[] {Integer.MAX_VALUE, 0, 0}, MSG_NOSIGNAL), ESRCH);
        refused(message.send(-1, 4, new int[0], new int[0], MSG_NOSIGNAL), Errno.EBADF);
        refused(message.receive(pair[1], MSG_DONTWAIT), Errno.EAGAIN);
    }

    private static final int ESRCH = 3;

    private int[] pipe() {
        assertThat(libc.pipe2(b.address(), Constants.O_CLOEXEC)).isZero();
        return new int[] {opened(b.bytes().getInt(0)), opened(b.bytes().getInt(4))};
    }

    @Test
    void socketOptions() {
        int fd = opened(libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        a.bytes().putInt(0, 4);

        assertThat(libc.getsockopt(fd, SOL_SOCKET, Constants.SO_TYPE, a.address() + 8, a.address()))
                .isZero();
        assertThat(a.bytes().getInt(8)).isEqualTo(SOCK_DGRAM);
        assertThat(libc.getsockopt(fd, SOL_SOCKET, Constants.SO_DOMAIN, a.address() + 8, a.address()))
                .isZero();
        assertThat(a.bytes().getInt(8)).isEqualTo(AF_UNIX);
        refused(libc.getsockopt(fd, SOL_SOCKET, 9999, a.address() + 8, a.address()), 92);
        refused(libc.setsockopt(fd, SOL_SOCKET, 9999, a.address(), 4), 92);
    }

    @Test
    void pipeReadWritePollAndDup() {
        int[] pipe = pipe();
        PollFd poll = new PollFd(libc);
        assertThat(poll.await(pipe[0], Constants.POLLIN, System.nanoTime())).isZero();
        a.bytes().put(0, (byte) 7);

        assertThat(libc.write(pipe[1], a.address(), 1)).isEqualTo(1);
        assertThat(poll.await(pipe[0], Constants.POLLIN, System.nanoTime() + 1_000_000_000))
                .isEqualTo(Constants.POLLIN);
        int copy = opened(libc.dup(pipe[0]));
        assertThat(copy).isNotEqualTo(pipe[0]);
        assertThat(libc.read(copy, b.address(), 10)).isEqualTo(1);
        assertThat(b.bytes().get(0)).isEqualTo((byte) 7);

        refused(libc.pipe2(a.address(), -1), Errno.EINVAL);
        refused(libc.read(pipe[1], a.address(), 1), Errno.EBADF);
        refused(libc.write(pipe[0], a.address(), 1), Errno.EBADF);
        refused(libc.dup(-1), Errno.EBADF);
        refused(libc.close(-1), Errno.EBADF);
        refused(libc.poll(0, 1, 0), 14);
    }

    @Test
    void aPollWaitsNoShorterThanAsked() {
        int[] pipe = pipe();
        long start = System.nanoTime();

        assertThat(new PollFd(libc).await(pipe[0], Constants.POLLIN, start + 20_500_000))
                .isZero();

        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_500_000);
    }

    @Test
    void fcntlPassesItsArgument() {
        int[] pipe = pipe();

        int copy = opened(libc.fcntl(pipe[0], Constants.F_DUPFD_CLOEXEC, 100));
        assertThat(copy).isGreaterThanOrEqualTo(100);
        assertThat(libc.fcntl(copy, Constants.F_GETFD, 0)).isEqualTo(Constants.FD_CLOEXEC);
        assertThat(libc.fcntl(copy, Constants.F_SETFD, 0)).isZero();
        assertThat(libc.fcntl(copy, Constants.F_GETFD, 0)).isZero();
        assertThat(libc.fcntl(pipe[0], Constants.F_SETFL, Constants.O_NONBLOCK)).isZero();
        refused(libc.read(pipe[0], a.address(), 1), Errno.EAGAIN);
        refused(libc.fcntl(pipe[0], 99999, 0), Errno.EINVAL);
    }

    @Test
    void memfd() throws Exception {
        a.bytes().put(0, "state\0".getBytes(UTF_8));
        int fd = opened(libc.memfd_create(a.address(), Constants.MFD_CLOEXEC | Constants.MFD_ALLOW_SEALING));

        assertThat(libc.write(fd, a.address(), 5)).isEqualTo(5);
        assertThat(libc.lseek(fd, 0, 0)).isZero();
        assertThat(libc.read(fd, b.address(), 100)).isEqualTo(5);
        assertThat(libc.fcntl(fd, Constants.F_ADD_SEALS, 0xF)).isZero();
        assertThat(libc.fcntl(fd, Constants.F_GET_SEALS, 0)).isEqualTo(0xF);
        refused(libc.write(fd, a.address(), 1), Errno.EPERM);
        refused(libc.memfd_create(a.address(), -1), Errno.EINVAL);
        refused(libc.lseek(-1, 0, 0), Errno.EBADF);
        assertThat(Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString())
                .contains("memfd:state");
    }

    @Test
    void theMonotonicClockIsThatOfNanoTime() {
        long earlier = System.nanoTime();
        assertThat(libc.clock_gettime(Constants.CLOCK_MONOTONIC, a.address())).isZero();
        long later = System.nanoTime();

        assertThat(a.bytes().getLong(0) * 1_000_000_000 + a.bytes().getLong(8)).isBetween(earlier, later);
        refused(libc.clock_gettime(12345, a.address()), Errno.EINVAL);
    }

    @Test
    void pidfdSendSignal() throws Exception {
        Process child = new ProcessBuilder("sleep", "60").start();
        int pidfd = libc.pidfd_open((int) child.pid(), 0);

        assertThat(libc.pidfd_send_signal(pidfd, 0, 0, 0)).isZero();
        assertThat(libc.pidfd_send_signal(pidfd, 9, 0, 0)).isZero();
        assertThat(child.waitFor()).isEqualTo(137);
        child.getInputStream().close();
        child.getErrorStream().close();
        child.getOutputStream().close();
        refused(libc.pidfd_send_signal(pidfd, 9, 0, 0), ESRCH);
        assertThat(libc.close(pidfd)).isZero();
        refused(libc.pidfd_send_signal(pidfd, 9, 0, 0), Errno.EBADF);
    }

    @Test
    void kill() throws Exception {
        Process child = new ProcessBuilder("sleep", "60").start();

        assertThat(libc.kill((int) child.pid(), 0)).isZero();
        assertThat(libc.kill((int) child.pid(), 9)).isZero();
        assertThat(child.waitFor()).isEqualTo(137);
        child.destroyForcibly();
        child.getInputStream().close();
        child.getErrorStream().close();
        refused(libc.kill((int) child.pid(), 0), ESRCH);
    }

    @Test
    void ids() throws Exception {
        assertThat(libc.getuid()).isEqualTo(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        assertThat(libc.getgid()).isEqualTo(Files.getAttribute(Path.of("/proc/self"), "unix:gid"));
    }

    @Test
    void openFiles() throws Exception {
        Memory path = text(directory + "/log");

        int fd = opened(libc.open(path.address(), Constants.O_WRONLY | Constants.O_CREAT | Constants.O_CLOEXEC, 0600));

        assertThat(libc.fcntl(fd, Constants.F_GETFD, 0)).isEqualTo(Constants.FD_CLOEXEC);
        assertThat(Files.getAttribute(directory.resolve("log"), "unix:mode")).isEqualTo(0100600);
        refused(libc.open(text(directory + "/none").address(), Constants.O_CLOEXEC, 0), Errno.ENOENT);
    }

    @Test
    void permissionsAndOwners() throws Exception {
        Memory path = text(directory + "/owned");
        Memory none = text(directory + "/none");
        int fd = opened(libc.open(path.address(), Constants.O_WRONLY | Constants.O_CREAT | Constants.O_CLOEXEC, 0600));

        assertThat(libc.chmod(path.address(), 0622)).isZero();
        assertThat(Files.getAttribute(directory.resolve("owned"), "unix:mode")).isEqualTo(0100622);
        assertThat(libc.fchmod(fd, 0640)).isZero();
        assertThat(Files.getAttribute(directory.resolve("owned"), "unix:mode")).isEqualTo(0100640);
        assertThat(libc.chown(path.address(), libc.getuid(), libc.getgid())).isZero();
        assertThat(libc.chown(path.address(), -1, -1)).isZero();
        assertThat(Files.getAttribute(directory.resolve("owned"), "unix:uid")).isEqualTo(libc.getuid());
        refused(libc.chmod(none.address(), 0600), Errno.ENOENT);
        refused(libc.fchmod(-1, 0600), Errno.EBADF);
        refused(libc.chown(none.address(), -1, -1), Errno.ENOENT);
    }

    @Test
    void makeFifos() throws Exception {
        Memory path = text(directory + "/fifo");

        assertThat(libc.mkfifo(path.address(), 0600)).isZero();

        assertThat(Files.getAttribute(directory.resolve("fifo"), "unix:mode")).isEqualTo(0010600);
        refused(libc.mkfifo(text(directory + "/none/fifo").address(), 0600), Errno.ENOENT);
    }

    @Test
    void spawnWithEverythingSixArgumentsSay() {
        Memory actions = Memory.allocate(libc, 512);
        Memory attributes = Memory.allocate(libc, 512);
        Memory signals = Memory.allocate(libc, 128);
        assertThat(libc.posix_spawn_file_actions_init(actions.address())).isZero();
        assertThat(libc.posix_spawnattr_init(attributes.address())).isZero();
        int[] pipe = pipe();

        refused(libc.posix_spawn_file_actions_adddup2(actions.address(), -1, 1), Errno.EBADF);
        assertThat(libc.posix_spawn_file_actions_adddup2(actions.address(), pipe[1], 1))
                .isZero();
        refused(libc.posix_spawn_file_actions_addclose(actions.address(), -1), Errno.EBADF);
        assertThat(libc.posix_spawn_file_actions_addclose(actions.address(), 0)).isZero();
        refused(libc.posix_spawn_file_actions_addclosefrom_np(actions.address(), -1), Errno.EBADF);
        assertThat(libc.posix_spawn_file_actions_addclosefrom_np(actions.address(), 3))
                .isZero();
        refused(libc.posix_spawnattr_setflags(attributes.address(), 0x4000), Errno.EINVAL);
        assertThat(libc.posix_spawnattr_setflags(
                        attributes.address(), Constants.POSIX_SPAWN_SETSIGDEF | Constants.POSIX_SPAWN_SETSIGMASK))
                .isZero();
        signals.bytes().put(0, (byte) 4); // SIGQUIT
        assertThat(libc.posix_spawnattr_setsigmask(attributes.address(), signals.address()))
                .isZero();
        assertThat(libc.posix_spawnattr_setsigdefault(attributes.address(), signals.address()))
                .isZero();

        String script =
                "echo $1 $VARIABLE; for i in 0 1 2 3 4 5 6 7; do [ -e /proc/$$/fd/$i ] && echo $i; done; exit 5";
        assertThat(spawn(actions, attributes, "/bin/sh", "sh", "-c", script, "sh", "argument"))
                .isZero();
        assertThat(exitStatus()).isEqualTo(5);
        assertThat(read(pipe[0])).isEqualTo("argument value\n1\n2\n");
        assertThat(spawn(actions, attributes, "/bin/grep", "grep", "SigBlk", "/proc/self/status"))
                .isZero();
        assertThat(exitStatus()).isZero();
        assertThat(read(pipe[0])).isEqualTo("SigBlk:\t0000000000000004\n");
        refused(spawn(actions, attributes, "/nowhere/sh", "sh"), Errno.ENOENT);
        assertThat(libc.posix_spawn_file_actions_destroy(actions.address())).isZero();
        assertThat(libc.posix_spawnattr_destroy(attributes.address())).isZero();
        signals.keepAlive();
    }

    private static final int ECHILD = 10;

    /** Of the child whose pid was left in the memory {@link #a}, which is gone after it. */
    private int exitStatus() {
        int pid = a.bytes().getInt(0);
        assertThat(pid).isPositive();
        assertThat(libc.waitid(Constants.P_PID, pid, b.address(), Constants.WEXITED | Constants.WNOWAIT))
                .isZero();
        assertThat(libc.waitid(Constants.P_PID, pid, b.address(), Constants.WEXITED))
                .isZero();
        refused(libc.waitid(Constants.P_PID, pid, b.address() + 128, Constants.WEXITED), ECHILD);
        assertThat(b.bytes().getInt(8)).isEqualTo(Constants.CLD_EXITED);
        return b.bytes().getInt(24);
    }

    private String read(int fd) {
        byte[] bytes = new byte[(int) libc.read(fd, b.address(), 256)];
        b.bytes().get(0, bytes);
        return new String(bytes, UTF_8);
    }

    /** With one variable; the pid is left in the memory {@link #a}. */
    private int spawn(Memory actions, Memory attributes, String program, String... arguments) {
        List<Memory> texts = new ArrayList<>();
        Memory argv = Memory.allocate(libc, 8 * (arguments.length + 1));
        for (String argument : arguments) {
            texts.add(text(argument));
            argv.bytes()
                    .putLong(8 * (texts.size() - 1), texts.get(texts.size() - 1).address());
        }
        Memory variable = text("VARIABLE=value");
        Memory envp = Memory.allocate(libc, 16);
        envp.bytes().putLong(0, variable.address());
        Memory path = text(program);
        int result = libc.posix_spawn(
                a.address(), path.address(), actions.address(), attributes.address(), argv.address(), envp.address());
        texts.addAll(List.of(argv, variable, envp, path, actions, attributes));
        texts.forEach(Memory::keepAlive);
        return result;
    }

    private Memory text(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        Memory memory = Memory.allocate(libc, bytes.length + 1);
        memory.bytes().put(0, bytes);
        return memory;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eachThreadHasItsOwnErrno(boolean virtual) throws Exception {
        ExecutorService threads = virtual ? virtualThreads() : Executors.newFixedThreadPool(8);
        CountDownLatch together = new CountDownLatch(8);
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            boolean even = t % 2 == 0;
            all.add(threads.submit(() -> {
                together.countDown();
                together.await();
                for (int i = 0; i < 20_000; i++) {
                    long result = even ? libc.dup(-1) : libc.clock_gettime(12345, a.address());
                    if (result != -(even ? Errno.EBADF : Errno.EINVAL)) {
                        throw new AssertionError("errno " + -result);
                    }
                }
                return null;
            }));
        }
        for (Future<?> each : all) {
            each.get();
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    /** Executors.newVirtualThreadPerTaskExecutor() where there is one, on JDK 17 platform threads again. */
    private static ExecutorService virtualThreads() throws Exception {
        if (Runtime.version().feature() < 21) {
            return Executors.newCachedThreadPool();
        }
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }
}
