package io.github.systemd4j.activation;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Libc;
import java.io.IOException;
import java.nio.channels.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Starts a program with sockets, as a service manager does for a socket unit: they are its descriptors from 3 up, and
 * {@code LISTEN_FDS}, {@code LISTEN_FDNAMES} and {@code LISTEN_PID} say so to it, by the program's own pid. See
 * sd_listen_fds(3). {@link ProcessBuilder} closes all descriptors but three, so it cannot.
 *
 * <p>What is started, where, with which environment and redirections says a {@link ProcessBuilder}:
 *
 * <pre>{@code
 * ProcessBuilder program = new ProcessBuilder("java", "-jar", "app.jar").inheritIO();
 * SocketProcess child = new SocketLauncher(program).socket("web", listener).start();
 * }</pre>
 *
 * <p>The child has these descriptors and no others, all signals as a new process has them, and none of our own {@code
 * LISTEN_*}. It is started through {@code /bin/sh}, which becomes the program: a pid is known only once there is a
 * process. Therefore variables whose names no shell can have, such as {@code my.setting}, may get lost, as they do with
 * Debian's, and {@code PWD} is set,
 * and what else the shell sets ({@code OLDPWD} with a working directory, {@code SHLVL} where it is bash).
 *
 * <p>Not thread safe. It can be used again, each time for one more child.
 */
public final class SocketLauncher {

    private final ProcessBuilder program;
    private final List<Source> sources = new ArrayList<>();

    /** What shall be passed: the object itself, for its number may be another's by the time of the start. */
    private record Source(
            String name,
            @Nullable Channel channel,
            @Nullable InheritedDescriptor descriptor,
            int number) {

        /** The number to pass; that of a copy, which is added to those to be closed after the start. */
        NamedSocket resolve(List<InheritedDescriptor> copies) throws IOException {
            if (channel == null && descriptor == null) {
                return new NamedSocket(name, number);
            }
            InheritedDescriptor copy = channel != null
                    ? InheritedDescriptor.copyOf(channel, name)
                    : Objects.requireNonNull(descriptor).copy();
            copies.add(copy);
            return copy.named();
        }
    }

    /**
     * Makes a launcher without sockets.
     *
     * @param program what to start. It is read by {@link #start}, and not changed
     */
    public SocketLauncher(ProcessBuilder program) {
        this.program = program;
    }

    /**
     * Adds a socket, the next number from 3 up. It is copied by {@link #start} and stays the caller's: it may be closed
     * then, or be given to the next child too.
     *
     * @param name 1 to 255 printable ASCII characters without a colon; several sockets may have the same
     * @param channel a channel of the JDK, open when {@link #start} is called. O_NONBLOCK is shared, whoever changes it:
     *     one that is registered with a selector does not block in the child either
     * @return this
     * @throws IOException if it has no descriptor, or if there is no gate to the JDK (see {@link GateDiagnostics})
     */
    public SocketLauncher socket(String name, Channel channel) throws IOException {
        NamedSocket checked = new NamedSocket(name, InheritedDescriptor.numberOf(channel));
        sources.add(new Source(checked.name(), channel, null, checked.descriptor()));
        return this;
    }

    /**
     * Adds a descriptor, the next number from 3 up, under the name it has. It is copied by {@link #start} and stays
     * the caller's; O_NONBLOCK is shared, as of a channel.
     *
     * @param descriptor not taken, open when {@link #start} is called
     * @return this
     */
    public SocketLauncher socket(InheritedDescriptor descriptor) {
        NamedSocket checked = descriptor.named();
        sources.add(new Source(checked.name(), null, descriptor, checked.descriptor()));
        return this;
    }

    SocketLauncher socket(String name, int descriptor) {
        NamedSocket checked = new NamedSocket(name, descriptor);
        sources.add(new Source(checked.name(), null, null, checked.descriptor()));
        return this;
    }

    /**
     * Starts the program, for which it is looked as a shell would: by the {@code PATH} of the child's environment. Waits
     * for the shell to be there, no longer.
     *
     * <p>A program that is not there or may not be executed is an exception. What only the kernel finds out later, such as
     * a script whose interpreter is missing, is the shell's message on the child's standard error, and exit status 126 or
     * 127.
     *
     * @return the process
     * @throws IOException if the program, its working directory or a file to redirect to is wrong, if a socket is not
     *     open, if the kernel refuses, or where there are no system calls; nothing is left behind then
     */
    public SocketProcess start() throws IOException {
        Backend backend = Backend.current();
        Libc libc = backend.libc();
        if (libc == null) {
            throw new SystemCallException(
                    "posix_spawn", target(), Errno.ENOSYS, "no system calls: " + backend.reason());
        }
        return start(libc);
    }

    SocketProcess start(Libc libc) throws IOException {
        List<InheritedDescriptor> copies = new ArrayList<>();
        try {
            List<NamedSocket> sockets = new ArrayList<>();
            for (Source source : sources) {
                sockets.add(source.resolve(copies));
            }
            List<byte[]> command = Program.command(program, !sockets.isEmpty());
            List<byte[]> environment = ChildEnvironment.of(program.environment(), sockets);
            Spawn spawn = new Spawn(libc, target(), command, environment);
            try (ChildDescriptors descriptors = ChildDescriptors.prepare(libc, program, sockets)) {
                return SocketProcess.start(libc, spawn, descriptors);
            }
        } finally {
            copies.forEach(InheritedDescriptor::close);
        }
    }

    private String target() {
        return program.command().isEmpty() ? "" : program.command().get(0);
    }

    /**
     * Takes {@code LISTEN_PID}, {@code LISTEN_PIDFDID}, {@code LISTEN_FDS} and {@code LISTEN_FDNAMES} out of the
     * environment of a child that is started without a launcher. It would have them without the sockets they speak of. The
     * environment of a Java process itself cannot be changed; this is the way.
     *
     * @param child what starts the child
     * @return the same
     */
    public static ProcessBuilder scrub(ProcessBuilder child) {
        ChildEnvironment.scrub(child.environment());
        return child;
    }
}
