package io.github.systemd4j.samples.supervisor;

import io.github.systemd4j.sdnotify.ReceivedNotification;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Starts a service, listens to what it notifies, and acts as systemd would: time-outs, watchdog, restart, stop. A sample
 * of the manager's side and an aid for tests, not a service manager.
 *
 * <p>One thread does it all: it waits for a datagram, for the next time-out, or to be woken.
 */
public final class Supervisor {

    private static final int EXIT_FAILURE = 1;
    private static final int EXIT_USAGE = 64;
    private static final int EXIT_NOT_EXECUTABLE = 126;
    private static final int EXIT_NOT_FOUND = 127;

    private static final int INTERRUPTED = 128 + 2;
    private static final int TERMINATED = 128 + 15;

    private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(1);
    private static final long LAST_WORDS = TimeUnit.SECONDS.toNanos(1); // if a child of the service never ends to talk
    private static final Duration STOP_RESERVE = Duration.ofSeconds(8);

    private final Options options;
    private final Timeline timeline;
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile int status;
    private volatile boolean stopRequested;
    private volatile @Nullable NotifySocket socket;
    private volatile @Nullable Child child;

    Supervisor(Options options, Timeline timeline) {
        this.options = options;
        this.timeline = timeline;
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
            options = Options.parse(arguments);
        } catch (UsageException e) {
            return complain(e.getMessage(), EXIT_USAGE);
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

    /** Runs the service until it has ended for good, and answers with our exit status. Leaves nothing behind. */
    int run() throws IOException {
        try (NotifySocket bound = NotifySocket.bind(options.socket());
                Listeners listeners = Listeners.bind(options.listen());
                Journal journal = Journal.open(options.journal(), options.showRecords(), timeline)) {
            socket = bound;
            for (String each : listeners.texts()) {
                timeline.own("listens on " + each);
            }
            int restarts = 0;
            while (!stopRequested) {
                status = EXIT_FAILURE; // until it has one of its own
                Outcome outcome = runOnce(bound, listeners, journal);
                status = outcome.status();
                if (!outcome.failed() || stopRequested || restarts == options.restarts()) {
                    break;
                }
                restarts++;
                timeline.own("restart " + restarts + " of " + options.restarts());
            }
            return status;
        } finally {
            socket = null;
            finished.countDown();
        }
    }

    /**
     * How a run of the service ended.
     *
     * @param status what we would exit with
     * @param failed whether a restart may help
     */
    private record Outcome(int status, boolean failed) {}

    private Outcome runOnce(NotifySocket bound, Listeners listeners, @Nullable Journal journal) throws IOException {
        Child service = Child.start(options, bound.address(), listeners, journal);
        child = service;
        try {
            service.onExit(bound::wake);
            timeline.own(
                    "started pid " + service.pid() + ": " + String.join(" ", options.command()) + "  -> activating");
            Run run = new Run(service);
            run.untilEnd(bound);
            service.finishLines();
            return run.outcome();
        } finally {
            if (service.isAlive()) {
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
        private long mainPid;
        private boolean wasReady;
        private boolean stopped; // because we were asked to
        private boolean failed; // because of a time-out

        Run(Child service) {
            this.service = service;
            this.mainPid = service.pid();
            this.life =
                    new Lifecycle(options.watchdog(), options.startTimeout(), options.stopTimeout(), timeline.now());
        }

        void untilEnd(NotifySocket bound) throws IOException {
            long end = Lifecycle.NEVER;
            while (true) {
                boolean alive = service.isAlive(); // asked first, so that its last words are read after its end
                long now = timeline.now();
                end = alive ? end : Math.min(end, now + LAST_WORDS);
                long wait = alive ? Math.min(life.due() - now, LONGEST_WAIT) : 0;
                Optional<ReceivedNotification> received = bound.receive(Duration.ofNanos(Math.max(wait, 0)));
                if (received.isPresent() && !isOurs(received.get())) {
                    take(received.get());
                }
                if (alive) {
                    look();
                } else if (received.isEmpty() || now > end) {
                    return;
                }
            }
        }

        private boolean isOurs(ReceivedNotification received) {
            return received.pid() == ProcessHandle.current().pid();
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
            if (pid != mainPid && options.access() == Options.Access.MAIN) {
                return "not from the main process " + mainPid + ", see --access";
            }
            if (pid != mainPid && !service.contains(pid)) {
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
                mainPid = pid;
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
            int ended = service.exitStatus();
            long rest = service.killRest();
            timeline.own("pid " + service.pid() + " ended with status " + ended + meaning(ended)
                    + (wasReady ? "" : ", and was never ready")
                    + (rest == 0 ? "" : "; killed " + rest + " of its processes that were left"));
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
