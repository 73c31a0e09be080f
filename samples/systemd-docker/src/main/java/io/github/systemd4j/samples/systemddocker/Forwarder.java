package io.github.systemd4j.samples.systemddocker;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives the container the signals that we get. What comes before there is a container waits for it. Signals come in
 * threads of their own.
 */
final class Forwarder {

    private final Engine engine;
    private final Log log;

    // all guarded by this
    private final List<String> pending = new ArrayList<>();
    private @Nullable String id;
    private boolean stopping;
    private @Nullable Process waiting;

    Forwarder(Engine engine, Log log) {
        this.engine = engine;
        this.log = log;
    }

    void accept(String signal) {
        String to;
        synchronized (this) {
            if (signal.equals("TERM") || signal.equals("INT")) {
                stopping = true;
                if (waiting != null) {
                    waiting.destroy();
                }
            }
            to = id;
            if (to == null) {
                pending.add(signal);
                return;
            }
        }
        send(to, signal);
    }

    /** From now on to this container. */
    void to(Container container) {
        List<String> kept;
        synchronized (this) {
            id = container.id();
            kept = List.copyOf(pending);
            pending.clear();
        }
        kept.forEach(signal -> send(container.id(), signal));
    }

    /** To nobody any more: the container has ended. */
    synchronized void close() {
        id = "";
    }

    private void send(String to, String signal) {
        if (to.isEmpty()) {
            return;
        }
        try {
            engine.signal(to, signal);
        } catch (EngineException e) {
            if (isThere(to)) {
                log.warn("SIG" + signal + " does not reach the container: " + e.getMessage());
            }
        }
    }

    private boolean isThere(String container) {
        try {
            return engine.inspect(container).filter(Container::isRunning).isPresent();
        } catch (EngineException e) {
            return true; // who knows
        }
    }

    /** Whether we were told to stop. */
    synchronized boolean isStopping() {
        return stopping;
    }

    /** Ends this process when we are told to stop, or at once if we were. */
    synchronized void endOnStop(@Nullable Process process) {
        waiting = process;
        if (stopping && process != null) {
            process.destroy();
        }
    }
}
