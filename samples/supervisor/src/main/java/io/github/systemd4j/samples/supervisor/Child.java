package io.github.systemd4j.samples.supervisor;

import io.github.systemd4j.activation.SocketLauncher;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The service's process. */
final class Child {

    // WATCHDOG_PID must be the service's own pid, which is known only after the fork: the shell sets it and becomes the
    // service. The launcher does the same for LISTEN_PID; both are one process.
    private static final String SET_PID = "export WATCHDOG_PID=$$; exec \"$@\"";

    private static final Duration KILL_PATIENCE = Duration.ofSeconds(5);

    private final Process process;
    private final List<JournalPump> pumps;
    private List<ProcessHandle> known = List.of(); // the descendants, when last looked

    private Child(Process process, List<JournalPump> pumps) {
        this.process = process;
        this.pumps = pumps;
    }

    static Child start(Options options, String notifySocket, Listeners listeners, @Nullable Journal journal)
            throws IOException {
        List<String> command = new ArrayList<>();
        Duration watchdog = options.watchdog();
        if (watchdog != null) {
            command.addAll(List.of("/bin/sh", "-c", SET_PID, "sh"));
        }
        command.addAll(options.command());
        // What our own manager gave us is not for the child.
        ProcessBuilder builder = Notifier.scrub(new ProcessBuilder(command).inheritIO());
        if (journal != null) {
            builder.redirectOutput(Redirect.PIPE).redirectError(Redirect.PIPE);
        }
        builder.environment().put(Notifier.NOTIFY_SOCKET, notifySocket);
        if (watchdog != null) {
            builder.environment().put("WATCHDOG_USEC", Long.toString(watchdog.toNanos() / 1000));
        }
        SocketLauncher launcher = new SocketLauncher(builder);
        listeners.addTo(launcher);
        Process process = launcher.start();
        return new Child(process, journal == null ? List.of() : journal.pump(process));
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
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Runs the action when the process has ended. */
    void onExit(Runnable action) {
        CompletableFuture<Void> unused = process.onExit().thenRun(action);
    }

    /** The status as a shell tells it: 128 + N when signal N ended it. */
    int exitStatus() {
        return process.exitValue();
    }

    /** Whether a process is this one or descends from it. One that has ended already cannot be told. */
    boolean contains(long pid) {
        Optional<ProcessHandle> handle = ProcessHandle.of(pid);
        while (handle.isPresent()) {
            if (handle.get().pid() == process.pid()) {
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

    /** SIGTERM to the service alone; see {@link #killRest} for its children. */
    void terminate() {
        remember();
        process.destroy();
    }

    /** SIGKILL to the service and its descendants. */
    void kill() {
        remember();
        process.destroyForcibly();
        killRest();
        try {
            process.waitFor(KILL_PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Kills the descendants that outlived the service, as far as they were seen, and tells how many there were. */
    long killRest() {
        long count = known.stream().filter(ProcessHandle::destroyForcibly).count();
        known = List.of();
        return count;
    }

    private void remember() {
        List<ProcessHandle> now = process.descendants().toList();
        if (!now.isEmpty()) {
            known = now;
        }
    }
}
