package io.github.systemd4j.samples.systemddocker;

import io.github.systemd4j.cgroups.CgroupException;
import io.github.systemd4j.journal.JournalWriter;
import io.github.systemd4j.sdnotify.Notification;
import io.github.systemd4j.sdnotify.Notifier;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** From the container's start to its end. */
final class Session {

    private static final Duration HEARD = Duration.ofSeconds(2);
    private static final Duration LAST_MOMENT = Duration.ofSeconds(2);

    private final Options options;
    private final RunArguments arguments;
    private final Engine engine;
    private final Claim claim;
    private final Home home;
    private final Notifier notifier;
    private final @Nullable NotifySocket socket;
    private final @Nullable HandedSockets sockets;
    private final @Nullable JournalWriter journal;
    private final Forwarder forwarder;
    private final Log log;
    private final PidFile pidFile;

    Session(
            Options options,
            RunArguments arguments,
            Engine engine,
            Claim claim,
            Home home,
            Notifier notifier,
            @Nullable NotifySocket socket,
            @Nullable HandedSockets sockets,
            @Nullable JournalWriter journal,
            Forwarder forwarder,
            Log log) {
        this.options = options;
        this.arguments = arguments;
        this.engine = engine;
        this.claim = claim;
        this.home = home;
        this.notifier = notifier;
        this.socket = socket;
        this.sockets = sockets;
        this.journal = journal;
        this.forwarder = forwarder;
        this.log = log;
        this.pidFile = new PidFile(options.pidFile());
    }

    /** Runs the container, and answers with its exit status; with 0 if it runs on without us. */
    int run() throws IOException, UsageException {
        notifier.status("starting the container");
        Claim.Claimed claimed = claim.take();
        Container started = claimed.container();
        settle(started, socket == null || claimed.adopted(), claimed.adopted());
        if (socket != null) {
            socket.open(notifier);
        }
        forwarder.to(started);
        if (isDetached() && started.isRunning()) { // or it is us whose exit status counts
            notifier.barrier(HEARD); // systemd does not know whose the words of the dead were
            return 0;
        }
        try {
            return untilEnd(started, claimed.since());
        } finally {
            pidFile.remove();
        }
    }

    private boolean isDetached() {
        return !options.logs() && !claim.removes() && socket == null && sockets == null;
    }

    /** Into the unit first, and only then is systemd told what the main process is, and that all is ready. */
    private void settle(Container started, boolean ready, boolean adopted) throws IOException {
        boolean runs;
        try {
            runs = started.isRunning() && move(started);
            if (runs) {
                pidFile.write(started.pid());
            }
        } catch (IOException | RuntimeException e) {
            if (!adopted) {
                giveUp(started);
            }
            throw e;
        }
        if (runs && sockets != null) {
            sockets.serve(started);
        }
        Notification.Builder news = Notification.builder().status(started.label() + (runs ? " runs" : " has ended"));
        if (socket != null) {
            socket.serve(started);
        }
        if (runs && (ready || socket == null || socket.isOpen())) { // or it goes with the container's own READY
            news.mainPid(started.pid());
        }
        if (ready) {
            news.ready();
        }
        notifier.send(news.build());
    }

    /** Brings all processes of the container into our unit; answers whether there were any. */
    private boolean move(Container started) throws CgroupException, EngineException {
        try {
            LostLimits.of(arguments, home.take(started)).forEach(log::warn);
            return true;
        } catch (CgroupException | EngineException e) {
            // A process that is ending is in the root for a moment, in v1: one looks twice before one says whose it is.
            if (!started.isRunningAfter(LAST_MOMENT)) {
                return false;
            }
            throw e;
        }
    }

    /** A container that could not be brought into the unit must not run outside of it. */
    private void giveUp(Container started) {
        try {
            if (claim.removes()) {
                engine.destroy(started.id());
            } else {
                engine.signal(started.id(), "KILL");
            }
        } catch (EngineException e) {
            log.complain(e.getMessage());
        }
    }

    private int untilEnd(Container started, Instant logsSince) throws IOException {
        Watch watch = new Watch(engine, notifier, forwarder, log);
        ContainerLog output = new ContainerLog(engine, journal, logsSince);
        Container run = started;
        while (true) {
            startLog(output, run);
            Watch.Fate fate = watch.await(run);
            Optional<Container> next = fate.next();
            if (next.isEmpty()) {
                forwarder.close();
                takeOver(run.label() + " has ended with " + fate.status());
            }
            output.stop();
            if (next.isEmpty()) {
                readRest(output, run);
                cleanUp(run);
                return fate.status();
            }
            if (next.get().isSameRun(run)) {
                notifier.status(run.label() + " runs");
            } else {
                log.say(run.label() + " was started again by its engine");
                settle(next.get(), false, false);
            }
            run = next.get();
        }
    }

    /** Once more: podman's client leaves before the last lines, and SIGTERM ends docker's. */
    private void readRest(ContainerLog output, Container ended) {
        try {
            startLog(output, ended);
            output.stop();
        } catch (EngineException e) {
            log.warn("the last lines of the log may be missing: " + e.getMessage());
        }
    }

    private void startLog(ContainerLog output, Container run) throws EngineException {
        if (options.logs()) {
            output.start(run);
        }
    }

    /** The container was the main process, and is not systemd's child: only by our own end it will know how it ended. */
    private void takeOver(String status) {
        notifier.send(Notification.builder()
                .mainPid(ProcessHandle.current().pid())
                .status(status)
                .build());
    }

    private void cleanUp(Container ended) {
        try {
            if (claim.removes() && engine.inspect(ended.id()).isPresent()) {
                engine.remove(ended.id());
            }
        } catch (EngineException e) {
            log.warn("the next start removes " + ended.label() + ": " + e.getMessage());
        }
        notifier.barrier(HEARD);
    }
}
