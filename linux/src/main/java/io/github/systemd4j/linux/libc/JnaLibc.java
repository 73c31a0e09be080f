package io.github.systemd4j.linux.libc;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/**
 * The calls by JNA's direct mapping. Only primitive arguments: they are the fastest and need no reflection, which JNA's
 * structures do (and cannot on the module path).
 */
final class JnaLibc implements Libc {

    private static final int ENOSYS = 38;
    private static final int SYS_PIDFD_OPEN = 434; // on every architecture
    private static final int SYS_PIDFD_SEND_SIGNAL = 424;

    private JnaLibc() {}

    static Libc open() {
        // The process itself: libc is there, whatever its file is called. Nothing is looked up on disk.
        Native.register(Functions.class, NativeLibrary.getProcess());
        return new JnaLibc();
    }

    /** JNA keeps the errno of each call in a variable of the thread, out of reach of what the JVM does in between. */
    private static int result(int result) {
        return result == -1 ? -Native.getLastError() : result;
    }

    private static long result(long result) {
        return result == -1 ? -Native.getLastError() : result;
    }

    @Override
    public long address(ByteBuffer buffer) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(buffer));
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        return result(Functions.socket(domain, type, protocol));
    }

    @Override
    public int socketpair(int domain, int type, int protocol, long fds) {
        return result(Functions.socketpair(domain, type, protocol, fds));
    }

    @Override
    public int bind(int fd, long address, int length) {
        return result(Functions.bind(fd, address, length));
    }

    @Override
    public int connect(int fd, long address, int length) {
        return result(Functions.connect(fd, address, length));
    }

    @Override
    public int listen(int fd, int backlog) {
        return result(Functions.listen(fd, backlog));
    }

    @Override
    public int accept4(int fd, long address, long length, int flags) {
        return result(Functions.accept4(fd, address, length, flags));
    }

    @Override
    public int shutdown(int fd, int how) {
        return result(Functions.shutdown(fd, how));
    }

    @Override
    public long send(int fd, long buffer, long length, int flags) {
        return result(Functions.send(fd, buffer, length, flags));
    }

    @Override
    public long recv(int fd, long buffer, long length, int flags) {
        return result(Functions.recv(fd, buffer, length, flags));
    }

    @Override
    public long sendmsg(int fd, long header, int flags) {
        return result(Functions.sendmsg(fd, header, flags));
    }

    @Override
    public long recvmsg(int fd, long header, int flags) {
        return result(Functions.recvmsg(fd, header, flags));
    }

    @Override
    public int getsockopt(int fd, int level, int name, long value, long length) {
        return result(Functions.getsockopt(fd, level, name, value, length));
    }

    @Override
    public int setsockopt(int fd, int level, int name, long value, int length) {
        return result(Functions.setsockopt(fd, level, name, value, length));
    }

    @Override
    public int getsockname(int fd, long address, long length) {
        return result(Functions.getsockname(fd, address, length));
    }

    @Override
    public int getpeername(int fd, long address, long length) {
        return result(Functions.getpeername(fd, address, length));
    }

    @Override
    public int poll(long fds, long count, int timeout) {
        return result(Functions.poll(fds, count, timeout));
    }

    @Override
    public int fcntl(int fd, int command, int argument) {
        return result(Functions.fcntl(fd, command, argument));
    }

    @Override
    public int dup(int fd) {
        return result(Functions.dup(fd));
    }

    @Override
    public int pipe2(long fds, int flags) {
        return result(Functions.pipe2(fds, flags));
    }

    @Override
    public int memfd_create(long name, int flags) {
        return Memfd.AVAILABLE ? result(Memfd.memfd_create(name, flags)) : -ENOSYS;
    }

    @Override
    public long read(int fd, long buffer, long length) {
        return result(Functions.read(fd, buffer, length));
    }

    @Override
    public long write(int fd, long buffer, long length) {
        return result(Functions.write(fd, buffer, length));
    }

    @Override
    public long lseek(int fd, long offset, int whence) {
        return result(Functions.lseek(fd, offset, whence));
    }

    @Override
    public int close(int fd) {
        return result(Functions.close(fd));
    }

    @Override
    public int clock_gettime(int clock, long time) {
        return result(Functions.clock_gettime(clock, time));
    }

    @Override
    public int unlink(long path) {
        return result(Functions.unlink(path));
    }

    @Override
    public int chmod(long path, int mode) {
        return result(Functions.chmod(path, mode));
    }

    @Override
    public int fchmod(int fd, int mode) {
        return result(Functions.fchmod(fd, mode));
    }

    @Override
    public int chown(long path, int uid, int gid) {
        return result(Functions.chown(path, uid, gid));
    }

    @Override
    public int mkfifo(long path, int mode) {
        return result(Functions.mkfifo(path, mode));
    }

    @Override
    public int kill(int pid, int signal) {
        return result(Functions.kill(pid, signal));
    }

    @Override
    public int getuid() {
        return Functions.getuid();
    }

    @Override
    public int getgid() {
        return Functions.getgid();
    }

    @Override
    public long dlopen(long path, int flags) {
        return Functions.dlopen(path, flags);
    }

    @Override
    public long dlsym(long handle, long name) {
        return Functions.dlsym(handle, name);
    }

    @Override
    public void memcpy(long to, long from, long length) {
        Functions.memcpy(to, from, length);
    }

    @Override
    public long call(long function, long a, long b, long c, long d, long e) {
        return Function.getFunction(new Pointer(function)).invokeLong(new Object[] {a, b, c, d, e});
    }

    @Override
    public int open(long path, int flags, int mode) {
        return result(Functions.open(path, flags, mode));
    }

    @Override
    public int waitid(int type, int id, long info, int options) {
        return result(Functions.waitid(type, id, info, options));
    }

    @Override
    public int posix_spawn(long pid, long path, long actions, long attributes, long argv, long envp) {
        return -Spawn.posix_spawn(pid, path, actions, attributes, argv, envp);
    }

    @Override
    public int posix_spawn_file_actions_init(long actions) {
        return -Spawn.posix_spawn_file_actions_init(actions);
    }

    @Override
    public int posix_spawn_file_actions_destroy(long actions) {
        return -Spawn.posix_spawn_file_actions_destroy(actions);
    }

    @Override
    public int posix_spawn_file_actions_adddup2(long actions, int from, int to) {
        return -Spawn.posix_spawn_file_actions_adddup2(actions, from, to);
    }

    @Override
    public int posix_spawn_file_actions_addclose(long actions, int fd) {
        return -Spawn.posix_spawn_file_actions_addclose(actions, fd);
    }

    @Override
    public int posix_spawn_file_actions_addclosefrom_np(long actions, int from) {
        return CloseFrom.AVAILABLE ? -CloseFrom.posix_spawn_file_actions_addclosefrom_np(actions, from) : -ENOSYS;
    }

    @Override
    public int posix_spawnattr_init(long attributes) {
        return -Spawn.posix_spawnattr_init(attributes);
    }

    @Override
    public int posix_spawnattr_destroy(long attributes) {
        return -Spawn.posix_spawnattr_destroy(attributes);
    }

    @Override
    public int posix_spawnattr_setflags(long attributes, int flags) {
        return -Spawn.posix_spawnattr_setflags(attributes, flags);
    }

    @Override
    public int posix_spawnattr_setsigmask(long attributes, long signals) {
        return -Spawn.posix_spawnattr_setsigmask(attributes, signals);
    }

    @Override
    public int posix_spawnattr_setsigdefault(long attributes, long signals) {
        return -Spawn.posix_spawnattr_setsigdefault(attributes, signals);
    }

    @Override
    public int pidfd_open(int pid, int flags) {
        return (int) result(Functions.syscall(SYS_PIDFD_OPEN, pid, flags, 0, 0));
    }

    @Override
    public int pidfd_send_signal(int pidfd, int signal, long info, int flags) {
        return (int) result(Functions.syscall(SYS_PIDFD_SEND_SIGNAL, pidfd, signal, info, flags));
    }

    /** Apart, because JNA binds all functions of a class or none, and this one is missing before glibc 2.27. */
    private static final class Memfd {

        static final boolean AVAILABLE = register();

        private Memfd() {}

        private static boolean register() {
            try {
                Native.register(Memfd.class, NativeLibrary.getProcess());
                return true;
            } catch (UnsatisfiedLinkError e) {
                return false;
            }
        }

        static native int memfd_create(long name, int flags);
    }

    /** Apart, because it is missing before glibc 2.34. */
    private static final class CloseFrom {

        static final boolean AVAILABLE = register();

        private CloseFrom() {}

        private static boolean register() {
            try {
                Native.register(CloseFrom.class, NativeLibrary.getProcess());
                return true;
            } catch (UnsatisfiedLinkError e) {
                return false;
            }
        }

        static native int posix_spawn_file_actions_addclosefrom_np(long actions, int from);
    }

    /** Apart, because few processes start others. These return the error number. */
    private static final class Spawn {

        static {
            Native.register(Spawn.class, NativeLibrary.getProcess());
        }

        private Spawn() {}

        static native int posix_spawn(long pid, long path, long actions, long attributes, long argv, long envp);

        static native int posix_spawn_file_actions_init(long actions);

        static native int posix_spawn_file_actions_destroy(long actions);

        static native int posix_spawn_file_actions_adddup2(long actions, int from, int to);

        static native int posix_spawn_file_actions_addclose(long actions, int fd);

        static native int posix_spawnattr_init(long attributes);

        static native int posix_spawnattr_destroy(long attributes);

        static native int posix_spawnattr_setflags(long attributes, int flags);

        static native int posix_spawnattr_setsigmask(long attributes, long signals);

        static native int posix_spawnattr_setsigdefault(long attributes, long signals);
    }

    /** What JNA binds: the names are looked up as they stand here. */
    private static final class Functions {

        private Functions() {}

        static native int socket(int domain, int type, int protocol);

        static native int socketpair(int domain, int type, int protocol, long fds);

        static native int bind(int fd, long address, int length);

        static native int connect(int fd, long address, int length);

        static native int listen(int fd, int backlog);

        static native int accept4(int fd, long address, long length, int flags);

        static native int shutdown(int fd, int how);

        static native long send(int fd, long buffer, long length, int flags);

        static native long recv(int fd, long buffer, long length, int flags);

        static native long sendmsg(int fd, long header, int flags);

        static native long recvmsg(int fd, long header, int flags);

        static native int getsockopt(int fd, int level, int name, long value, long length);

        static native int setsockopt(int fd, int level, int name, long value, int length);

        static native int getsockname(int fd, long address, long length);

        static native int getpeername(int fd, long address, long length);

        static native int poll(long fds, long count, int timeout);

        static native int fcntl(int fd, int command, int argument);

        static native int dup(int fd);

        static native int pipe2(long fds, int flags);

        static native int unlink(long path);

        static native int chmod(long path, int mode);

        static native int fchmod(int fd, int mode);

        static native int chown(long path, int uid, int gid);

        static native int mkfifo(long path, int mode);

        static native long read(int fd, long buffer, long length);

        static native long write(int fd, long buffer, long length);

        static native long lseek(int fd, long offset, int whence);

        static native int close(int fd);

        static native int clock_gettime(int clock, long time);

        static native int kill(int pid, int signal);

        static native int getuid();

        static native int getgid();

        static native long syscall(long number, long a, long b, long c, long d);

        static native long dlopen(long path, int flags);

        static native long dlsym(long handle, long name);

        static native long memcpy(long to, long from, long length);

        static native int open(long path, int flags, int mode);

        static native int waitid(int type, int id, long info, int options);
    }
}
