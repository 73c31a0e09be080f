package io.github.systemd4j.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The calls by java.lang.foreign. Nothing is unpacked or looked up on disk: libc is in the process already.
 *
 * <p>All functions go through one handle, of five longs to a long. On the architectures that {@link Backend} accepts,
 * an integer argument of any size has a register of its own, sign-extended, whether the function is variadic or not,
 * and one that the function does not have is in a register that it does not read. Each signature of its own would cost
 * the first call some 30 ms of CPU, most of what a process that only says READY spends with us.
 */
final class ForeignLibc implements Libc {

    private static final MemorySegment SOCKET = function("socket");
    private static final MemorySegment SOCKETPAIR = function("socketpair");
    private static final MemorySegment BIND = function("bind");
    private static final MemorySegment CONNECT = function("connect");
    private static final MemorySegment LISTEN = function("listen");
    private static final MemorySegment ACCEPT4 = function("accept4");
    private static final MemorySegment SHUTDOWN = function("shutdown");
    private static final MemorySegment SEND = function("send");
    private static final MemorySegment RECV = function("recv");
    private static final MemorySegment SENDMSG = function("sendmsg");
    private static final MemorySegment RECVMSG = function("recvmsg");
    private static final MemorySegment GETSOCKOPT = function("getsockopt");
    private static final MemorySegment SETSOCKOPT = function("setsockopt");
    private static final MemorySegment GETSOCKNAME = function("getsockname");
    private static final MemorySegment GETPEERNAME = function("getpeername");
    private static final MemorySegment POLL = function("poll");
    private static final MemorySegment FCNTL = function("fcntl");
    private static final MemorySegment DUP = function("dup");
    private static final MemorySegment PIPE2 = function("pipe2");
    /** NULL before glibc 2.27. */
    private static final MemorySegment MEMFD_CREATE =
            Linker.nativeLinker().defaultLookup().find("memfd_create").orElse(MemorySegment.NULL);

    private static final MemorySegment READ = function("read");
    private static final MemorySegment WRITE = function("write");
    private static final MemorySegment LSEEK = function("lseek");
    private static final MemorySegment CLOSE = function("close");
    private static final MemorySegment CLOCK_GETTIME = function("clock_gettime");
    private static final MemorySegment UNLINK = function("unlink");
    private static final MemorySegment CHMOD = function("chmod");
    private static final MemorySegment FCHMOD = function("fchmod");
    private static final MemorySegment CHOWN = function("chown");
    private static final MemorySegment MKFIFO = function("mkfifo");
    private static final MemorySegment KILL = function("kill");
    private static final MemorySegment GETUID = function("getuid");
    private static final MemorySegment GETGID = function("getgid");
    private static final MemorySegment DLOPEN = function("dlopen");
    private static final MemorySegment DLSYM = function("dlsym");
    private static final MemorySegment MEMCPY = function("memcpy");
    private static final MemorySegment OPEN = function("open");
    private static final MemorySegment WAITID = function("waitid");

    private static final MemorySegment SYSCALL = function("syscall");

    private static final int ENOSYS = 38;
    private static final int SYS_PIDFD_OPEN = 434; // on every architecture
    private static final int SYS_PIDFD_SEND_SIGNAL = 424;

    private static final MethodHandle CALL = handle();

    /**
     * Where the linker leaves errno: one place for each platform thread, so that no two calls share one. Threads of a
     * server outlive the application that called here, and an object of one of our classes would keep its loader: so it
     * is a segment, and the buffer that it is made of, to read it. A VarHandle for that is dear the first time.
     */
    private static final ThreadLocal<Object[]> ERRNO = new ThreadLocal<>() {
        @Override
        protected Object[] initialValue() {
            return newErrno();
        }
    };

    private ForeignLibc() {}

    static Libc open() {
        return new ForeignLibc();
    }

    private static MemorySegment function(String name) {
        Optional<MemorySegment> function = Linker.nativeLinker().defaultLookup().find(name);
        if (function.isEmpty()) {
            throw new UnsatisfiedLinkError("the C library has no " + name);
        }
        return function.get();
    }

    @SuppressWarnings("restricted") // this class is what the native access is enabled for
    private static MethodHandle handle() {
        FunctionDescriptor fiveLongs =
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        return Linker.nativeLinker().downcallHandle(fiveLongs, Linker.Option.captureCallState("errno"));
    }

    /** For functions that return an int: the upper half of the register means nothing. */
    private static int callInt(MemorySegment function, long a, long b, long c, long d, long e) {
        Object[] errno = errno();
        int result = (int) call(function, errno, a, b, c, d, e);
        return result == -1 ? -value(errno) : result;
    }

    private static long callLong(MemorySegment function, long a, long b, long c, long d) {
        Object[] errno = errno();
        long result = call(function, errno, a, b, c, d, 0);
        return result == -1 ? -value(errno) : result;
    }

    private static long call(MemorySegment function, Object[] errno, long a, long b, long c, long d, long e) {
        try {
            return (long) CALL.invokeExact(function, (MemorySegment) errno[0], a, b, c, d, e);
        } catch (Error thrown) {
            throw thrown; // a VM that is out of memory
        } catch (Throwable thrown) {
            throw new AssertionError(thrown); // the signature is fixed in this file
        }
    }

    /** A virtual thread would keep its own for as long as it lives, and there may be millions: one for the call. */
    private static Object[] errno() {
        return Thread.currentThread().isVirtual() ? newErrno() : ERRNO.get();
    }

    private static Object[] newErrno() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
        return new Object[] {MemorySegment.ofBuffer(bytes), bytes};
    }

    private static int value(Object[] errno) {
        return ((ByteBuffer) errno[1]).getInt(0);
    }

    @Override
    public long address(ByteBuffer buffer) {
        return MemorySegment.ofBuffer(buffer.duplicate().rewind()).address();
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        return callInt(SOCKET, domain, type, protocol, 0, 0);
    }

    @Override
    public int socketpair(int domain, int type, int protocol, long fds) {
        return callInt(SOCKETPAIR, domain, type, protocol, fds, 0);
    }

    @Override
    public int bind(int fd, long address, int length) {
        return callInt(BIND, fd, address, length, 0, 0);
    }

    @Override
    public int connect(int fd, long address, int length) {
        return callInt(CONNECT, fd, address, length, 0, 0);
    }

    @Override
    public int listen(int fd, int backlog) {
        return callInt(LISTEN, fd, backlog, 0, 0, 0);
    }

    @Override
    public int accept4(int fd, long address, long length, int flags) {
        return callInt(ACCEPT4, fd, address, length, flags, 0);
    }

    @Override
    public int shutdown(int fd, int how) {
        return callInt(SHUTDOWN, fd, how, 0, 0, 0);
    }

    @Override
    public long send(int fd, long buffer, long length, int flags) {
        return callLong(SEND, fd, buffer, length, flags);
    }

    @Override
    public long recv(int fd, long buffer, long length, int flags) {
        return callLong(RECV, fd, buffer, length, flags);
    }

    @Override
    public long sendmsg(int fd, long header, int flags) {
        return callLong(SENDMSG, fd, header, flags, 0);
    }

    @Override
    public long recvmsg(int fd, long header, int flags) {
        return callLong(RECVMSG, fd, header, flags, 0);
    }

    @Override
    public int getsockopt(int fd, int level, int name, long value, long length) {
        return callInt(GETSOCKOPT, fd, level, name, value, length);
    }

    @Override
    public int setsockopt(int fd, int level, int name, long value, int length) {
        return callInt(SETSOCKOPT, fd, level, name, value, length);
    }

    @Override
    public int getsockname(int fd, long address, long length) {
        return callInt(GETSOCKNAME, fd, address, length, 0, 0);
    }

    @Override
    public int getpeername(int fd, long address, long length) {
        return callInt(GETPEERNAME, fd, address, length, 0, 0);
    }

    @Override
    public int poll(long fds, long count, int timeout) {
        return callInt(POLL, fds, count, timeout, 0, 0);
    }

    @Override
    public int fcntl(int fd, int command, int argument) {
        return callInt(FCNTL, fd, command, argument, 0, 0);
    }

    @Override
    public int dup(int fd) {
        return callInt(DUP, fd, 0, 0, 0, 0);
    }

    @Override
    public int pipe2(long fds, int flags) {
        return callInt(PIPE2, fds, flags, 0, 0, 0);
    }

    @Override
    public int memfd_create(long name, int flags) {
        return MEMFD_CREATE.address() == 0 ? -ENOSYS : callInt(MEMFD_CREATE, name, flags, 0, 0, 0);
    }

    @Override
    public long read(int fd, long buffer, long length) {
        return callLong(READ, fd, buffer, length, 0);
    }

    @Override
    public long write(int fd, long buffer, long length) {
        return callLong(WRITE, fd, buffer, length, 0);
    }

    @Override
    public long lseek(int fd, long offset, int whence) {
        return callLong(LSEEK, fd, offset, whence, 0);
    }

    @Override
    public int close(int fd) {
        return callInt(CLOSE, fd, 0, 0, 0, 0);
    }

    @Override
    public int clock_gettime(int clock, long time) {
        return callInt(CLOCK_GETTIME, clock, time, 0, 0, 0);
    }

    @Override
    public int unlink(long path) {
        return callInt(UNLINK, path, 0, 0, 0, 0);
    }

    @Override
    public int chmod(long path, int mode) {
        return callInt(CHMOD, path, mode, 0, 0, 0);
    }

    @Override
    public int fchmod(int fd, int mode) {
        return callInt(FCHMOD, fd, mode, 0, 0, 0);
    }

    @Override
    public int chown(long path, int uid, int gid) {
        return callInt(CHOWN, path, uid, gid, 0, 0);
    }

    @Override
    public int mkfifo(long path, int mode) {
        return callInt(MKFIFO, path, mode, 0, 0, 0);
    }

    @Override
    public int kill(int pid, int signal) {
        return callInt(KILL, pid, signal, 0, 0, 0);
    }

    @Override
    public int getuid() {
        return callInt(GETUID, 0, 0, 0, 0, 0);
    }

    @Override
    public int getgid() {
        return callInt(GETGID, 0, 0, 0, 0, 0);
    }

    @Override
    public long dlopen(long path, int flags) {
        return call(DLOPEN, errno(), path, flags, 0, 0, 0);
    }

    @Override
    public long dlsym(long handle, long name) {
        return call(DLSYM, errno(), handle, name, 0, 0, 0);
    }

    @Override
    public void memcpy(long to, long from, long length) {
        call(MEMCPY, errno(), to, from, length, 0, 0);
    }

    @Override
    public long call(long function, long a, long b, long c, long d, long e) {
        return call(MemorySegment.ofAddress(function), errno(), a, b, c, d, e);
    }

    @Override
    public int open(long path, int flags, int mode) {
        return callInt(OPEN, path, flags, mode, 0, 0);
    }

    @Override
    public int waitid(int type, int id, long info, int options) {
        return callInt(WAITID, type, id, info, options, 0);
    }

    @Override
    public int posix_spawn(long pid, long path, long actions, long attributes, long argv, long envp) {
        return Spawn.spawn(pid, path, actions, attributes, argv, envp);
    }

    @Override
    public int posix_spawn_file_actions_init(long actions) {
        return Spawn.call(Spawn.INIT, actions, 0, 0);
    }

    @Override
    public int posix_spawn_file_actions_destroy(long actions) {
        return Spawn.call(Spawn.DESTROY, actions, 0, 0);
    }

    @Override
    public int posix_spawn_file_actions_adddup2(long actions, int from, int to) {
        return Spawn.call(Spawn.ADDDUP2, actions, from, to);
    }

    @Override
    public int posix_spawn_file_actions_addclose(long actions, int fd) {
        return Spawn.call(Spawn.ADDCLOSE, actions, fd, 0);
    }

    @Override
    public int posix_spawn_file_actions_addclosefrom_np(long actions, int from) {
        return Spawn.ADDCLOSEFROM.address() == 0 ? -ENOSYS : Spawn.call(Spawn.ADDCLOSEFROM, actions, from, 0);
    }

    @Override
    public int posix_spawnattr_init(long attributes) {
        return Spawn.call(Spawn.ATTR_INIT, attributes, 0, 0);
    }

    @Override
    public int posix_spawnattr_destroy(long attributes) {
        return Spawn.call(Spawn.ATTR_DESTROY, attributes, 0, 0);
    }

    @Override
    public int posix_spawnattr_setflags(long attributes, int flags) {
        return Spawn.call(Spawn.ATTR_SETFLAGS, attributes, flags, 0);
    }

    @Override
    public int posix_spawnattr_setsigmask(long attributes, long signals) {
        return Spawn.call(Spawn.ATTR_SETSIGMASK, attributes, signals, 0);
    }

    @Override
    public int posix_spawnattr_setsigdefault(long attributes, long signals) {
        return Spawn.call(Spawn.ATTR_SETSIGDEFAULT, attributes, signals, 0);
    }

    /** Apart, because few processes start others, and posix_spawn is the one function with six arguments. */
    private static final class Spawn {

        static final MemorySegment POSIX_SPAWN = function("posix_spawn");
        static final MemorySegment INIT = function("posix_spawn_file_actions_init");
        static final MemorySegment DESTROY = function("posix_spawn_file_actions_destroy");
        static final MemorySegment ADDDUP2 = function("posix_spawn_file_actions_adddup2");
        static final MemorySegment ADDCLOSE = function("posix_spawn_file_actions_addclose");
        /** NULL before glibc 2.34. */
        static final MemorySegment ADDCLOSEFROM = Linker.nativeLinker()
                .defaultLookup()
                .find("posix_spawn_file_actions_addclosefrom_np")
                .orElse(MemorySegment.NULL);

        static final MemorySegment ATTR_INIT = function("posix_spawnattr_init");
        static final MemorySegment ATTR_DESTROY = function("posix_spawnattr_destroy");
        static final MemorySegment ATTR_SETFLAGS = function("posix_spawnattr_setflags");
        static final MemorySegment ATTR_SETSIGMASK = function("posix_spawnattr_setsigmask");
        static final MemorySegment ATTR_SETSIGDEFAULT = function("posix_spawnattr_setsigdefault");

        private static final MethodHandle SIX = handle();

        private Spawn() {}

        @SuppressWarnings("restricted") // as above
        private static MethodHandle handle() {
            return Linker.nativeLinker()
                    .downcallHandle(FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
        }

        /** These functions return the error number. */
        static int call(MemorySegment function, long a, long b, long c) {
            return -(int) ForeignLibc.call(function, errno(), a, b, c, 0, 0);
        }

        static int spawn(long a, long b, long c, long d, long e, long f) {
            try {
                return -(int) (long) SIX.invokeExact(POSIX_SPAWN, a, b, c, d, e, f);
            } catch (Error thrown) {
                throw thrown; // a VM that is out of memory
            } catch (Throwable thrown) {
                throw new AssertionError(thrown); // the signature is fixed in this file
            }
        }
    }

    @Override
    public int pidfd_open(int pid, int flags) {
        return callInt(SYSCALL, SYS_PIDFD_OPEN, pid, flags, 0, 0);
    }

    @Override
    public int pidfd_send_signal(int pidfd, int signal, long info, int flags) {
        return callInt(SYSCALL, SYS_PIDFD_SEND_SIGNAL, pidfd, signal, info, flags);
    }
}
