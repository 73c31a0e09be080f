package io.github.systemd4j.samples.systemddocker;

import io.github.systemd4j.sdnotify.Notifier;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** Waits for what becomes of a container, also when its engine goes away for a while, or restarts it. */
final class Watch {

    /** What an engine may take between stop and start, when somebody has it restart the container. */
    private static final Duration RESTART = Duration.ofSeconds(5);
    /** How often an engine that has gone is asked again once the container has ended, a second apart. */
    private static final int PATIENCE = 10;
    /** And how long at most: one that hangs takes its time for each answer that it does not give. */
    private static final Duration LONGEST = Duration.ofSeconds(20);

    private final Engine engine;
    private final Notifier notifier;
    private final Forwarder forwarder;
    private final Log log;

    Watch(Engine engine, Notifier notifier, Forwarder forwarder, Log log) {
        this.engine = engine;
        this.notifier = notifier;
        this.forwarder = forwarder;
        this.log = log;
    }

    /**
     * What became of it.
     *
     * @param next the container as it runs on, perhaps in another run of it; empty if it has ended
     * @param status the exit status if it has
     */
    record Fate(Optional<Container> next, int status) {}

    /** Waits until the container has ended, was restarted, or until the engine has come back from wherever it was. */
    Fate await(Container run) throws EngineException {
        OptionalInt status = engine.awaitExit(run);
        Optional<Container> now = state(run);
        if (now.isPresent() && !now.get().isRunning() && isStartedAgain(now.get())) {
            now = state(run);
        }
        if (now.isEmpty()) {
            return new Fate(now, status.orElse(0)); // somebody has removed it
        }
        if (!now.get().isRunning()) {
            return new Fate(Optional.empty(), now.get().exitCode());
        }
        if (now.get().isSameRun(run)) {
            pause(); // or an engine that has no patience would have all of our time
        }
        return new Fate(now, 0);
    }

    /** What the engine says of the container. An engine that has gone is waited for while that runs, and a little longer. */
    private Optional<Container> state(Container run) throws EngineException {
        int patience = PATIENCE;
        long ended = System.nanoTime();
        for (boolean told = false; ; told = true) {
            EngineException failure;
            try {
                Optional<Container> now = engine.inspect(run.id());
                if (now.isEmpty() || !now.get().isUnnoticed()) {
                    return now;
                }
                failure = EngineException.unavailable("the engine has not noticed that " + run.label() + " has ended");
            } catch (EngineException e) {
                failure = e;
            }
            boolean runs = run.isRunning();
            if (!told) {
                log.warn(failure.getMessage() + (runs ? "; " + run.label() + " goes on without it" : ""));
                notifier.status(run.label() + (runs ? " runs" : " has ended") + ", and its engine does not answer");
            }
            if (runs) {
                ended = System.nanoTime(); // or later
            } else {
                patience--;
                if (patience == 0 || System.nanoTime() - ended > LONGEST.toNanos()) {
                    throw failure;
                }
            }
            pause();
        }
    }

    /**
     * Whether the engine starts it again: it has stopped because the engine was asked to, and "docker restart" is "docker
     * stop" with a start after it.
     */
    private boolean isStartedAgain(Container ended) {
        try {
            if (forwarder.isStopping() || engine.isPodman() || !engine.wasSignalled(ended)) {
                return false;
            }
            notifier.status(ended.label() + " was stopped by its engine; waiting whether that starts it again");
            Process client = engine.nextStart(ended, RESTART);
            forwarder.endOnStop(client);
            try {
                return engine.saysSomething(client, RESTART);
            } finally {
                forwarder.endOnStop(null);
                client.destroyForcibly();
            }
        } catch (EngineException e) {
            log.warn(e.getMessage()); // it has ended, and how is known
            return false;
        }
    }

    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does so
        }
    }
}
