package io.github.systemd4j.activation;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A process that was started with sockets. A {@link Process} like any other, and two things more: which signal ended it,
 * and sending any signal.
 *
 * <p>A daemon thread of its own, {@code systemd4j-child-PID}, starts it, waits for it and takes its exit status, so that
 * no zombie stays. It lives as long as the child does: the signal that a program asks for with PR_SET_PDEATHSIG comes
 * when the thread ends that started it. Stages that depend on {@link #onExit} run in that thread.
 *
 * <p>The streams are as {@link ProcessBuilder} has it: pipes, unless redirected. Thread safe.
 */
public final class SocketProcess extends Process {

    private static final int SIGKILL = 9;
    private static final int SIGTERM = 15;
    private static final int SIGRTMAX = 64;

    /** What a shell adds to the number of a signal that ended a process. */
    private static final int SIGNALLED = 128;

    private static final Exit UNKNOWN = new Exit(-1, 0);

    // siginfo_t
    private static final int SIGINFO = 128;
    private static final int SI_CODE = 8;
    private static final int SI_STATUS = 24;

    private final Libc libc;
    private final Memory info;
    private final OutputStream input;
    private final InputStream output;
    private final InputStream error;
    private final CompletableFuture<ProcessHandle> started = new CompletableFuture<>();
    private final CompletableFuture<Exit> exited = new CompletableFuture<>();

    private int pid; // written before started is completed
    private boolean reaped; // guarded by this: our number may be another process's from then on

    private SocketProcess(Libc libc, ChildDescriptors descriptors) {
        this.libc = libc;
        this.info = Memory.allocate(libc, SIGINFO); // ahead: whoever waits for the child must not run out of memory
        this.input = descriptors.input();
        this.output = descriptors.output();
        this.error = descriptors.error();
    }

    static SocketProcess start(Libc libc, Spawn spawn, ChildDescriptors descriptors) throws IOException {
        try {
            SocketProcess process = new SocketProcess(libc, descriptors);
            Thread thread = new Thread(null, () -> process.run(spawn, descriptors), "systemd4j-child", 0, false);
            thread.setDaemon(true);
            thread.start();
            process.started.join();
            return process;
        } catch (CompletionException e) {
            descriptors.closeStreams();
            Throwable cause = e.getCause();
            if (cause instanceof SystemCallException refused) {
                throw refused;
            }
            throw e;
        } catch (RuntimeException | Error e) { // no thread to be had
            descriptors.closeStreams();
            throw e;
        }
    }

    private void run(Spawn spawn, ChildDescriptors descriptors) {
        try {
            pid = spawn.run(descriptors);
            Thread.currentThread().setName("systemd4j-child-" + pid);
        } catch (SystemCallException | RuntimeException | Error e) {
            started.completeExceptionally(e);
            return;
        }
        started.complete(handle());
        exited.complete(await());
    }

    /** Asked for while nobody else can have the number. Whatever goes wrong, the child is there and is waited for. */
    private @Nullable ProcessHandle handle() {
        try {
            return ProcessHandle.of(pid).orElse(null);
        } catch (RuntimeException | Error e) {
            return null;
        }
    }

    private Exit await() {
        // First without taking the status: until it is taken the number is the child's, and can be sent signals.
        int result = waitid(Constants.WEXITED | Constants.WNOWAIT);
        synchronized (this) {
            reaped = true;
            if (result == 0) {
                result = waitid(Constants.WEXITED);
            }
        }
        if (result < 0) {
            return UNKNOWN; // somebody waits for all children here, or SIGCHLD is ignored: the status went there
        }
        int status = info.bytes().getInt(SI_STATUS);
        return info.bytes().getInt(SI_CODE) == Constants.CLD_EXITED
                ? new Exit(status, 0)
                : new Exit(SIGNALLED + status, status);
    }

    private int waitid(int options) {
        int result;
        do {
            result = libc.waitid(Constants.P_PID, pid, info.address(), options);
        } while (result == -Errno.EINTR);
        info.keepAlive();
        return result;
    }

    @Override
    public long pid() {
        return pid;
    }

    /**
     * {@inheritDoc}
     *
     * @throws UnsupportedOperationException if there was none to be had, as where SIGCHLD is ignored and the process was
     *     gone at once
     */
    @Override
    public ProcessHandle toHandle() {
        ProcessHandle handle = started.join();
        if (handle == null) {
            throw new UnsupportedOperationException("process " + pid + " is gone");
        }
        return handle;
    }

    @Override
    public OutputStream getOutputStream() {
        return input;
    }

    @Override
    public InputStream getInputStream() {
        return output;
    }

    @Override
    public InputStream getErrorStream() {
        return error;
    }

    @Override
    public boolean isAlive() {
        return !exited.isDone();
    }

    @Override
    public int waitFor() throws InterruptedException {
        try {
            return exited.get().value();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // it is never completed so
        }
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            exited.get(Math.max(0, timeout), unit);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // it is never completed so
        }
    }

    @Override
    public CompletableFuture<Process> onExit() {
        return exited.thenApply(exit -> this);
    }

    /**
     * The exit status, 128 and the number of the signal if one ended it; -1 if somebody else took it, see {@link
     * #exitSignal}.
     *
     * @throws IllegalThreadStateException if the process has not ended
     */
    @Override
    public int exitValue() {
        Exit exit = exited.getNow(null);
        if (exit == null) {
            throw new IllegalThreadStateException("process " + pid + " has not ended");
        }
        return exit.value();
    }

    /**
     * The signal that ended the process. A program that ends itself with 143, as a JVM does upon SIGTERM, was ended by
     * none.
     *
     * @return its number, empty if there was none or the process has not ended
     */
    public OptionalInt exitSignal() {
        Exit exit = exited.getNow(null);
        return exit == null || exit.signal() == 0 ? OptionalInt.empty() : OptionalInt.of(exit.signal());
    }

    /**
     * Sends a signal, never to a process that has got the same number since. See kill(2).
     *
     * @param signal its number, 1 to 64, such as 1 for SIGHUP
     * @return false if the process has ended
     * @throws IOException if we may not, as with a program that has changed its user
     */
    public boolean sendSignal(int signal) throws IOException {
        if (signal < 1 || signal > SIGRTMAX) {
            throw new IllegalArgumentException("signal: " + signal + ", must be 1 to " + SIGRTMAX);
        }
        synchronized (this) {
            if (reaped) {
                return false;
            }
            int result = libc.kill(pid, signal);
            if (result < 0) {
                throw new SystemCallException("kill", Integer.toString(pid), -result, null);
            }
            return true;
        }
    }

    /**
     * A descriptor of the process, which stays right when its pid is another's.
     *
     * @return the descriptor, the caller's to close
     * @throws IOException if the process has ended, or where the kernel has none, which is before Linux 5.3
     */
    public synchronized ProcessDescriptor descriptor() throws IOException {
        if (reaped) {
            throw new SystemCallException("pidfd_open", Integer.toString(pid), Errno.ESRCH, "it has ended");
        }
        return ProcessDescriptor.open(pid);
    }

    /** Sends SIGTERM. Does nothing if the process has ended or we may not. */
    @Override
    public void destroy() {
        sendQuietly(SIGTERM);
    }

    /** Sends SIGKILL. Does nothing if the process has ended or we may not. */
    @Override
    public Process destroyForcibly() {
        sendQuietly(SIGKILL);
        return this;
    }

    @Override
    public boolean supportsNormalTermination() {
        return true;
    }

    private synchronized void sendQuietly(int signal) {
        if (!reaped) {
            libc.kill(pid, signal);
        }
    }

    @Override
    public String toString() {
        Exit exit = exited.getNow(null);
        return "SocketProcess[pid=" + pid + ", " + (exit == null ? "running" : "exitValue=" + exit.value()) + "]";
    }

    /**
     * How it ended.
     *
     * @param value as a shell has it
     * @param signal 0 if it ended by itself
     */
    private record Exit(int value, int signal) {}
}
