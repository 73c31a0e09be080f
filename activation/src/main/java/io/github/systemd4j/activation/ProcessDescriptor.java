package io.github.systemd4j.activation;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.PollFd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * A process by a descriptor of it, pidfd_open(2): a pid may be another process's by and by, this never is. It can be stored
 * with the manager, and so tells the next start of a service which processes the last one had, whoever their parent is by
 * then. Only the exit status is for the parent alone.
 *
 * <p>Thread safe. Since Linux 5.3.
 */
public final class ProcessDescriptor implements AutoCloseable {

    private static final String PID = "Pid:";
    private static final int SIGRTMAX = 64;

    private final Libc libc;
    private final int number;
    private boolean closed; // guarded by this

    private ProcessDescriptor(Libc libc, int number) {
        this.libc = libc;
        this.number = number;
    }

    /**
     * Opens a descriptor of a process. A child of our own has this pid until it is waited for: see {@link
     * SocketProcess#descriptor}. Of others the pid may be somebody else's by now.
     *
     * @param pid the process
     * @return the descriptor, with close-on-exec
     * @throws IOException if there is no such process, or where there are no system calls
     */
    public static ProcessDescriptor open(long pid) throws IOException {
        if (pid < 1 || pid > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("pid: " + pid + ", must be positive and an int");
        }
        Libc libc = libc("pidfd_open", Long.toString(pid));
        int number = libc.pidfd_open((int) pid, 0);
        if (number < 0) {
            throw new SystemCallException("pidfd_open", Long.toString(pid), -number, null);
        }
        return new ProcessDescriptor(libc, number);
    }

    /**
     * Takes a descriptor that was passed to us.
     *
     * @param descriptor a process's, not taken
     * @return the same, as this
     * @throws IOException if it is no process's, then it is not taken; or where there are no system calls
     */
    public static ProcessDescriptor of(InheritedDescriptor descriptor) throws IOException {
        Libc libc = libc("fdinfo", descriptor.toString());
        if (line(descriptor.number()).isEmpty()) {
            throw new ActivationException(descriptor + " is no descriptor of a process");
        }
        return new ProcessDescriptor(libc, descriptor.takeNumber());
    }

    private static Libc libc(String call, String target) throws SystemCallException {
        Backend backend = Backend.current();
        Libc libc = backend.libc();
        if (libc == null) {
            throw new SystemCallException(call, target, Errno.ENOSYS, "no system calls: " + backend.reason());
        }
        return libc;
    }

    /** What fdinfo says of the pid, empty if it says nothing. */
    private static String line(int number) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo", Integer.toString(number)))) {
                if (line.startsWith(PID)) {
                    return line.substring(PID.length()).strip();
                }
            }
        } catch (IOException e) {
            return ""; // it is not open
        }
        return "";
    }

    /**
     * The pid, in the pid namespace of the mounted {@code /proc}.
     *
     * @return the pid; empty when the process has ended and was waited for, or if it is not visible here
     */
    public synchronized OptionalLong pid() {
        String pid = closed ? "" : line(number);
        return pid.matches("[1-9][0-9]{0,9}") ? OptionalLong.of(Long.parseLong(pid)) : OptionalLong.empty();
    }

    /**
     * Whether the process has not ended. One that has, and was not waited for by its parent, has.
     *
     * @return false also if this is closed
     */
    public boolean isAlive() {
        try {
            return !awaitEnd(Duration.ZERO);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Waits for the end of the process, whoever its parent is. Do not close this meanwhile.
     *
     * @param timeout how long at most; zero only looks
     * @return whether it has ended
     * @throws IOException if this is closed
     */
    public boolean awaitEnd(Duration timeout) throws IOException {
        long deadline = Deadline.in(timeout);
        int events = new PollFd(libc).await(number(), Constants.POLLIN, deadline);
        if (events < 0) {
            throw new SystemCallException("poll", label(), -events, null);
        }
        return events > 0;
    }

    /**
     * Sends a signal, never to a process that has got the same pid since. See pidfd_send_signal(2).
     *
     * @param signal its number, 1 to 64, such as 15 for SIGTERM
     * @return false if the process has ended
     * @throws IOException if we may not, or if this is closed
     */
    public synchronized boolean sendSignal(int signal) throws IOException {
        if (signal < 1 || signal > SIGRTMAX) {
            throw new IllegalArgumentException("signal: " + signal + ", must be 1 to " + SIGRTMAX);
        }
        int result = libc.pidfd_send_signal(number(), signal, 0, 0);
        if (result < 0 && result != -Errno.ESRCH) {
            throw new SystemCallException("pidfd_send_signal", label(), -result, null);
        }
        return result == 0;
    }

    /**
     * The number, for {@code FDSTORE=1}; it stays this object's.
     *
     * @return the number
     * @throws IOException if this is closed
     */
    public synchronized int number() throws IOException {
        if (closed) {
            throw new SystemCallException("pidfd", label(), Errno.EBADF, "this ProcessDescriptor is closed");
        }
        return number;
    }

    /** Closes the descriptor; the process does not notice. May be called again. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            libc.close(number);
        }
    }

    private String label() {
        return "descriptor " + number;
    }
}
