package io.github.systemd4j.samples.supervisor;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.machine.MachineException;
import io.github.systemd4j.machine.Systemd;
import io.github.systemd4j.sdnotify.Notification;
import io.github.systemd4j.sdnotify.Notifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
    private static final String BUS = "unix:path=/run/dbus/system_bus_socket";
    private static final Duration LONGEST_CALL = Duration.ofHours(1);

    private final Map<String, Service> services;
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
            Map<String, Service> services, Systemd systemd, Notifier notifier, Kept.Place place, Timeline timeline) {
        this.services = services;
        this.systemd = systemd;
        this.notifier = notifier;
        this.place = place;
        this.timeline = timeline;
        this.settled = new CountDownLatch(services.size());
        services.forEach(this::add);
    }

    static int main(List<String> arguments, Map<String, String> environment) throws UsageException, IOException {
        if (arguments.size() != 2) {
            throw new UsageException("--keep DIRECTORY stands alone: all else is in the directory's files");
        }
        Notifier notifier = Notifier.of(environment);
        String runtime = environment.get("RUNTIME_DIRECTORY");
        if (!notifier.isEnabled() || runtime == null) {
            throw new UsageException("--keep is for a service of systemd, with Type=notify and RuntimeDirectory=");
        }
        Timeline timeline = new Timeline(System.out);
        Store store = new Store(Activation.fromEnvironment(), notifier);
        Path directory = Path.of(arguments.get(1));
        Map<String, Service> services = read(directory, Kept.words(store, Path.of(runtime)), timeline::own);
        if (services.isEmpty() && store.untaken().isEmpty()) {
            throw new UsageException(directory + ": there is no service in it, so nothing to do");
        }
        Systemd systemd = Systemd.of(environment);
        String unit = systemd.units().own().orElseThrow(() -> new IOException("this process is in no unit"));
        // Who waits for a scope to stop waits for as long as that may take, and not as long as for other answers.
        Duration patience = patience(services);
        try (Systemd patient = Systemd.at(BUS, patience.compareTo(LONGEST_CALL) < 0 ? patience : LONGEST_CALL)) {
            Kept.Place place = new Kept.Place(store, patient.units(), Path.of(runtime), unit);
            Keeper keeper = new Keeper(services, systemd, notifier, place, timeline);
            Runtime.getRuntime().addShutdownHook(new Thread(keeper::onShutdown, "keeper-stop"));
            return keeper.run();
        }
    }

    /**
     * The files of a directory. One that is wrong costs nothing but itself: its service goes on as it was started, if it
     * runs.
     *
     * @param kept the words of those that run
     * @param complaints is told what is wrong
     */
    static Map<String, Service> read(Path directory, Map<String, String> kept, Consumer<String> complaints) {
        Map<String, Service> services = new TreeMap<>();
        for (String name : names(directory, kept, complaints)) {
            try {
                services.put(name, read(directory.resolve(name)));
            } catch (UsageException e) {
                Optional<Service> before = Optional.ofNullable(kept.get(name)).flatMap(Keeper::again);
                complaints.accept(e.getMessage() + (before.isEmpty() ? "; ignored" : "; goes on as it was started"));
                before.ifPresent(service -> services.put(name, service));
            }
        }
        return services;
    }

    private static List<String> names(Path directory, Map<String, String> kept, Consumer<String> complaints) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(each -> String.valueOf(each.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            complaints.accept(directory + " cannot be listed: " + e);
            return List.copyOf(kept.keySet());
        }
    }

    private static Service read(Path file) throws UsageException {
        if (!String.valueOf(file.getFileName()).matches(NAME)) {
            throw new UsageException(file + ": the name of a service has letters, digits, _ and -, 64 at most");
        }
        try {
            return Service.parse(Files.readString(file));
        } catch (UsageException e) {
            throw new UsageException(file + ": " + e.getMessage());
        } catch (IOException e) { // a directory, or not UTF-8
            throw new UsageException(file + " cannot be read: " + e);
        }
    }

    private static Optional<Service> again(String words) {
        try {
            return Optional.of(Service.parse(words));
        } catch (UsageException e) { // it was understood by another version of this
            return Optional.empty();
        }
    }

    private int run() throws IOException {
        notifier.send(Notification.builder().extendTimeout(patience(services)).build());
        threads.forEach(Thread::start);
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

    private void add(String name, Service service) {
        Timeline own = timeline.of(name);
        Supervisor supervisor =
                new Supervisor(service.options(), own, new Kept(name, service, own, place), text -> stands(name, text));
        supervisors.put(name, supervisor);
        threads.add(new Thread(() -> supervise(name, supervisor, own), "keeper-" + name));
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
        Map<String, List<String>> untaken =
                place.store().untaken().stream().collect(groupingBy(Kept::nameOf, TreeMap::new, toList()));
        untaken.forEach((name, stored) -> {
            if (services.containsKey(name) || stopStranger(name)) {
                stored.forEach(place.store()::remove);
            }
        });
    }

    /** If it fails, what is stored of it stays: the next start tries again. */
    private boolean stopStranger(String name) {
        try {
            if (place.units().stop(place.scope(name))) {
                timeline.own(name + " is no longer wanted: stopped " + place.scope(name));
            }
            return true;
        } catch (MachineException | IllegalArgumentException e) {
            timeline.own(name + " is no longer wanted, and was not stopped: " + e.getMessage());
            return false;
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
        notifier.send(Notification.builder()
                .stopping()
                .extendTimeout(patience(services))
                .build());
        supervisors.values().forEach(each -> {
            if (stop) {
                each.stop();
            } else {
                each.leave();
            }
        });
        boolean inTime = false;
        try {
            inTime = finished.await(patience(services).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        systemd.close();
        // Without a job nobody asked systemd for it: then this is a failure, after which Restart=on-failure begins
        // anew.
        int status = job.equals("none") ? TERMINATED : 0;
        Runtime.getRuntime().halt(inTime ? status : EXIT_FAILURE);
    }

    /** How long a stop may take: that of a process, and then that of what it left in its scope. */
    private static Duration patience(Map<String, Service> services) {
        return services.values().stream()
                .map(each -> each.options().stopTimeout())
                .max(Duration::compareTo)
                .orElse(Duration.ZERO)
                .multipliedBy(2)
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
