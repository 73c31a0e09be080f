package io.github.systemd4j.linux.libc;

import java.nio.ByteBuffer;

/**
 * The C functions that systemd4j calls, one method each, with the names and the parameter order of the C library.
 *
 * <p><b>Results.</b> A negative result is the negated errno of this very call, as the kernel itself returns it: {@code
 * -11} is {@code EAGAIN}. There is no thread-local error to read afterwards and none to lose. See
 * {@link io.github.systemd4j.linux.Errno} for the names.
 *
 * <p><b>Memory.</b> Addresses are {@code long}, taken by {@link #address} from direct buffers. The caller owns the
 * buffer and keeps it reachable until the call has returned (see {@link Memory}). A wrong address crashes the JVM: this
 * interface is exported to systemd4j's own modules alone.
 *
 * <p>Sizes and constants are those of 64-bit Linux; {@link Backend} refuses other platforms. All implementations are
 * thread safe. No method throws.
 */
public interface Libc {

    /**
     * The native address of a direct buffer's first byte (its position is not regarded). Not a C function.
     *
     * @param buffer a direct buffer, which must stay reachable while the address is in use
     * @return the address
     */
    long address(ByteBuffer buffer);

    /**
     * Makes a socket. See socket(2).
     *
     * @param domain {@code AF_*}
     * @param type {@code SOCK_*}, with {@code SOCK_CLOEXEC} and {@code SOCK_NONBLOCK}
     * @param protocol 0, or one of the domain
     * @return the descriptor, or -errno
     */
    int socket(int domain, int type, int protocol);

    /**
     * Makes two connected sockets. See socketpair(2).
     *
     * @param domain {@code AF_UNIX}
     * @param type {@code SOCK_*}
     * @param protocol 0
     * @param fds the address of two ints that receive the descriptors
     * @return 0, or -errno
     */
    int socketpair(int domain, int type, int protocol, long fds);

    /**
     * Gives a socket its address. See bind(2).
     *
     * @param fd the socket
     * @param address the address of a sockaddr
     * @param length its length in bytes
     * @return 0, or -errno
     */
    int bind(int fd, long address, int length);

    /**
     * Sets a socket's peer. See connect(2).
     *
     * @param fd the socket
     * @param address the address of a sockaddr
     * @param length its length in bytes
     * @return 0, or -errno
     */
    int connect(int fd, long address, int length);

    /**
     * Makes a socket accept connections. See listen(2).
     *
     * @param fd the socket
     * @param backlog the length of the queue
     * @return 0, or -errno
     */
    int listen(int fd, int backlog);

    /**
     * Takes a connection. See accept4(2).
     *
     * @param fd the listening socket
     * @param address the address of room for a sockaddr, or 0
     * @param length the address of an int: room before, length after the call; 0 with {@code address} 0
     * @param flags {@code SOCK_CLOEXEC}, {@code SOCK_NONBLOCK}
     * @return the connection's descriptor, or -errno
     */
    int accept4(int fd, long address, long length, int flags);

    /**
     * Shuts a direction of a socket for every process that holds it. See shutdown(2).
     *
     * @param fd the socket
     * @param how {@code SHUT_*}
     * @return 0, or -errno
     */
    int shutdown(int fd, int how);

    /**
     * Sends bytes over a connected socket. See send(2).
     *
     * @param fd the socket
     * @param buffer the address of the bytes
     * @param length how many
     * @param flags {@code MSG_*}
     * @return the number of bytes sent, or -errno
     */
    long send(int fd, long buffer, long length, int flags);

    /**
     * Receives bytes from a socket. See recv(2).
     *
     * @param fd the socket
     * @param buffer the address of the room
     * @param length its size in bytes
     * @param flags {@code MSG_*}
     * @return the number of bytes received, or -errno
     */
    long recv(int fd, long buffer, long length, int flags);

    /**
     * Sends a message with ancillary data. See sendmsg(2) and {@link Message}.
     *
     * @param fd the socket
     * @param header the address of a msghdr
     * @param flags {@code MSG_*}
     * @return the number of bytes sent, or -errno
     */
    long sendmsg(int fd, long header, int flags);

    /**
     * Receives a message with ancillary data. See recvmsg(2) and {@link Message}.
     *
     * @param fd the socket
     * @param header the address of a msghdr
     * @param flags {@code MSG_*}
     * @return the number of bytes received, or -errno
     */
    long recvmsg(int fd, long header, int flags);

    /**
     * Reads a socket's option. See getsockopt(2).
     *
     * @param fd the socket
     * @param level {@code SOL_*}
     * @param name {@code SO_*}
     * @param value the address of room for the value
     * @param length the address of an int: room before, length after the call
     * @return 0, or -errno
     */
    int getsockopt(int fd, int level, int name, long value, long length);

    /**
     * Sets a socket's option. See setsockopt(2).
     *
     * @param fd the socket
     * @param level {@code SOL_*}
     * @param name {@code SO_*}
     * @param value the address of the value
     * @param length its length in bytes
     * @return 0, or -errno
     */
    int setsockopt(int fd, int level, int name, long value, int length);

    /**
     * Reads a socket's own address. See getsockname(2).
     *
     * @param fd the socket
     * @param address the address of room for a sockaddr
     * @param length the address of an int: room before, length after the call
     * @return 0, or -errno
     */
    int getsockname(int fd, long address, long length);

    /**
     * Reads the address of a socket's peer. See getpeername(2).
     *
     * @param fd the socket
     * @param address the address of room for a sockaddr
     * @param length the address of an int: room before, length after the call
     * @return 0, or -errno
     */
    int getpeername(int fd, long address, long length);

    /**
     * Waits until one of several descriptors is ready. See poll(2).
     *
     * @param fds the address of an array of pollfd
     * @param count its length
     * @param timeout in milliseconds; -1 waits without a bound, which no caller of ours may
     * @return how many are ready, 0 after the time, or -errno
     */
    int poll(long fds, long count, int timeout);

    /**
     * Reads or changes a descriptor's properties. See fcntl(2).
     *
     * @param fd the descriptor
     * @param command {@code F_*}
     * @param argument of the command, 0 if it has none
     * @return of the command, or -errno
     */
    int fcntl(int fd, int command, int argument);

    /**
     * Copies a descriptor, without close-on-exec; {@code fcntl(F_DUPFD_CLOEXEC)} sets it. See dup(2).
     *
     * @param fd the descriptor
     * @return the new descriptor, or -errno
     */
    int dup(int fd);

    /**
     * Makes a pipe. See pipe2(2).
     *
     * @param fds the address of two ints: the read end, then the write end
     * @param flags {@code O_CLOEXEC}, {@code O_NONBLOCK}
     * @return 0, or -errno
     */
    int pipe2(long fds, int flags);

    /**
     * Makes an anonymous file. See memfd_create(2). {@code ENOSYS} where the C library has no such function, which is
     * before glibc 2.27.
     *
     * @param name the address of a name that ends with a NUL
     * @param flags {@code MFD_*}
     * @return the descriptor, or -errno
     */
    int memfd_create(long name, int flags);

    /**
     * Reads bytes. See read(2).
     *
     * @param fd the descriptor
     * @param buffer the address of the room
     * @param length its size in bytes
     * @return the number of bytes read, 0 at the end, or -errno
     */
    long read(int fd, long buffer, long length);

    /**
     * Writes bytes. See write(2).
     *
     * @param fd the descriptor
     * @param buffer the address of the bytes
     * @param length how many
     * @return the number of bytes written, or -errno
     */
    long write(int fd, long buffer, long length);

    /**
     * Moves a descriptor's position. See lseek(2).
     *
     * @param fd the descriptor
     * @param offset in bytes
     * @param whence {@code SEEK_SET} 0, {@code SEEK_CUR} 1, {@code SEEK_END} 2
     * @return the new position, or -errno
     */
    long lseek(int fd, long offset, int whence);

    /**
     * Closes a descriptor. It is gone also where the answer is an error, but for {@code EBADF}: never call it again.
     * See close(2).
     *
     * @param fd the descriptor
     * @return 0, or -errno
     */
    int close(int fd);

    /**
     * Removes a name from the file system. See unlink(2).
     *
     * @param path the address of a path that ends with a NUL
     * @return 0, or -errno
     */
    int unlink(long path);

    /**
     * Changes the permissions of a file. See chmod(2).
     *
     * @param path the address of a path that ends with a NUL
     * @param mode the permissions
     * @return 0, or -errno
     */
    int chmod(long path, int mode);

    /**
     * Changes the permissions of an open file; those of a socket that is not bound yet are what its name will get, less
     * the umask. See chmod(2).
     *
     * @param fd the descriptor
     * @param mode the permissions
     * @return 0, or -errno
     */
    int fchmod(int fd, int mode);

    /**
     * Changes who owns a file. See chown(2).
     *
     * @param path the address of a path that ends with a NUL
     * @param uid the user, -1 to leave it
     * @param gid the group, -1 to leave it
     * @return 0, or -errno
     */
    int chown(long path, int uid, int gid);

    /**
     * Makes a FIFO. See mkfifo(3).
     *
     * @param path the address of a path that ends with a NUL
     * @param mode the permissions, less the umask
     * @return 0, or -errno
     */
    int mkfifo(long path, int mode);

    /**
     * Reads a clock. See clock_gettime(2).
     *
     * @param clock {@code CLOCK_*}
     * @param time the address of a timespec
     * @return 0, or -errno
     */
    int clock_gettime(int clock, long time);

    /**
     * Sends a signal. See kill(2).
     *
     * @param pid the process, or a group as kill(2) has it
     * @param signal its number; 0 only asks whether the process is there
     * @return 0, or -errno
     */
    int kill(int pid, int signal);

    /**
     * The real user id. See getuid(2).
     *
     * @return the id
     */
    int getuid();

    /**
     * The real group id. See getgid(2).
     *
     * @return the id
     */
    int getgid();

    /**
     * Opens a shared library, or finds one that is loaded. See dlopen(3).
     *
     * @param path the address of a path that ends with a NUL
     * @param flags {@code RTLD_*}
     * @return its handle, 0 if it is not to be had
     */
    long dlopen(long path, int flags);

    /**
     * Looks a symbol up. See dlsym(3).
     *
     * @param handle of {@link #dlopen}, 0 for all that is loaded for everybody ({@code RTLD_DEFAULT})
     * @param name the address of a name that ends with a NUL
     * @return its address, 0 if there is none
     */
    long dlsym(long handle, long name);

    /**
     * Copies memory, from wherever it is. See memcpy(3).
     *
     * @param to the address of the room
     * @param from the address of the first byte
     * @param length in bytes
     */
    void memcpy(long to, long from, long length);

    /**
     * Calls a function by its address, with up to five arguments that are integers or pointers. Not a C function.
     *
     * @param function its address
     * @param a the first argument; those that the function does not have are 0
     * @param b the second
     * @param c the third
     * @param d the fourth
     * @param e the fifth
     * @return what is in the register for results, of which an {@code int} is the lower half; never a negated errno
     */
    long call(long function, long a, long b, long c, long d, long e);

    /**
     * Opens a file. See open(2).
     *
     * @param path the address of a path that ends with a NUL
     * @param flags {@code O_*}
     * @param mode the permissions of a file that {@code O_CREAT} makes
     * @return the descriptor, or -errno
     */
    int open(long path, int flags, int mode);

    /**
     * Waits for a child to end, for as long as it lives. See waitid(2).
     *
     * @param type {@code P_*}
     * @param id the child's pid, with {@code P_PID}
     * @param info the address of a siginfo_t, 128 bytes
     * @param options {@code WEXITED}, {@code WNOWAIT}
     * @return 0, or -errno
     */
    int waitid(int type, int id, long info, int options);

    /**
     * Starts a program. See posix_spawn(3), which returns error numbers; they are negated here as everywhere.
     *
     * @param pid the address of an int that receives the child's pid
     * @param path the address of the program's path, which ends with a NUL
     * @param actions the address of a posix_spawn_file_actions_t
     * @param attributes the address of a posix_spawnattr_t
     * @param argv the address of the arguments' addresses, after the last of which is 0
     * @param envp the address of the variables' addresses, after the last of which is 0
     * @return 0, or -errno
     */
    int posix_spawn(long pid, long path, long actions, long attributes, long argv, long envp);

    /**
     * Makes an empty list of file actions. See posix_spawn_file_actions_init(3p).
     *
     * @param actions the address of a posix_spawn_file_actions_t, for which 256 bytes are enough
     * @return 0, or -errno
     */
    int posix_spawn_file_actions_init(long actions);

    /**
     * Frees what a list of file actions holds. See posix_spawn_file_actions_destroy(3p).
     *
     * @param actions its address
     * @return 0, or -errno
     */
    int posix_spawn_file_actions_destroy(long actions);

    /**
     * Has the child copy a descriptor. See posix_spawn_file_actions_adddup2(3p).
     *
     * @param actions the list's address
     * @param from the descriptor
     * @param to the number of its copy
     * @return 0, or -errno
     */
    int posix_spawn_file_actions_adddup2(long actions, int from, int to);

    /**
     * Has the child close a descriptor; one that is not open is no error. See posix_spawn_file_actions_addclose(3p).
     *
     * @param actions the list's address
     * @param fd the descriptor
     * @return 0, or -errno
     */
    int posix_spawn_file_actions_addclose(long actions, int fd);

    /**
     * Has the child close all descriptors from a number up. {@code ENOSYS} where the C library has no such function,
     * which is before glibc 2.34.
     *
     * @param actions the list's address
     * @param from the first number
     * @return 0, or -errno
     */
    int posix_spawn_file_actions_addclosefrom_np(long actions, int from);

    /**
     * Makes attributes that change nothing. See posix_spawnattr_init(3p).
     *
     * @param attributes the address of a posix_spawnattr_t, for which 512 bytes are enough
     * @return 0, or -errno
     */
    int posix_spawnattr_init(long attributes);

    /**
     * Frees what attributes hold. See posix_spawnattr_destroy(3p).
     *
     * @param attributes their address
     * @return 0, or -errno
     */
    int posix_spawnattr_destroy(long attributes);

    /**
     * Says which attributes count. See posix_spawnattr_setflags(3p).
     *
     * @param attributes their address
     * @param flags {@code POSIX_SPAWN_*}
     * @return 0, or -errno
     */
    int posix_spawnattr_setflags(long attributes, int flags);

    /**
     * The signals that the child blocks. See posix_spawnattr_setsigmask(3p).
     *
     * @param attributes their address
     * @param signals the address of a sigset_t, 128 bytes, signal N is bit N - 1
     * @return 0, or -errno
     */
    int posix_spawnattr_setsigmask(long attributes, long signals);

    /**
     * The signals that the child no longer ignores. See posix_spawnattr_setsigdefault(3p).
     *
     * @param attributes their address
     * @param signals the address of a sigset_t, 128 bytes, signal N is bit N - 1
     * @return 0, or -errno
     */
    int posix_spawnattr_setsigdefault(long attributes, long signals);

    /**
     * Opens a descriptor of a process. See pidfd_open(2); made by syscall(2), because glibc has it since 2.36 only.
     *
     * @param pid the process
     * @param flags 0
     * @return the descriptor, with close-on-exec, or -errno
     */
    int pidfd_open(int pid, int flags);

    /**
     * Sends a signal to the process of a descriptor, never to another that has got its pid since. See
     * pidfd_send_signal(2); made by syscall(2), as above.
     *
     * @param pidfd the descriptor
     * @param signal its number; 0 only asks whether the process is there
     * @param info 0
     * @param flags 0
     * @return 0, or -errno
     */
    int pidfd_send_signal(int pidfd, int signal, long info, int flags);
}
