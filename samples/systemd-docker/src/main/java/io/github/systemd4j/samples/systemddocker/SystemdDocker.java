package io.github.systemd4j.samples.systemddocker;

import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.cgroups.CgroupException;
import io.github.systemd4j.cgroups.Cgroups;
import io.github.systemd4j.journal.JournalWriter;
import io.github.systemd4j.journal.StandardStreams;
import io.github.systemd4j.sdnotify.Notification;
import io.github.systemd4j.sdnotify.Notifier;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs a container as the service that its unit says: {@code docker run} starts it somewhere else, and what the unit says
 * is then true of the client alone. Here the container is moved into the unit, becomes its main process, and ends with it.
 */
public final class SystemdDocker {

    private static final Duration HEARD = Duration.ofSeconds(2);
    /** For the journal to take a line: while that is busy the engine keeps the log, and nobody is held up. */
    private static final Duration JOURNAL = Duration.ofSeconds(10);

    private final Map<String, String> environment;
    private final Log log;

    private SystemdDocker(Map<String, String> environment) {
        this.environment = environment;
        this.log = new Log(System.err, StandardStreams.of(environment).isErrorJournal());
    }

    /**
     * The program.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(new SystemdDocker(System.getenv()).run(List.of(arguments)));
    }

    private int run(List<String> arguments) {
        try (Notifier notifier = Notifier.of(environment)) {
            return runAndSay(arguments, notifier);
        }
    }

    private int runAndSay(List<String> arguments, Notifier notifier) {
        try {
            return run(arguments, notifier);
        } catch (UsageException e) {
            log.complain(e.getMessage());
            return ExitStatus.USAGE;
        } catch (EngineException e) {
            return failed(notifier, e.getMessage(), e.exitStatus());
        } catch (CgroupException e) {
            return failed(
                    notifier, "the container cannot be moved into the unit: " + e.getMessage(), ExitStatus.NOT_MOVED);
        } catch (IOException e) {
            return failed(notifier, e.getMessage(), ExitStatus.IO_ERROR);
        } catch (RuntimeException e) { // or the container would be left with nobody who waits for its end
            e.printStackTrace();
            return failed(notifier, "this is a mistake of systemd-docker's: " + e, ExitStatus.SOFTWARE);
        }
    }

    private int failed(Notifier notifier, @Nullable String why, int status) {
        log.complain(why);
        // By now the container may have been the main process. It is us whose end systemd shall look at.
        notifier.send(Notification.builder()
                .mainPid(ProcessHandle.current().pid())
                .status("failed: " + String.valueOf(why).lines().findFirst().orElse(""))
                .build());
        notifier.barrier(HEARD);
        return status;
    }

    private int run(List<String> arguments, Notifier notifier) throws IOException, UsageException {
        Options options = Options.parse(arguments);
        if (options.help()) {
            System.out.print(Options.helpText());
            return 0;
        }
        RunArguments run = RunArguments.parse(options.runArguments());
        run.refuseRestartPolicy();
        run.checkName(options);
        Home home = new Home(Cgroups.system(), options.cgroups());
        home.check();
        List<InheritedDescriptor> sockets = UnitSockets.of(environment, options, log);
        Engine engine = new Engine(options.engine(), sockets);
        Forwarder forwarder = new Forwarder(engine, log);
        forwardSignals(forwarder);
        List<String> ownOptions = new ArrayList<>();
        if (engine.isPodman()) {
            ownOptions.add("--sdnotify=ignore"); // or it would be podman that says when we are ready
        }
        if (options.env()) {
            ownOptions.addAll(PassedEnvironment.options(environment));
        }
        try (NotifySocket socket = notifySocket(options, run, home.unit());
                HandedSockets handed = handedSockets(options, run, engine, home, sockets)) {
            if (socket != null) {
                ownOptions.addAll(socket.engineOptions(environment));
            }
            if (handed != null) {
                ownOptions.addAll(handed.engineOptions());
            }
            Claim claim = new Claim(options, run, engine, ownOptions, home.unit(), log);
            try (JournalWriter journal = StandardStreams.of(environment).isErrorJournal()
                    ? JournalWriter.builder().timeout(JOURNAL).build()
                    : null) {
                return new Session(options, run, engine, claim, home, notifier, socket, handed, journal, forwarder, log)
                        .run();
            }
        }
    }

    private @Nullable NotifySocket notifySocket(Options options, RunArguments run, String unit) throws IOException {
        if (!environment.containsKey(Notifier.NOTIFY_SOCKET)) {
            return null; // without systemd there is nobody to notify
        }
        if (!options.notifyFromContainer()) {
            if (environment.containsKey("WATCHDOG_USEC")) {
                log.warn(
                        "WatchdogSec= needs --notify, and a container that answers it: nobody else knows whether it is well");
            }
            return null;
        }
        return NotifySocket.bind(directory(options, run, unit));
    }

    /** Null with podman, which passes the sockets by itself. */
    private @Nullable HandedSockets handedSockets(
            Options options, RunArguments run, Engine engine, Home home, List<InheritedDescriptor> sockets)
            throws IOException, UsageException {
        return sockets.isEmpty() || engine.isPodman()
                ? null
                : HandedSockets.bind(directory(options, run, home.unit()), sockets, home, log);
    }

    /** A name that no other container's directory has. */
    private static String directory(Options options, RunArguments run, String unit) {
        String name = run.name(options);
        String own = unit.isEmpty() ? "pid-" + ProcessHandle.current().pid() : unit.replace('/', '-');
        return name != null ? name : own;
    }

    private void forwardSignals(Forwarder forwarder) {
        try {
            Signals.forward(forwarder::accept);
        } catch (ReflectiveOperationException e) {
            log.warn("signals to this process end it, and do not reach the container: " + e);
        }
    }
}
