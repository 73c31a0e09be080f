package io.github.systemd4j.servers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A service that was started with sockets, as systemd starts it: descriptors from 3 on, and {@code LISTEN_PID} naming
 * it. Not thread safe.
 */
public final class Service implements AutoCloseable {

    /** Starting a JVM with a server takes a second or two; so much only where many do it at once. */
    private static final long PATIENCE_SECONDS = 60;

    private final int pid;
    private final CompletableFuture<?> ended;
    private final Path log;
    private boolean collected;

    private Service(int pid, Path log) {
        this.pid = pid;
        this.log = log;
        this.ended = ProcessHandle.of(pid).orElseThrow().onExit();
    }

    /**
     * Starts a service in the JDK that runs this.
     *
     * @param listeners what is passed to it
     * @param arguments of java: options, the class path, the main class, its arguments
     * @return the service, which may still be starting
     * @throws IOException if it cannot be started
     */
    public static Service start(Listeners listeners, List<String> arguments) throws IOException {
        Map<String, String> environment = new TreeMap<>(System.getenv());
        environment.put("LISTEN_FDS", Integer.toString(listeners.names().size()));
        environment.put("LISTEN_FDNAMES", String.join(":", listeners.names()));
        // Only the process itself knows its id before it runs; the shell hands its own on, by exec.
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "LISTEN_PID=$$ exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // it lives for a second: what the compiler and collector for long runs need is not worth it
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"));
        command.addAll(arguments);
        Path log = Files.createTempFile("service", ".log");
        return new Service(Spawn.start(command, environment, listeners.descriptors(), log), log);
    }

    /**
     * Who it is.
     *
     * @return the process id
     */
    public int pid() {
        return pid;
    }

    /**
     * Waits for what the service is about to say, as long as it lives and not for ever.
     *
     * @param <T> what is waited for
     * @param answer the answer
     * @return the answer
     * @throws Exception if it did not come; the message has what the service wrote
     */
    public <T> T await(CompletableFuture<T> answer) throws Exception {
        try {
            CompletableFuture.anyOf(answer, ended).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (answer.isDone()) {
                return answer.get();
            }
            throw new IOException("the service ended before it answered:\n" + log());
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException(e + ", and the service wrote:\n" + log(), e);
        }
    }

    /**
     * Waits for its end.
     *
     * @return the exit status, or 128 and the signal
     * @throws Exception if it does not end
     */
    public int exitStatus() throws Exception {
        try {
            ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IOException("the service does not end, and wrote:\n" + log(), e);
        }
        collected = true;
        return Spawn.collect(pid);
    }

    /**
     * Asks it to end, by SIGTERM as systemd does.
     *
     * @return the exit status, or 128 and the signal; 143 of a JVM that ran its shutdown hooks
     * @throws Exception if it does not end
     */
    public int stop() throws Exception {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
        return exitStatus();
    }

    /**
     * What it wrote.
     *
     * @return output and errors
     * @throws IOException if the file is gone
     */
    public String log() throws IOException {
        return Files.readString(log, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        if (!collected) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            ended.copy().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
            Spawn.collect(pid);
        }
        Files.deleteIfExists(log);
    }
}
