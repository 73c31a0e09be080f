package io.github.systemd4j.samples.supervisor;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.activation.ProcessDescriptor;
import io.github.systemd4j.activation.SocketProcess;
import io.github.systemd4j.journal.JournalPump;
import io.github.systemd4j.machine.ScopeSpec;
import io.github.systemd4j.machine.UnitProperties;
import io.github.systemd4j.machine.Units;
import io.github.systemd4j.sdnotify.NotifyReceiver;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A child that outlives the supervisor: its process is in a scope of its own, and systemd has the descriptors by which the
 * next supervisor goes on, each under the child's name: NAME.pid, NAME.notify, NAME.listen.N, NAME.out, NAME.err. Where
 * the child is in its life stands in a file, and in another one what it was started with.
 */
final class Kept implements Keeping {

    private static final String PID = ".pid";
    private static final String OUT = ".out";
    private static final String ERR = ".err";
    private static final String NOTIFY = ".notify";
    private static final String LISTEN = ".listen.";
    private static final String WORDS = ".words";

    private final String name;
    private final String words;
    private final Options options;
    private final Timeline timeline;
    private final Place place;
    private final Set<String> listenKeys = new TreeSet<>(); // what the store has of the listeners

    /**
     * What the children have in common.
     *
     * @param store the descriptors
     * @param units what makes scopes
     * @param directory what is not removed in a restart
     * @param unit the supervisor's own unit
     */
    record Place(Store store, Units units, Path directory, String unit) {

        String scope(String child) {
            return prefix() + "-" + child + ".scope";
        }

        String slice() {
            return prefix() + ".slice";
        }

        private String prefix() {
            return unit.substring(0, unit.lastIndexOf('.')).replace('@', '-');
        }
    }

    Kept(String name, Service service, Timeline timeline, Place place) {
        this.name = name;
        this.words = service.words();
        this.options = service.options();
        this.timeline = timeline;
        this.place = place;
    }

    private String scope() {
        return place.scope(name);
    }

    private Path file(String suffix) {
        return place.directory().resolve(name + suffix);
    }

    /** The service that a stored descriptor is of. */
    static String nameOf(String stored) {
        return stored.replaceFirst("\\..*", "");
    }

    /** What those were started with that run, or did when the last supervisor ended. */
    static Map<String, String> words(Store store, Path directory) {
        Map<String, String> words = new TreeMap<>();
        for (String stored : store.untaken()) {
            if (stored.endsWith(PID)) {
                String name = nameOf(stored);
                words(directory.resolve(name + WORDS)).ifPresent(text -> words.put(name, text));
            }
        }
        return words;
    }

    private static Optional<String> words(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** What is sent while there is no supervisor waits in the socket's queue. */
    @Override
    public NotifySocket notifySocket() throws IOException {
        if (place.store().find(name + PID).isEmpty()) {
            stopRest(); // of a supervisor whose store is lost: it would have the sockets
        } else if (!words(file(WORDS)).equals(Optional.of(words))) {
            timeline.own("is no longer as it was started, so it begins anew");
            stopRest(); // it might have a socket that is now to be bound otherwise
        }
        Path path = file(NOTIFY);
        Optional<InheritedDescriptor> stored = place.store().find(name + NOTIFY);
        if (stored.isPresent() && Files.exists(path)) {
            NotifyReceiver receiver = NotifyReceiver.adopt(stored.get().number(), path.toString());
            int unused = stored.get().takeNumber(); // the receiver has it
            return NotifySocket.of(receiver);
        }
        place.store().remove(name + NOTIFY); // nobody finds it
        NotifyReceiver receiver =
                NotifyReceiver.builder(path.toString()).replaceStale().bind();
        try {
            place.store().put(name + NOTIFY, receiver.number());
        } catch (IOException | RuntimeException | Error e) {
            receiver.close();
            throw e;
        }
        return NotifySocket.of(receiver);
    }

    /** Those that are stored are found by their addresses: the file may have them in another order than before. */
    @Override
    public Listeners listeners() throws IOException {
        List<InheritedDescriptor> stored = place.store().untaken(name + LISTEN);
        List<Integer> found = ListenAddress.match(
                options.listen(), stored.stream().map(Kept::reachable).toList());
        for (int i = 0; i < stored.size(); i++) {
            if (found.contains(i)) {
                listenKeys.add(stored.get(i).name());
            } else {
                place.store().remove(stored.get(i).name()); // first: it may be in the way of another
            }
        }
        Listeners listeners = new Listeners();
        try {
            for (int i = 0; i < found.size(); i++) {
                ListenAddress wanted = options.listen().get(i);
                int of = found.get(i);
                listeners.add(wanted, of < 0 ? bind(wanted) : stored.get(of).serverSocketChannel());
            }
            return listeners;
        } catch (IOException | RuntimeException | Error e) {
            listeners.close();
            throw e;
        }
    }

    /** Where a socket can be reached, if its path was not removed. */
    private static Optional<SocketAddress> reachable(InheritedDescriptor listener) {
        return listener.localAddress()
                .filter(each -> !(each instanceof UnixDomainSocketAddress unix) || Files.exists(unix.getPath()));
    }

    private ServerSocketChannel bind(ListenAddress wanted) throws IOException {
        int free = 0;
        while (!listenKeys.add(name + LISTEN + free)) {
            free++;
        }
        wanted.removeStale();
        ServerSocketChannel channel = wanted.bind();
        try {
            place.store().put(name + LISTEN + free, channel);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
        return channel;
    }

    @Override
    public @Nullable Child survivor(@Nullable Journal journal) throws IOException {
        Optional<InheritedDescriptor> stored = place.store().find(name + PID);
        if (stored.isEmpty()) {
            return null;
        }
        ProcessDescriptor descriptor = ProcessDescriptor.of(stored.get());
        OptionalLong pid = descriptor.pid();
        boolean alive = descriptor.isAlive() && pid.isPresent();
        List<JournalPump> pumps = pumps(journal, alive ? pid.getAsLong() : state().pid());
        if (alive) {
            timeline.own("found pid " + pid.getAsLong() + " again, in " + scope());
            return Child.survivor(pid.getAsLong(), descriptor, pumps);
        }
        pumps.forEach(JournalPump::close); // its last lines
        timeline.own("pid " + state().pid() + " has ended meanwhile, and its status went to systemd");
        descriptor.close();
        forget();
        return null;
    }

    private List<JournalPump> pumps(@Nullable Journal journal, long pid) throws IOException {
        Optional<InheritedDescriptor> out = place.store().find(name + OUT);
        Optional<InheritedDescriptor> err = place.store().find(name + ERR);
        return journal == null || out.isEmpty() || err.isEmpty()
                ? List.of()
                : journal.pump(
                        pid,
                        Channels.newInputStream(out.get().sourceChannel()),
                        Channels.newInputStream(err.get().sourceChannel()));
    }

    @Override
    public Lifecycle lifeOf(Child survivor, long now) {
        State state = state();
        if (state.pid() != survivor.pid()) {
            return new Lifecycle(options.watchdog(), options.startTimeout(), options.stopTimeout(), now);
        }
        survivor.mainPid(state.mainPid());
        return Lifecycle.resumed(state.life(), options, now);
    }

    /** It becomes the command only once it is in its scope and in the store: before, it ends with us. */
    @Override
    public Child start(NotifySocket socket, Listeners listeners, @Nullable Journal journal) throws IOException {
        stopRest();
        Files.writeString(file(WORDS), words);
        try (Output out = new Output(journal != null);
                Output err = new Output(journal != null)) {
            SocketProcess process = Child.launch(options, socket.address(), listeners, true, builder -> {
                out.redirect().ifPresent(builder::redirectOutput);
                err.redirect().ifPresent(builder::redirectError);
            });
            ProcessDescriptor descriptor = null;
            try (OutputStream gate = process.getOutputStream()) {
                descriptor = keep(process, out, err);
                List<JournalPump> pumps =
                        journal == null ? List.of() : journal.pump(process.pid(), out.lines(), err.lines());
                gate.write("go\n".getBytes(US_ASCII));
                return Child.kept(process, descriptor, pumps);
            } catch (IOException | RuntimeException | Error e) {
                process.destroyForcibly();
                if (descriptor != null) {
                    descriptor.close();
                }
                forget();
                throw e;
            }
        }
    }

    private void stopRest() throws IOException {
        if (place.units().stop(scope())) {
            timeline.own("stopped what was left in " + scope());
        }
    }

    private ProcessDescriptor keep(SocketProcess process, Output out, Output err) throws IOException {
        place.units().startScope(spec(process.pid()));
        ProcessDescriptor descriptor = process.descriptor();
        try {
            place.store().put(name + PID, descriptor.number());
            out.store(name + OUT);
            err.store(name + ERR);
            place.store().settle();
            return descriptor;
        } catch (IOException | RuntimeException | Error e) {
            descriptor.close();
            throw e;
        }
    }

    private ScopeSpec spec(long pid) {
        UnitProperties properties = UnitProperties.none()
                .withNumber("TimeoutStopUSec", options.stopTimeout().toNanos() / 1000)
                .withText("CollectMode", "inactive-or-failed");
        for (Map.Entry<String, Long> limit : options.limits().entrySet()) {
            properties = properties.withNumber(limit.getKey(), limit.getValue());
        }
        return ScopeSpec.named(scope())
                .withProcesses(pid)
                .inSlice(place.slice())
                .delegated()
                .describedAs(name + " of " + place.unit())
                .with(properties);
    }

    @Override
    public void changed(Child child, Lifecycle life) throws IOException {
        Path fresh = file(".state.new");
        Files.writeString(fresh, child.pid() + " " + child.mainPid() + " " + life.saved());
        Files.move(fresh, file(".state"), StandardCopyOption.ATOMIC_MOVE); // never half of it
    }

    /**
     * What stands in the file.
     *
     * @param pid 0 if there is none
     * @param life as {@link Lifecycle} has it
     */
    private record State(long pid, long mainPid, String life) {}

    private State state() {
        try {
            String[] words = Files.readString(file(".state")).split(" ", 3);
            return new State(Long.parseLong(words[0]), Long.parseLong(words[1]), words[2]);
        } catch (IOException | RuntimeException e) {
            return new State(0, 0, "");
        }
    }

    @Override
    public void ended(Child child) {
        forget();
    }

    private void forget() {
        for (String each : List.of(PID, OUT, ERR)) {
            place.store().remove(name + each);
        }
        try {
            Files.deleteIfExists(file(".state"));
            Files.deleteIfExists(file(WORDS));
        } catch (IOException e) {
            timeline.own(e.toString());
        }
    }

    /** What the service left in its scope ends with it. */
    @Override
    public void over() {
        try {
            stopRest();
        } catch (IOException e) {
            timeline.own("what is left in " + scope() + " was not stopped: " + e.getMessage());
        }
        forget();
        place.store().remove(name + NOTIFY);
        listenKeys.forEach(place.store()::remove);
    }

    /** A pipe for one output of a child, if its lines become records. Closed when the child has its end. */
    private final class Output implements Closeable {

        private final @Nullable Pipe pipe;
        private final @Nullable InheritedDescriptor end;
        private boolean given;

        Output(boolean wanted) throws IOException {
            pipe = wanted ? Pipe.open() : null;
            end = pipe == null ? null : InheritedDescriptor.copyOf(pipe.sink(), "output");
        }

        Optional<Redirect> redirect() {
            return end == null
                    ? Optional.empty()
                    : Optional.of(Redirect.appendTo(new File("/proc/self/fd/" + end.number())));
        }

        void store(String key) throws IOException {
            if (pipe != null) {
                place.store().put(key, pipe.source());
            }
        }

        /** Our end, which from now on is whoever's reads it. */
        InputStream lines() {
            given = true;
            return Channels.newInputStream(Objects.requireNonNull(pipe).source());
        }

        @Override
        public void close() throws IOException {
            if (pipe != null && end != null) {
                end.close();
                pipe.sink().close();
                if (!given) {
                    pipe.source().close();
                }
            }
        }
    }
}
