package io.github.systemd4j.samples.supervisor;

import io.github.systemd4j.sdnotify.ReceivedNotification;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts a service, listens to what it notifies, and acts as systemd would: time-outs, watchdog, restart, stop. A sample
 * of the manager's side and an aid for tests, not a service manager.
 *
 * <p>One thread does it all: it waits for a datagram, for the next time-out, or to be woken.
 */
public final class Supervisor {

    private static final String KEEP = "--keep";

    private static final int EXIT_FAILURE = 1;
    private static final int EXIT_USAGE = 64;
    private static final int EXIT_NOT_EXECUTABLE = 126;
    private static final int EXIT_NOT_FOUND = 127;

    private static final int INTERRUPTED = 128 + 2;
    private static final int TERMINATED = 128 + 15;

    private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(1);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final long LAST_WORDS = TimeUnit.SECONDS.toNanos(1); // if a child of the service never ends to talk
    private static final Duration STOP_RESERVE = Duration.ofSeconds(8);

    private final Options options;
    private final Timeline timeline;
    private final Keeping keeping;
    private final Consumer<String> standing;
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile int status;
    private volatile boolean stopRequested;
    private volatile boolean leaveRequested;
    private volatile @Nullable NotifySocket socket;
    private volatile @Nullable Child child;

    Supervisor(Options options, Timeline timeline) {
        this(options, timeline, Keeping.nothing(options), text -> {});
    }

    /**
     * One of several.
     *
     * @param standing is told how the service is, in a word or a few, whenever that changes
     */
    Supervisor(Options options, Timeline timeline, Keeping keeping, Consumer<String> standing) {
        this.options = options;
        this.timeline = timeline;
        this.keeping = keeping;
        this.standing = standing;
    }

    /**
     * The program.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(main(List.of(arguments), System.getenv()));
    }

    private static int main(List<String> arguments, Map<String, String> environment) {
        Options options;
        try {
            if (arguments.indexOf(KEEP) == 0) {
                return Keeper.main(arguments, environment);
            }
            options = Options.parse(arguments);
            if (!options.limits().isEmpty()) {
                throw new UsageException("--limit: a service has a scope with --keep alone");
            }
        } catch (UsageException e) {
            return complain(e.getMessage(), EXIT_USAGE);
        } catch (IOException e) {
            return complain(e.getMessage(), EXIT_FAILURE);
        }
        if (options.command().isEmpty()) {
            System.out.print(Options.HELP);
            return 0;
        }
        String command = options.command().get(0);
        Optional<File> file = Child.find(command, environment);
        if (file.isEmpty()) {
            return complain(command + ": there is no such command", EXIT_NOT_FOUND);
        }
        if (!file.get().canExecute()) {
            return complain(command + ": this user may not execute it", EXIT_NOT_EXECUTABLE);
        }
        Supervisor supervisor = new Supervisor(options, new Timeline(System.out));
        Runtime.getRuntime().addShutdownHook(new Thread(supervisor::onShutdown, "supervisor-stop"));
        try {
            return supervisor.run();
        } catch (IOException e) {
            return complain(e.getMessage(), EXIT_FAILURE);
        }
    }

    private static int complain(@Nullable String message, int status) {
        System.err.println("supervisor: " + message);
        return status;
    }

    /**
     * Runs the service until it has ended for good, and answers with our exit status. Leaves nothing behind, unless it was
     * told to leave everything.
     */
    int run() throws IOException {
        boolean left = false;
        try (NotifySocket bound = keeping.notifySocket();
                Listeners listeners = keeping.listeners();
                Journal journal = Journal.open(options.journal(), options.showRecords(), timeline)) {
            socket = bound;
            for (String each : listeners.texts()) {
                timeline.own("listens on " + each);
            }
            runAll(bound, listeners, journal);
            left = leaveRequested; // read once: later is too late
            if (left) {
                listeners.leave();
                bound.leave();
            }
            return status;
        } finally {
            socket = null;
            if (!left) {
                keeping.over();
            }
            finished.countDown();
        }
    }

    private void runAll(NotifySocket bound, Listeners listeners, @Nullable Journal journal) throws IOException {
        Child survivor = keeping.survivor(journal);
        int restarts = 0;
        while (survivor != null || !isEnding()) {
            status = EXIT_FAILURE; // until it has one of its own
            Outcome outcome = survivor != null ? goOn(bound, survivor) : runOnce(bound, listeners, journal);
            survivor = null;
            status = outcome.status();
            if (!outcome.failed() || isEnding() || restarts == options.restarts()) {
                return;
            }
            restarts++;
            timeline.own("restart " + restarts + " of " + options.restarts());
        }
    }

    private boolean isEnding() {
        return stopRequested || leaveRequested;
    }

    /**
     * How a run of the service ended.
     *
     * @param status what we would exit with
     * @param failed whether a restart may help
     */
    private record Outcome(int status, boolean failed) {}

    private Outcome runOnce(NotifySocket bound, Listeners listeners, @Nullable Journal journal) throws IOException {
        Child service;
        try {
            service = keeping.start(bound, listeners, journal);
        } catch (IOException e) {
            timeline.own("cannot be started: " + e.getMessage());
            standing.accept("cannot be started");
            bound.receive(PAUSE).ifPresent(ReceivedNotification::close); // what is wrong may take its time
            return new Outcome(EXIT_FAILURE, true);
        }
        timeline.own("started pid " + service.pid() + ": " + String.join(" ", options.command()) + "  -> activating");
        return untilEnd(
                bound,
                service,
                new Lifecycle(options.watchdog(), options.startTimeout(), options.stopTimeout(), timeline.now()));
    }

    private Outcome goOn(NotifySocket bound, Child survivor) throws IOException {
        Lifecycle life = keeping.lifeOf(survivor, timeline.now());
        timeline.own("pid " + survivor.pid() + " is " + life.state().text());
        return untilEnd(bound, survivor, life);
    }

    private Outcome untilEnd(NotifySocket bound, Child service, Lifecycle life) throws IOException {
        child = service;
        try {
            service.onExit(bound::wake);
            Run run = new Run(service, life);
            run.save();
            run.untilEnd(bound);
            if (leaveRequested && service.isAlive()) {
                service.leaveLines();
                return new Outcome(0, false);
            }
            service.finishLines();
            keeping.ended(service);
            service.close();
            return run.outcome();
        } finally {
            if (service.isAlive() && !leaveRequested) {
                service.kill();
            }
            child = null;
        }
    }

    /** Asks {@link #run} to stop the service and return. */
    void stop() {
        stopRequested = true;
        NotifySocket bound = socket;
        if (bound != null) {
            bound.wake();
        }
    }

    /** Asks {@link #run} to return, with the service left as it is. */
    void leave() {
        leaveRequested = true;
        NotifySocket bound = socket;
        if (bound != null) {
            bound.wake();
        }
    }

    /** SIGTERM, SIGINT, or the normal end. */
    private void onShutdown() {
        if (finished.getCount() == 0) {
            return; // the normal end
        }
        stop();
        boolean inTime = false;
        try {
            inTime = finished.await(options.stopTimeout().plus(STOP_RESERVE).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Child stuck = child;
        if (!inTime && stuck != null) {
            stuck.kill();
        }
        // A JVM that is ended by a signal exits with 128 + N whatever its service did; this is the only way to say it.
        Runtime.getRuntime().halt(inTime ? status : EXIT_FAILURE);
    }

    /** One process of the service, from its start to its end. */
    private final class Run {

        private final Child service;
        private final Lifecycle life;
        private boolean wasReady;
        private String saved = "";
        private boolean unsaved; // and that was said
        private boolean stopped; // because we were asked to
        private boolean failed; // because of a time-out

        Run(Child service, Lifecycle life) {
            this.service = service;
            this.life = life;
            this.wasReady = life.state() != Lifecycle.State.ACTIVATING;
        }

        /** For who comes after us, if it is something new. If that fails, the service goes on, and it is tried again. */
        void save() {
            String now = service.mainPid() + " " + life.saved();
            if (now.equals(saved)) {
                return;
            }
            try {
                keeping.changed(service, life);
                saved = now;
                unsaved = false;
            } catch (IOException e) {
                if (!unsaved) {
                    timeline.own("cannot write down how it is, for a restart of this supervisor: " + e);
                }
                unsaved = true;
            }
            standing.accept(life.state().text());
        }

        void untilEnd(NotifySocket bound) throws IOException {
            long end = Lifecycle.NEVER;
            while (!leaveRequested) {
                save();
                boolean alive = service.isAlive(); // asked first, so that its last words are read after its end
                long now = timeline.now();
                end = alive ? end : Math.min(end, now + LAST_WORDS);
                long wait = alive ? Math.min(life.due() - now, LONGEST_WAIT) : 0;
                Optional<ReceivedNotification> received = bound.receive(Duration.ofNanos(Math.max(wait, 0)));
                if (received.isPresent()) {
                    take(received.get());
                    save(); // at once: nobody will hear it again
                }
                if (alive) {
                    look();
                } else if (received.isEmpty() || now > end) {
                    return;
                }
            }
        }

        /** Does what is due. */
        private void look() {
            if (stopRequested && !stopped) {
                stopped = true;
                terminate("told to stop");
            }
            Lifecycle.Expiry expiry = life.expired(timeline.now());
            if (expiry == null) {
                return;
            }
            switch (expiry) {
                case START -> {
                    failed = true;
                    terminate("no READY=1 in time");
                }
                case STOP -> kill("not stopped in time");
                // Systemd sends SIGABRT for a core dump. A JVM answers that with a core and a hs_err file in its
                // working
                // directory, which nobody here asked for.
                case WATCHDOG -> {
                    failed = true;
                    kill("watchdog missed");
                }
            }
        }

        private void terminate(String why) {
            boolean already = life.state() == Lifecycle.State.STOPPING;
            timeline.own(why + ": SIGTERM to pid " + service.pid() + (already ? "" : "  -> stopping"));
            life.stop(timeline.now());
            service.terminate();
        }

        private void kill(String why) {
            timeline.own(why + ": SIGKILL to pid " + service.pid() + "  -> killed");
            life.killed();
            service.kill();
        }

        private void take(ReceivedNotification received) {
            try (received) { // closes what descriptors came: for a barrier, that is the answer
                if (NotifySocket.isWake(received)) {
                    return;
                }
                String text = received.toString();
                String refusal = refusal(received);
                if (refusal != null) {
                    timeline.of(received.pid(), text + "  (ignored: " + refusal + ")");
                    return;
                }
                List<String> remarks = new ArrayList<>(life.apply(received.fields(), timeline.now()));
                wasReady |= "1".equals(received.fields().get("READY"));
                mainPid(received.fields().get("MAINPID"), remarks);
                descriptors(received, remarks);
                timeline.of(received.pid(), remarks.isEmpty() ? text : text + "  " + String.join(", ", remarks));
            }
        }

        private @Nullable String refusal(ReceivedNotification received) {
            int pid = received.pid();
            if (pid != service.mainPid() && options.access() == Options.Access.MAIN) {
                return "not from the main process " + service.mainPid() + ", see --access";
            }
            if (pid != service.mainPid() && !service.contains(pid)) {
                return "not from a process of this service";
            }
            if (received.isTruncated()) {
                return "too long";
            }
            return received.fields().isEmpty() ? "no field" : null;
        }

        private void mainPid(@Nullable String value, List<String> remarks) {
            if (value == null) {
                return;
            }
            long pid = value.matches("[1-9][0-9]{0,9}") ? Long.parseLong(value) : 0;
            if (pid != 0 && service.contains(pid)) {
                service.mainPid(pid);
            } else {
                remarks.add("MAINPID is no process of this service");
            }
        }

        private void descriptors(ReceivedNotification received, List<String> remarks) {
            if ("1".equals(received.fields().get("BARRIER"))) {
                remarks.add("answered");
            } else if (received.descriptorCount() > 0) {
                remarks.add(received.descriptorCount() + " descriptors closed, nothing is stored here");
            }
        }

        Outcome outcome() {
            OptionalInt known = service.exitStatus();
            long rest = service.killRest();
            timeline.own("pid " + service.pid() + " ended"
                    + (known.isPresent()
                            ? " with status " + known.getAsInt() + meaning(known.getAsInt())
                            : ", its status is unknown: it was the child of an earlier supervisor")
                    + (wasReady ? "" : ", and was never ready")
                    + (rest == 0 ? "" : "; killed " + rest + " of its processes that were left"));
            return known.isPresent() ? outcome(known.getAsInt()) : new Outcome(stopped ? 0 : EXIT_FAILURE, !stopped);
        }

        private Outcome outcome(int ended) {
            if (failed) {
                return new Outcome(ended == 0 ? EXIT_FAILURE : ended, true);
            }
            if (stopped && (ended == TERMINATED || ended == INTERRUPTED)) {
                return new Outcome(0, false); // a JVM that was told to stop, did, and says by what
            }
            return new Outcome(ended, ended != 0);
        }

        private String meaning(int ended) {
            String signal = switch (ended - 128) {
                case 1 -> "SIGHUP";
                case 2 -> "SIGINT";
                case 6 -> "SIGABRT";
                case 9 -> "SIGKILL";
                case 11 -> "SIGSEGV";
                case 15 -> "SIGTERM";
                default -> "";
            };
            return signal.isEmpty() ? "" : " (" + signal + ")";
        }
    }
}
