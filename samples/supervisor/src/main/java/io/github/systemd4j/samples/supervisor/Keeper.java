package io.github.systemd4j.samples.supervisor;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.machine.MachineException;
import io.github.systemd4j.machine.Systemd;
import io.github.systemd4j.sdnotify.Notifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Several services, each under a {@link Supervisor}, that outlive a restart of this one. A service of systemd itself: it is
 * ready when a restart would find all of them again.
 */
final class Keeper {

    private static final String NAME = "[A-Za-z0-9_-]{1,64}";
    private static final int TERMINATED = 128 + 15;
    private static final int EXIT_FAILURE = 1;
    private static final Duration RESERVE = Duration.ofSeconds(20);

    private final Map<String, Options> children;
    private final Systemd systemd;
    private final Notifier notifier;
    private final Kept.Place place;
    private final Timeline timeline;
    private final Map<String, Supervisor> supervisors = new TreeMap<>();
    private final Map<String, String> standings = new TreeMap<>(); // guarded by itself
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch settled;
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean failed;

    private Keeper(
            Map<String, Options> children, Systemd systemd, Notifier notifier, Kept.Place place, Timeline timeline) {
        this.children = children;
        this.systemd = systemd;
        this.notifier = notifier;
        this.place = place;
        this.timeline = timeline;
        this.settled = new CountDownLatch(children.size());
    }

    static int main(List<String> arguments, Map<String, String> environment) throws UsageException, IOException {
        if (arguments.size() != 2) {
            throw new UsageException("--keep DIRECTORY stands alone: all else is in the directory's files");
        }
        Map<String, Options> children = read(Path.of(arguments.get(1)));
        Notifier notifier = Notifier.of(environment);
        String directory = environment.get("RUNTIME_DIRECTORY");
        if (!notifier.isEnabled() || directory == null) {
            throw new UsageException("--keep is for a service of systemd, with Type=notify and RuntimeDirectory=");
        }
        Systemd systemd = Systemd.of(environment);
        String unit = systemd.units().own().orElseThrow(() -> new IOException("this process is in no unit"));
        Store store = new Store(Activation.fromEnvironment(), notifier);
        Kept.Place place = new Kept.Place(store, systemd.units(), Path.of(directory), unit);
        Keeper keeper = new Keeper(children, systemd, notifier, place, new Timeline(System.out));
        Runtime.getRuntime().addShutdownHook(new Thread(keeper::onShutdown, "keeper-stop"));
        return keeper.run();
    }

    /** The files of a directory; each has the words of a command line, between white space. */
    static Map<String, Options> read(Path directory) throws UsageException, IOException {
        Map<String, Options> children = new TreeMap<>();
        if (!Files.isDirectory(directory)) {
            throw new UsageException(directory + ": there is no such directory");
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.toList();
        }
        for (Path file : files) {
            String name = Objects.requireNonNull(file.getFileName()).toString();
            if (!name.matches(NAME)) {
                throw new UsageException(file + ": the name of a service has letters, digits, _ and -, 64 at most");
            }
            try {
                String text = Files.readString(file).strip();
                children.put(name, child(Options.parse(Arrays.asList(text.split("\\s+")))));
            } catch (UsageException e) {
                throw new UsageException(file + ": " + e.getMessage());
            }
        }
        if (children.isEmpty()) {
            throw new UsageException(directory + ": there is no file in it, so nothing to do");
        }
        return children;
    }

    private static Options child(Options options) throws UsageException {
        if (options.command().isEmpty()) {
            throw new UsageException("there is no command in it");
        } else if (options.socket() != null || options.showRecords()) {
            throw new UsageException("--socket and --show-records are not for --keep");
        }
        return options;
    }

    private int run() throws IOException {
        children.forEach(this::begin);
        try {
            settled.await();
            stopStrangers();
            notifier.ready();
            report();
            for (Thread each : threads) {
                each.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        finished.countDown();
        return failed ? EXIT_FAILURE : 0;
    }

    private void begin(String name, Options options) {
        Timeline own = timeline.of(name);
        Supervisor supervisor =
                new Supervisor(options, own, new Kept(name, options, own, place), text -> stands(name, text));
        supervisors.put(name, supervisor);
        Thread thread = new Thread(() -> supervise(name, supervisor, own), "keeper-" + name);
        threads.add(thread);
        thread.start();
    }

    private void supervise(String name, Supervisor supervisor, Timeline own) {
        try {
            int status = supervisor.run();
            if (status != 0) {
                failed = true;
            }
            stands(name, "ended with " + status);
        } catch (IOException | RuntimeException e) {
            failed = true;
            own.own(String.valueOf(e.getMessage()));
            stands(name, "failed");
        }
    }

    /** How a service is. The first time it is in its scope and in the store, or will never be. */
    private void stands(String name, String text) {
        synchronized (standings) {
            if (standings.put(name, text) == null) {
                settled.countDown();
            }
        }
        if (settled.getCount() == 0) {
            report();
        }
    }

    private void report() {
        synchronized (standings) {
            List<String> words = new ArrayList<>();
            standings.forEach((name, text) -> words.add(name + " " + text));
            notifier.status(String.join(", ", words));
        }
    }

    /** Services that were kept, and are no longer in the directory. */
    private void stopStrangers() {
        for (String stored : place.store().untaken()) {
            String name = stored.replaceFirst("\\..*", "");
            try {
                if (!children.containsKey(name) && place.units().stop(place.scope(name))) {
                    timeline.own(name + " is no longer wanted: stopped " + place.scope(name));
                }
            } catch (MachineException | IllegalArgumentException e) {
                timeline.own(name + " is no longer wanted, and was not stopped: " + e.getMessage());
            }
            place.store().remove(stored);
        }
    }

    /** SIGTERM. A stop of our unit and its restart begin alike; systemd tells what it is about. */
    private void onShutdown() {
        if (finished.getCount() == 0) {
            return; // the normal end
        }
        String job = job().orElse("none");
        boolean stop = job.equals("stop");
        timeline.own("told to end, the job is " + job + (stop ? ": stopping all" : ": leaving all as they are"));
        notifier.stopping();
        supervisors.values().forEach(each -> {
            if (stop) {
                each.stop();
            } else {
                each.leave();
            }
        });
        boolean inTime = false;
        try {
            inTime = finished.await(patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        systemd.close();
        // Without a job nobody asked systemd for it: then this is a failure, after which Restart=on-failure begins
        // anew.
        int status = job.equals("none") ? TERMINATED : 0;
        Runtime.getRuntime().halt(inTime ? status : EXIT_FAILURE);
    }

    private Duration patience() {
        return children.values().stream()
                .map(Options::stopTimeout)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO)
                .plus(RESERVE);
    }

    /** None also if systemd does not say: then nothing is stopped. */
    private Optional<String> job() {
        try {
            return systemd.units().job(place.unit());
        } catch (MachineException e) {
            timeline.own("systemd does not say whether this is a stop: " + e.getMessage());
            return Optional.empty();
        }
    }
}
