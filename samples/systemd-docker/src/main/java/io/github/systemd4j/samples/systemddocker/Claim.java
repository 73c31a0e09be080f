package io.github.systemd4j.samples.systemddocker;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * How we come by the container: by its name, as it is or as it was left, or as a new one. Whatever an earlier run left
 * behind is in order afterwards, also if that was killed.
 */
final class Claim {

    /** Marks what has no name and is to be removed: the next start of the same unit finds it by this. */
    private static final String UNIT = "io.github.systemd4j.unit";
    /** Marks what was made by one start, and by nobody else who uses the same name. */
    private static final String RUN = "io.github.systemd4j.run";

    private final Options options;
    private final RunArguments arguments;
    private final Engine engine;
    private final List<String> ownOptions;
    private final String unit;
    private final Log log;

    /**
     * @param ownOptions what we add to the engine's options
     * @param unit where we are, empty if that is no service
     */
    Claim(Options options, RunArguments arguments, Engine engine, List<String> ownOptions, String unit, Log log) {
        this.options = options;
        this.arguments = arguments;
        this.engine = engine;
        this.ownOptions = ownOptions;
        this.unit = unit;
        this.log = log;
    }

    /**
     * A container that runs.
     *
     * @param container the container, as it was just after its start
     * @param adopted whether it ran before
     * @param since from when on its log is ours: what it wrote before, an earlier run has read
     */
    record Claimed(Container container, boolean adopted, Instant since) {}

    boolean removes() {
        return options.rm() || arguments.isSet("--rm");
    }

    Claimed take() throws EngineException, UsageException {
        String name = arguments.name(options);
        if (name == null) {
            removeLeft();
            return created();
        }
        Optional<Container> old = engine.named(name);
        return old.isPresent() ? take(old.get()) : created();
    }

    /** Of a service only: what has no unit has no mark, and podman takes a label without a value for any. */
    private void removeLeft() throws EngineException {
        if (unit.isEmpty()) {
            return;
        }
        for (String left : engine.find("label=" + UNIT + "=" + unit)) {
            log.say("removing " + left.substring(0, 12) + ", which an earlier run has left");
            engine.destroy(left);
        }
    }

    private Claimed created() throws EngineException {
        return new Claimed(create(), false, Instant.MIN);
    }

    private Claimed take(Container old) throws EngineException, UsageException {
        if (old.isRunning()) {
            refuseRestartPolicy(old);
            boolean paused = old.status().equals("paused");
            log.say("adopting " + old.label() + ", which " + (paused ? "is paused, and shall run" : "runs already"));
            Instant now = Instant.now();
            if (paused) {
                engine.unpause(old.id());
            }
            return new Claimed(old, true, now);
        }
        if (removes() || old.status().equals("created")) { // one that never ran has nothing to keep
            log.say("removing " + old.label() + ", " + old.status() + ", which an earlier run has left");
            engine.destroy(old.id());
            return created();
        }
        refuseRestartPolicy(old);
        log.say("starting " + old.label()
                + " again, with the arguments that it was made with; --rm would take new ones");
        if (!old.status().equals("exited")) {
            engine.stop(old.id()); // it was killed with what watches it, and its engine does not know
        }
        Instant before = Instant.now();
        resume(old);
        return new Claimed(engine.inspect(old.id()).orElse(old), false, before);
    }

    private static void refuseRestartPolicy(Container old) throws UsageException {
        if (!List.of("", "no").contains(old.restartPolicy())) {
            throw new UsageException("the engine itself restarts " + old.label() + " (" + old.restartPolicy()
                    + "), and systemd would too: \"update --restart=no " + old.name() + "\" leaves it to systemd");
        }
    }

    private void resume(Container old) throws EngineException {
        try {
            engine.resume(old.id());
        } catch (EngineException e) {
            if (!old.status().equals("exited")) {
                // podman 4: without conmon nobody has written down how it ended, and so for podman it never will have
                throw EngineException.refused(
                        e.exitStatus(),
                        e.getMessage() + "\n" + old.label() + " was killed with all that watched it, and the engine"
                                + " cannot start it again: remove it (rm --force " + old.name()
                                + "), and what it has written into its own files");
            }
            throw e;
        }
    }

    private Container create() throws EngineException {
        String run = RUN + "=" + UUID.randomUUID();
        List<String> words = new ArrayList<>(List.of("--detach", "--label=" + run));
        String name = arguments.name(options);
        if (name != null) {
            words.add("--name=" + name);
        } else if (removes() && !unit.isEmpty()) {
            words.add("--label=" + UNIT + "=" + unit);
        }
        words.addAll(ownOptions);
        // We remove it, once its status is known. Detached it is in any case.
        words.addAll(arguments.optionsWithout("--name", "-d", "--detach", "--rm", "-a", "--attach", "--sig-proxy"));
        words.addAll(arguments.image());
        try {
            String id = engine.run(words);
            return engine.inspect(id).orElseThrow(() -> EngineException.refused(1, id + " has gone at once"));
        } catch (EngineException e) {
            removeFailed(run);
            throw e;
        }
    }

    /** What a start that failed, or was told to stop, has left: it would be in the way of the next one. */
    private void removeFailed(String run) {
        try {
            for (String id : engine.find("label=" + run)) {
                engine.destroy(id);
            }
        } catch (EngineException e) {
            log.warn("what has failed is removed by the next start: " + e.getMessage());
        }
    }
}
