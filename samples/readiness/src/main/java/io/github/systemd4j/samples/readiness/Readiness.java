package io.github.systemd4j.samples.readiness;

import io.github.systemd4j.linux.Diagnostics;
import io.github.systemd4j.sdnotify.Notification;
import io.github.systemd4j.sdnotify.Notifier;
import io.github.systemd4j.sdnotify.NotifyResult;
import io.github.systemd4j.sdnotify.Watchdog;
import io.github.systemd4j.sdnotify.WatchdogPinger;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs a {@link HelloServer} and tells systemd how it is: ready once the port answers, a status line with live figures,
 * watchdog pings while it is healthy, reloading, stopping. Where there is no systemd, or it cannot be told, the service
 * serves all the same.
 */
public final class Readiness implements AutoCloseable {

    private static final int EXIT_FAILURE = 1;
    private static final int EXIT_USAGE = 64;

    private static final Duration EXTENSION = Duration.ofSeconds(10);

    private final Options options;
    private final Notifier notifier;
    private final Watchdog watchdog;
    private final Log log;

    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicBoolean complained = new AtomicBoolean();
    private final ScheduledExecutorService everySecond = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "readiness-status");
        thread.setDaemon(true);
        return thread;
    });

    // All guarded by this.
    private @Nullable HelloServer server;
    private @Nullable WatchdogPinger pinger;
    private String trouble = "";
    private String toldStatus = "";
    private long lastServed;

    Readiness(Options options, Notifier notifier, Watchdog watchdog, Log log) {
        this.options = options;
        this.notifier = notifier;
        this.watchdog = watchdog;
        this.log = log;
    }

    /**
     * The program.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        Log log = new Log(System.out, System.err);
        try {
            Options options = Options.parse(List.of(arguments));
            if (options.help()) {
                log.out().print(Options.HELP);
                return;
            }
            Readiness service = new Readiness(options, Notifier.fromEnvironment(), Watchdog.fromEnvironment(), log);
            Runtime.getRuntime().addShutdownHook(new Thread(service::close, "readiness-stop"));
            reloadOnHangup(service, log);
            service.start();
        } catch (UsageException e) {
            log.complain(e.getMessage());
            System.exit(EXIT_USAGE);
        } catch (IOException e) {
            log.complain(e.getMessage());
            System.exit(EXIT_FAILURE);
        }
    }

    private static void reloadOnHangup(Readiness service, Log log) {
        try {
            Hangup.run(service::reload);
        } catch (ReflectiveOperationException e) {
            log.complain("no reload by SIGHUP, only by POST /reload: " + e.getMessage());
        }
    }

    /** Returns when the service serves, or was told to stop meanwhile. */
    synchronized void start() throws IOException {
        log.say(
                notifier.isEnabled()
                        ? "telling systemd how it goes; " + watchdog
                        : "NOTIFY_SOCKET is not set, nobody to tell how it goes; serving all the same");
        notifier.warmUp(); // beside all that follows
        try {
            startSlowly();
            if (stopping.getCount() == 0) {
                return;
            }
            HelloServer started =
                    HelloServer.start(options.host(), options.port(), Greeting.read(options.config()), this::reload);
            server = started;
            log.say("serving " + started.url());
            // Not a moment earlier: systemd starts what is ordered after us.
            if (tellReady(started).isSent()) {
                log.say(Diagnostics.current().toString()); // only now, when it has been loaded anyway
            }
            pinger = notifier.pingWatchdog(watchdog, started::answers);
            ScheduledFuture<?> unused = everySecond.scheduleAtFixedRate(this::tellFigures, 1, 1, TimeUnit.SECONDS);
        } catch (IOException e) {
            notifier.status("failed: " + e.getMessage()); // so that "systemctl status" has the reason
            throw e;
        }
    }

    /** A start that takes long. The time is asked for in portions, and only while there is progress. */
    private void startSlowly() {
        long seconds = options.slowStart().toSeconds();
        if (seconds == 0) {
            return;
        }
        AtomicInteger step = new AtomicInteger(1);
        AtomicInteger seen = new AtomicInteger();
        notifier.extendStartup(EXTENSION, () -> step.get() != seen.getAndSet(step.get())); // ends by itself at READY=1
        try {
            do {
                notifier.status("starting, " + seconds + " s to go");
                step.incrementAndGet();
            } while (!stopping.await(1, TimeUnit.SECONDS) && --seconds > 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does so; then serve at once
        }
        complainOnce();
    }

    /** Reads the configuration again. If it cannot be read the old one stays, and the status says so. */
    synchronized void reload() {
        HelloServer running = server;
        if (running == null) {
            return;
        }
        log.say("reloading");
        notifier.reloading();
        try {
            running.greet(Greeting.read(options.config()));
            trouble = "";
        } catch (IOException e) {
            trouble = ", old configuration: " + e.getMessage();
            log.complain("the old configuration stays: " + e.getMessage());
        }
        tellReady(running); // in any case: it ends the reload, not only a good one
        log.say("reloaded");
    }

    private NotifyResult tellReady(HelloServer running) {
        toldStatus = figures(running, running.served(), 0);
        NotifyResult result = notifier.ready(toldStatus);
        complainOnce();
        return result;
    }

    private synchronized void tellFigures() {
        HelloServer running = server;
        if (running == null) {
            return;
        }
        long served = running.served();
        String status = figures(running, served, served - lastServed);
        lastServed = served;
        if (!status.equals(toldStatus)) {
            toldStatus = status;
            notifier.status(status);
        }
        complainOnce();
    }

    private String figures(HelloServer running, long served, long perSecond) {
        return "serving " + running.url() + ", " + served + " answered, " + perSecond + " per second"
                + (running.isHealthy() ? "" : ", failing its health check") + trouble;
    }

    /** A notification that fails does not hurt the service, and will fail again: once is enough to say so. */
    private void complainOnce() {
        notifier.lastFailure().ifPresent(e -> {
            if (complained.compareAndSet(false, true)) {
                log.complain("systemd is not told how it goes, the service runs on: " + e.getMessage());
            }
        });
    }

    /** Stops: nothing new is taken, what is under way is served to its end, within a bound. */
    @Override
    public void close() {
        stopping.countDown(); // a slow start holds the lock
        HelloServer running;
        synchronized (this) {
            running = server;
            server = null;
            if (running == null) {
                notifier.stopping();
            } else {
                log.say("stopping");
                notifier.send(Notification.builder()
                        .stopping()
                        .status("stopping, " + running.underWay() + " requests under way")
                        .build());
            }
            everySecond.shutdownNow();
            if (pinger != null) {
                pinger.close(); // systemd's watchdog is off since STOPPING=1
            }
        }
        if (running != null) {
            running.close(); // without the lock, which a reload under way may want
            log.say("stopped after " + running.served() + " requests");
        }
        notifier.close();
    }
}
