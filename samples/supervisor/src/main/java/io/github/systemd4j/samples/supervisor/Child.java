package io.github.systemd4j.samples.supervisor;

import io.github.systemd4j.activation.ProcessDescriptor;
import io.github.systemd4j.activation.SocketLauncher;
import io.github.systemd4j.activation.SocketProcess;
import io.github.systemd4j.journal.JournalPump;
import io.github.systemd4j.sdnotify.Notifier;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The service's process: one that we started, or one that an earlier supervisor did. */
final class Child {

    // WATCHDOG_PID must be the service's own pid, which is known only after the fork: the shell sets it and becomes the
    // service. The launcher does the same for LISTEN_PID; both are one process.
    private static final String SET_PID = "export WATCHDOG_PID=$$; ";
    // Whoever is to be put somewhere first waits for a line. It ends if that does not come, because we ended.
    private static final String WAIT = "read -r go || exit 1; exec </dev/null; ";
    private static final String BECOME = "exec \"$@\"";

    private static final Duration KILL_PATIENCE = Duration.ofSeconds(5);
    private static final Duration LONG = Duration.ofDays(1);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int SIGTERM = 15;
    private static final int SIGKILL = 9;

    private final long pid;
    private final @Nullable SocketProcess process; // ours, whose exit status we will know
    private final @Nullable ProcessDescriptor descriptor; // where there may be another supervisor
    private final List<JournalPump> pumps;
    private @Nullable Thread watcher; // of one that is not ours
    private long mainPid;
    private List<ProcessHandle> known = List.of(); // the descendants, when last looked

    private Child(
            long pid,
            @Nullable SocketProcess process,
            @Nullable ProcessDescriptor descriptor,
            List<JournalPump> pumps) {
        this.pid = pid;
        this.process = process;
        this.descriptor = descriptor;
        this.pumps = pumps;
        this.mainPid = pid;
    }

    static Child start(Options options, String notifySocket, Listeners listeners, @Nullable Journal journal)
            throws IOException {
        SocketProcess process = launch(options, notifySocket, listeners, false, builder -> {
            if (journal != null) {
                builder.redirectOutput(Redirect.PIPE).redirectError(Redirect.PIPE);
            }
        });
        List<JournalPump> pumps = journal == null
                ? List.of()
                : journal.pump(process.pid(), process.getInputStream(), process.getErrorStream());
        return new Child(process.pid(), process, null, pumps);
    }

    /** One that is kept by its descriptor, and that we started. */
    static Child kept(SocketProcess process, ProcessDescriptor descriptor, List<JournalPump> pumps) {
        return new Child(process.pid(), process, descriptor, pumps);
    }

    /** One that somebody else started. */
    static Child survivor(long pid, ProcessDescriptor descriptor, List<JournalPump> pumps) {
        return new Child(pid, null, descriptor, pumps);
    }

    /**
     * Starts the process.
     *
     * @param waits whether it waits for a line on its standard input before it becomes the command
     * @param redirects what is done about its output
     */
    static SocketProcess launch(
            Options options,
            String notifySocket,
            Listeners listeners,
            boolean waits,
            Consumer<ProcessBuilder> redirects)
            throws IOException {
        List<String> command = new ArrayList<>();
        Duration watchdog = options.watchdog();
        if (watchdog != null || waits) {
            String script = (waits ? WAIT : "") + (watchdog == null ? "" : SET_PID) + BECOME;
            command.addAll(List.of("/bin/sh", "-c", script, "sh"));
        }
        command.addAll(options.command());
        // What our own manager gave us is not for the child.
        ProcessBuilder builder = Notifier.scrub(new ProcessBuilder(command).inheritIO());
        if (waits) {
            builder.redirectInput(Redirect.PIPE);
        }
        redirects.accept(builder);
        builder.environment().put(Notifier.NOTIFY_SOCKET, notifySocket);
        if (watchdog != null) {
            builder.environment().put("WATCHDOG_USEC", Long.toString(watchdog.toNanos() / 1000));
        }
        SocketLauncher launcher = new SocketLauncher(builder);
        listeners.addTo(launcher);
        return launcher.start();
    }

    /** The file that a command names, as a shell finds it. */
    static Optional<File> find(String command, Map<String, String> environment) {
        if (command.contains("/")) {
            return Optional.of(new File(command)).filter(File::isFile);
        }
        for (String directory :
                environment.getOrDefault("PATH", "/usr/bin:/bin").split(File.pathSeparator, -1)) {
            File file = new File(directory, command);
            if (file.isFile() && file.canExecute()) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    long pid() {
        return pid;
    }

    /** Who may notify: what was started, or whom MAINPID named. */
    long mainPid() {
        return mainPid;
    }

    void mainPid(long other) {
        mainPid = other;
    }

    boolean isAlive() {
        return process != null ? process.isAlive() : descriptor != null && descriptor.isAlive();
    }

    /** Runs the action when the process has ended. */
    void onExit(Runnable action) {
        if (process != null) {
            CompletableFuture<Void> unused = process.onExit().thenRun(action);
            return;
        }
        watcher = new Thread(
                () -> {
                    if (hasEnded(LONG)) {
                        action.run();
                    }
                },
                "supervisor-" + pid);
        watcher.setDaemon(true);
        watcher.start();
    }

    /** Of one that has ended: closes its descriptor, when nobody waits with it any more. */
    void close() {
        try {
            if (watcher != null) {
                watcher.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (descriptor != null) {
            descriptor.close();
        }
    }

    /** Whether it ends in time. */
    private boolean hasEnded(Duration timeout) {
        try {
            return process != null
                    ? process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)
                    : descriptor == null || descriptor.awaitEnd(timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !isAlive();
        } catch (IOException e) {
            return !isAlive();
        }
    }

    /**
     * The status as a shell tells it: 128 + N when signal N ended it. Empty for another's child: the kernel tells it to the
     * parent alone, which was an earlier supervisor and is systemd now.
     */
    OptionalInt exitStatus() {
        return process == null ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    /** Whether a process is this one or descends from it. One that has ended already cannot be told. */
    boolean contains(long other) {
        Optional<ProcessHandle> handle = ProcessHandle.of(other);
        while (handle.isPresent()) {
            if (handle.get().pid() == pid) {
                return true;
            }
            handle = handle.get().parent();
        }
        return false;
    }

    /** What an ended process has printed is with the journal afterwards; children that it left are not waited for. */
    void finishLines() {
        pumps.forEach(JournalPump::close);
    }

    /** What was read of its lines is with the journal afterwards; what was not is for the next supervisor. */
    void leaveLines() {
        for (JournalPump pump : pumps) {
            Thread.currentThread().interrupt(); // then it does not wait for the end of lines that go on
            pump.close();
            boolean unused = Thread.interrupted();
            try {
                unused = pump.await(SOON); // what was being read at that very moment
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** SIGTERM to the service alone; see {@link #killRest} for its children. */
    void terminate() {
        remember();
        send(SIGTERM);
    }

    /** SIGKILL to the service and its descendants. */
    void kill() {
        remember();
        send(SIGKILL);
        killRest();
        boolean unused = hasEnded(KILL_PATIENCE);
    }

    private void send(int signal) {
        try {
            if (process != null) {
                process.sendSignal(signal);
            } else if (descriptor != null) {
                descriptor.sendSignal(signal);
            }
        } catch (IOException e) {
            return; // it has changed its user; its time-out will be seen
        }
    }

    /** Kills the descendants that outlived the service, as far as they were seen, and tells how many there were. */
    long killRest() {
        long count = known.stream().filter(ProcessHandle::destroyForcibly).count();
        known = List.of();
        return count;
    }

    private void remember() {
        List<ProcessHandle> now = ProcessHandle.of(pid)
                .map(handle -> handle.descendants().toList())
                .orElse(List.of());
        if (!now.isEmpty() && isAlive()) {
            known = now;
        }
    }
}
