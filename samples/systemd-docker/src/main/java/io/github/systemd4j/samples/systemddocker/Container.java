package io.github.systemd4j.samples.systemddocker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What the engine says of a container at one moment.
 *
 * @param id all 64 digits
 * @param name without the slash
 * @param status such as {@code running}, {@code exited}, {@code created}
 * @param pid of its first process, 0 if there is none
 * @param exitCode of its first process, if it has ended
 * @param startedAt as the engine writes a time, for its own use
 * @param finishedAt the same, of its end
 * @param restartPolicy such as {@code no}; may be empty
 * @param logDriver where the engine itself writes what it writes, such as {@code json-file}
 * @param image what it was made of
 */
record Container(
        String id,
        String name,
        String status,
        long pid,
        int exitCode,
        String startedAt,
        String finishedAt,
        String restartPolicy,
        String logDriver,
        String image) {

    /** For the engine's {@code inspect}, one line each: only what is needed is asked for, so that what is new in the answer of a new engine cannot matter. */
    static final String TEMPLATE = "{{.Id}}\n{{.Name}}\n{{.State.Status}}\n{{.State.Pid}}\n{{.State.ExitCode}}\n"
            + "{{json .State.StartedAt}}\n{{json .State.FinishedAt}}\n{{.HostConfig.RestartPolicy.Name}}\n{{.HostConfig.LogConfig.Type}}\n{{.Config.Image}}";

    static Container parse(String answer) throws EngineException {
        String[] lines = answer.split("\n", -1);
        try {
            return new Container(
                    lines[0],
                    lines[1].startsWith("/") ? lines[1].substring(1) : lines[1],
                    lines[2],
                    Long.parseLong(lines[3]),
                    Integer.parseInt(lines[4]),
                    lines[5].replace("\"", ""),
                    lines[6].replace("\"", ""),
                    lines[7],
                    lines[8],
                    lines[9]);
        } catch (ArrayIndexOutOfBoundsException | NumberFormatException e) {
            throw EngineException.refused(1, "the engine's answer is not understood: \"" + answer.strip() + "\"");
        }
    }

    /** Whether its first process is there, be it paused. An engine whose helper was killed goes on to say "running". */
    boolean isRunning() {
        return pid > 0
                && (status.equals("running") || status.equals("paused"))
                && Files.isDirectory(Path.of("/proc", Long.toString(pid)));
    }

    /** Whether its process has ended, and the engine does not know yet. */
    boolean isUnnoticed() {
        return (status.equals("running") || status.equals("paused")) && !isRunning();
    }

    /** Is done when its first process has ended. It is no child of ours: it is asked for from time to time. */
    CompletableFuture<?> ended() {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        return process.isPresent() ? process.get().onExit() : CompletableFuture.completedFuture(null);
    }

    /** The same a little later, or as soon as it does not. */
    boolean isRunningAfter(Duration bound) {
        for (long left = bound.toMillis(); isRunning() && left > 0; left -= 20) {
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // nobody does so
            }
        }
        return isRunning();
    }

    /** Whether it is the same run of it: a container that was restarted has another first process. */
    boolean isSameRun(Container other) {
        return startedAt.equals(other.startedAt) && pid == other.pid;
    }

    String shortId() {
        return id.substring(0, Math.min(12, id.length()));
    }

    /** For people. */
    String label() {
        return name + " (" + shortId() + ")";
    }
}
