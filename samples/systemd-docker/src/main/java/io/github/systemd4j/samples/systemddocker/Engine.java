package io.github.systemd4j.samples.systemddocker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.activation.SocketLauncher;
import io.github.systemd4j.sdnotify.Notifier;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The engine's command line client, {@code docker} or {@code podman}. Why not the engine's HTTP interface: docs/adr/0020.
 *
 * <p>What fails here is either an engine that is not there, or one that has refused. No message of the client is ever read
 * to tell one from the other, and no format of it but the one that was asked for.
 */
final class Engine {

    /** For a question. A start is not bounded here but by TimeoutStartSec=: an image may have to be fetched. */
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /** What an engine may take to notice that a container has ended, and to say so. */
    private static final Duration NOTICE = Duration.ofSeconds(10);

    private static final int ATTEMPTS = 3;

    /** What starts a container; podman passes on to it what it was passed itself. */
    private static final Set<String> STARTS = Set.of("run", "start");

    private final List<String> command;
    private final List<InheritedDescriptor> sockets;

    /**
     * @param sockets for the container; podman's client is started with them as by systemd, docker's has no use for any
     */
    Engine(List<String> command, List<InheritedDescriptor> sockets) {
        this.command = command;
        this.sockets = sockets;
    }

    /** Whether it is podman, which would otherwise talk to systemd itself. */
    boolean isPodman() {
        String client = command.get(0);
        return client.substring(client.lastIndexOf('/') + 1).startsWith("podman");
    }

    /** Starts a new container. */
    String run(List<String> arguments) throws EngineException {
        String output = begin("run", arguments);
        return output.substring(output.lastIndexOf('\n') + 1);
    }

    /** Starts a container that has stopped. */
    void resume(String id) throws EngineException {
        begin("start", List.of(id));
    }

    /** What the client has to say meanwhile goes to our standard error. */
    private String begin(String verb, List<String> arguments) throws EngineException {
        Process client = start(ProcessBuilder.Redirect.INHERIT, command(verb, arguments));
        String output = read(client.getInputStream()).join();
        int status = client.onExit().join().exitValue();
        if (status != 0) {
            throw EngineException.refused(status, command.get(0) + " " + verb + " has failed with " + status);
        }
        return output;
    }

    /** The ids of the containers, running or not, that this filter of {@code ps} finds. */
    List<String> find(String filter) throws EngineException {
        Answer answer = ask("ps", List.of("--all", "--no-trunc", "--quiet", "--filter", filter));
        if (answer.status() != 0) {
            throw EngineException.unavailable(command.get(0) + ": the engine does not answer: " + answer.error());
        }
        return answer.output().lines().toList();
    }

    /** The container of this very name. */
    Optional<Container> named(String name) throws EngineException {
        return first(find("name=^/?" + name.replace(".", "\\.") + "$"));
    }

    Optional<Container> inspect(String id) throws EngineException {
        return first(find("id=" + id));
    }

    private Optional<Container> first(List<String> ids) throws EngineException {
        if (ids.isEmpty()) {
            return Optional.empty();
        }
        Answer answer = ask("inspect", List.of("--type=container", "--format", Container.TEMPLATE, ids.get(0)));
        // gone between the two questions
        return answer.status() == 0 ? Optional.of(Container.parse(answer.output())) : Optional.empty();
    }

    /**
     * Waits until a container has ended, or the engine does not answer any more. An engine that hangs does not say that it
     * has ended; so its process is looked at too.
     *
     * @return the exit status, if the engine has told it
     */
    OptionalInt awaitExit(Container run) throws EngineException {
        Process client = start(ProcessBuilder.Redirect.DISCARD, command("wait", List.of(run.id())));
        CompletableFuture<String> status = read(client.getInputStream());
        CompletableFuture.anyOf(status, run.ended()).join();
        String answer = within(NOTICE, status).orElse("");
        client.destroyForcibly();
        return answer.matches("[0-9]{1,9}") ? OptionalInt.of(Integer.parseInt(answer)) : OptionalInt.empty();
    }

    /** Whether somebody has had the engine send a signal to this run of the container. */
    boolean wasSignalled(Container run) throws EngineException {
        return !ask("events", events(run, "kill", run.startedAt(), run.finishedAt()))
                .output()
                .isEmpty();
    }

    /** A client that writes a line when the container is started again, and ends after a while in any case. */
    Process nextStart(Container run, Duration patience) throws EngineException {
        String until = Instant.now().plus(patience).toString();
        return start(ProcessBuilder.Redirect.DISCARD, command("events", events(run, "start", run.finishedAt(), until)));
    }

    /** Whether such a client writes one. */
    boolean saysSomething(Process client, Duration patience) {
        CompletableFuture<Boolean> line = inThread(() -> {
            try {
                return client.getInputStream().read() >= 0;
            } catch (IOException e) {
                return false;
            }
        });
        return within(patience.plus(NOTICE), line).orElse(false);
    }

    private static List<String> events(Container run, String event, String since, String until) {
        return List.of(
                "--filter=container=" + run.id(),
                "--filter=event=" + event,
                "--since=" + since,
                "--until=" + until,
                "--format={{.ID}}");
    }

    /** A client that writes what the container writes, each line with its time, until that ends. */
    Process logs(String id, String since) throws EngineException {
        List<String> arguments = new ArrayList<>(List.of("--follow", "--timestamps"));
        if (!since.isEmpty()) {
            arguments.add("--since=" + since);
        }
        arguments.add(id);
        return start(ProcessBuilder.Redirect.PIPE, command("logs", arguments));
    }

    /** Sends a signal to the first process of a container. */
    void signal(String id, String signal) throws EngineException {
        ask("kill", List.of("--signal", signal, id)).orThrow();
    }

    /** Has the engine find out that a container has stopped. */
    void stop(String id) throws EngineException {
        ask("stop", List.of("--time=0", id)).orThrow();
    }

    /** Lets a container run that was paused. */
    void unpause(String id) throws EngineException {
        ask("unpause", List.of(id)).orThrow();
    }

    /** Removes a container that has stopped. */
    void remove(String id) throws EngineException {
        ask("rm", List.of("--volumes", id)).orThrow();
    }

    /** Removes a container, and kills it if need be. */
    void destroy(String id) throws EngineException {
        ask("rm", List.of("--force", "--volumes", id)).orThrow();
    }

    private record Answer(String command, int status, String output, String errors) {

        void orThrow() throws EngineException {
            if (status != 0) {
                throw EngineException.refused(status, command + ": " + error());
            }
        }

        /** For people: the first line that is no warning. */
        private String error() {
            return errors.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("error"))
                    .findFirst()
                    .or(() -> errors.lines().findFirst())
                    .orElse("it has failed with " + status);
        }
    }

    /**
     * Asks, and again if there is no answer: systemd sends its SIGTERM to all of a unit, these clients included, and we
     * have to go on to clean up.
     */
    private Answer ask(String verb, List<String> arguments) throws EngineException {
        Answer answer = askOnce(verb, arguments);
        for (int more = ATTEMPTS - 1; more > 0 && answer.status() != 0; more--) {
            pause();
            answer = askOnce(verb, arguments);
        }
        return answer;
    }

    private Answer askOnce(String verb, List<String> arguments) throws EngineException {
        Process client = start(ProcessBuilder.Redirect.PIPE, command(verb, arguments));
        CompletableFuture<String> output = read(client.getInputStream());
        CompletableFuture<String> errors = read(client.getErrorStream());
        boolean ended = false;
        try {
            ended = client.waitFor(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does so
        }
        Optional<String> answer = ended ? within(NOTICE, output) : Optional.empty();
        if (answer.isEmpty()) {
            client.destroyForcibly();
            throw EngineException.unavailable(
                    command.get(0) + " " + verb + ": the engine does not answer within " + ANSWER.toSeconds() + " s");
        }
        String told = within(NOTICE, errors).orElse("");
        return new Answer(command.get(0) + " " + verb, client.exitValue(), answer.get(), told);
    }

    /** What starts a process in a JVM is a process too, and may be hit as well. */
    private Process start(ProcessBuilder.Redirect errors, List<String> words) throws EngineException {
        for (int more = ATTEMPTS - 1; ; more--) {
            try {
                Process client = launch(builder(words).redirectError(errors), words.get(command.size()));
                client.getOutputStream().close();
                return client;
            } catch (IOException e) {
                if (more == 0) {
                    throw EngineException.unavailable("there is no container engine: " + e.getMessage());
                }
                pause();
            }
        }
    }

    private Process launch(ProcessBuilder client, String verb) throws IOException {
        if (sockets.isEmpty() || !isPodman() || !STARTS.contains(verb)) {
            return client.start();
        }
        SocketLauncher launcher = new SocketLauncher(client);
        sockets.forEach(launcher::socket);
        return launcher.start();
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does so
        }
    }

    private List<String> command(String verb, List<String> arguments) {
        List<String> words = new ArrayList<>(command);
        words.add(verb);
        words.addAll(arguments);
        return words;
    }

    /** What is meant for us alone, such as the notify socket, is not the engine's to use; LISTEN_FDS= of another stops podman. */
    private static ProcessBuilder builder(List<String> words) {
        return Notifier.scrub(new ProcessBuilder(words));
    }

    private static CompletableFuture<String> read(InputStream stream) {
        return inThread(() -> {
            try (stream) {
                return new String(stream.readAllBytes(), UTF_8).stripTrailing();
            } catch (IOException e) {
                return ""; // it was ended while it spoke
            }
        });
    }

    /** Not in the pool that all share: some of these take as long as the container runs. */
    private static <T> CompletableFuture<T> inThread(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, task -> {
            Thread thread = new Thread(task, "engine-client");
            thread.setDaemon(true);
            thread.start();
        });
    }

    /** What a client has said, if it comes to an end in time; one may have left a child that keeps its output open. */
    private static <T> Optional<T> within(Duration bound, CompletableFuture<T> answer) {
        try {
            return Optional.of(answer.get(bound.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException | ExecutionException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does so
            return Optional.empty();
        }
    }
}
