package io.github.systemd4j.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The calls by java.lang.foreign. Nothing is unpacked or looked up on disk: libc is in the process already. */
final class ForeignLibc implements Libc {

    private static final Linker LINKER = Linker.nativeLinker();

    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

    private static final MethodHandle SOCKET =
            handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SOCKETPAIR =
            handle("socketpair", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle BIND =
            handle("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle CONNECT =
            handle("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle LISTEN = handle("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle ACCEPT4 =
            handle("accept4", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle SHUTDOWN =
            handle("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SEND =
            handle("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECV =
            handle("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle SENDMSG =
            handle("sendmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECVMSG =
            handle("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle GETSOCKOPT =
            handle("getsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle SETSOCKOPT =
            handle("setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle GETSOCKNAME =
            handle("getsockname", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle GETPEERNAME =
            handle("getpeername", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle POLL =
            handle("poll", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle FCNTL = handle(
            "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle DUP = handle("dup", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle PIPE2 = handle("pipe2", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MEMFD_CREATE =
            handle("memfd_create", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle READ =
            handle("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle WRITE =
            handle("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle LSEEK =
            handle("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOCK_GETTIME =
            handle("clock_gettime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle KILL = handle("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle GETUID = handle("getuid", FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle GETGID = handle("getgid", FunctionDescriptor.of(JAVA_INT));

    private static final long ERRNO_OFFSET =
            Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    /** Where the linker leaves errno: one place for each platform thread, so that no two calls share one. */
    private static final ThreadLocal<MemorySegment> ERRNO =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private ForeignLibc() {}

    static Libc open() {
        return new ForeignLibc();
    }

    @SuppressWarnings("restricted") // this class is what the native access is enabled for
    private static MethodHandle handle(String name, FunctionDescriptor signature, Linker.Option... options) {
        Linker.Option[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = CAPTURE_ERRNO;
        MemorySegment function = LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError("the C library has no " + name));
        return LINKER.downcallHandle(function, signature, all);
    }

    /**
     * A virtual thread would keep its own piece of native memory for as long as it lives, and there may be millions:
     * these take one for the call alone.
     */
    private static MemorySegment errno() {
        return Thread.currentThread().isVirtual()
                ? Arena.ofAuto().allocate(Linker.Option.captureStateLayout())
                : ERRNO.get();
    }

    private static int result(int result, MemorySegment errno) {
        return result == -1 ? -errno.get(JAVA_INT, ERRNO_OFFSET) : result;
    }

    private static long result(long result, MemorySegment errno) {
        return result == -1 ? -errno.get(JAVA_INT, ERRNO_OFFSET) : result;
    }

    /** Signatures and arguments are fixed in this file: only a VM that is out of memory gets here. */
    private static Error unexpected(Throwable e) {
        return e instanceof Error error ? error : new AssertionError(e);
    }

    @Override
    public long address(ByteBuffer buffer) {
        return MemorySegment.ofBuffer(buffer.duplicate().rewind()).address();
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        MemorySegment errno = errno();
        try {
            return result((int) SOCKET.invokeExact(errno, domain, type, protocol), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int socketpair(int domain, int type, int protocol, long fds) {
        MemorySegment errno = errno();
        try {
            return result((int) SOCKETPAIR.invokeExact(errno, domain, type, protocol, fds), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int bind(int fd, long address, int length) {
        MemorySegment errno = errno();
        try {
            return result((int) BIND.invokeExact(errno, fd, address, length), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int connect(int fd, long address, int length) {
        MemorySegment errno = errno();
        try {
            return result((int) CONNECT.invokeExact(errno, fd, address, length), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int listen(int fd, int backlog) {
        MemorySegment errno = errno();
        try {
            return result((int) LISTEN.invokeExact(errno, fd, backlog), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int accept4(int fd, long address, long length, int flags) {
        MemorySegment errno = errno();
        try {
            return result((int) ACCEPT4.invokeExact(errno, fd, address, length, flags), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int shutdown(int fd, int how) {
        MemorySegment errno = errno();
        try {
            return result((int) SHUTDOWN.invokeExact(errno, fd, how), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long send(int fd, long buffer, long length, int flags) {
        MemorySegment errno = errno();
        try {
            return result((long) SEND.invokeExact(errno, fd, buffer, length, flags), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long recv(int fd, long buffer, long length, int flags) {
        MemorySegment errno = errno();
        try {
            return result((long) RECV.invokeExact(errno, fd, buffer, length, flags), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long sendmsg(int fd, long header, int flags) {
        MemorySegment errno = errno();
        try {
            return result((long) SENDMSG.invokeExact(errno, fd, header, flags), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long recvmsg(int fd, long header, int flags) {
        MemorySegment errno = errno();
        try {
            return result((long) RECVMSG.invokeExact(errno, fd, header, flags), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int getsockopt(int fd, int level, int name, long value, long length) {
        MemorySegment errno = errno();
        try {
            return result((int) GETSOCKOPT.invokeExact(errno, fd, level, name, value, length), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int setsockopt(int fd, int level, int name, long value, int length) {
        MemorySegment errno = errno();
        try {
            return result((int) SETSOCKOPT.invokeExact(errno, fd, level, name, value, length), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int getsockname(int fd, long address, long length) {
        MemorySegment errno = errno();
        try {
            return result((int) GETSOCKNAME.invokeExact(errno, fd, address, length), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int getpeername(int fd, long address, long length) {
        MemorySegment errno = errno();
        try {
            return result((int) GETPEERNAME.invokeExact(errno, fd, address, length), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int poll(long fds, long count, int timeout) {
        MemorySegment errno = errno();
        try {
            return result((int) POLL.invokeExact(errno, fds, count, timeout), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int fcntl(int fd, int command, int argument) {
        MemorySegment errno = errno();
        try {
            return result((int) FCNTL.invokeExact(errno, fd, command, argument), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int dup(int fd) {
        MemorySegment errno = errno();
        try {
            return result((int) DUP.invokeExact(errno, fd), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int pipe2(long fds, int flags) {
        MemorySegment errno = errno();
        try {
            return result((int) PIPE2.invokeExact(errno, fds, flags), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int memfd_create(long name, int flags) {
        MemorySegment errno = errno();
        try {
            return result((int) MEMFD_CREATE.invokeExact(errno, name, flags), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long read(int fd, long buffer, long length) {
        MemorySegment errno = errno();
        try {
            return result((long) READ.invokeExact(errno, fd, buffer, length), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long write(int fd, long buffer, long length) {
        MemorySegment errno = errno();
        try {
            return result((long) WRITE.invokeExact(errno, fd, buffer, length), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long lseek(int fd, long offset, int whence) {
        MemorySegment errno = errno();
        try {
            return result((long) LSEEK.invokeExact(errno, fd, offset, whence), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int close(int fd) {
        MemorySegment errno = errno();
        try {
            return result((int) CLOSE.invokeExact(errno, fd), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int clock_gettime(int clock, long time) {
        MemorySegment errno = errno();
        try {
            return result((int) CLOCK_GETTIME.invokeExact(errno, clock, time), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int kill(int pid, int signal) {
        MemorySegment errno = errno();
        try {
            return result((int) KILL.invokeExact(errno, pid, signal), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int getuid() {
        MemorySegment errno = errno();
        try {
            return (int) GETUID.invokeExact(errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int getgid() {
        MemorySegment errno = errno();
        try {
            return (int) GETGID.invokeExact(errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }
}
