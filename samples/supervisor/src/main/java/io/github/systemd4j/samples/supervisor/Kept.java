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
import org.jspecify.annotations.Nullable;

/**
 * A child that outlives the supervisor: its process is in a scope of its own, and systemd has the descriptors by which the
 * next supervisor goes on, each under the child's name: NAME.pid, NAME.notify, NAME.listen.N, NAME.out, NAME.err. Where
 * the child is in its life stands in a file.
 */
final class Kept implements Keeping {

    private static final String PID = ".pid";
    private static final String OUT = ".out";
    private static final String ERR = ".err";

    private final String name;
    private final Options options;
    private final Timeline timeline;
    private final Place place;

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

    Kept(String name, Options options, Timeline timeline, Place place) {
        this.name = name;
        this.options = options;
        this.timeline = timeline;
        this.place = place;
    }

    private String scope() {
        return place.scope(name);
    }

    private Path file(String suffix) {
        return place.directory().resolve(name + suffix);
    }

    /** What is sent while there is no supervisor waits in the socket's queue. */
    @Override
    public NotifySocket notifySocket() throws IOException {
        if (place.store().find(name + PID).isEmpty()) {
            stopRest(); // of a supervisor whose store is lost: it would have the sockets
        }
        String address = file(".notify").toString();
        Optional<InheritedDescriptor> stored = place.store().find(name + ".notify");
        if (stored.isPresent()) {
            return NotifySocket.of(NotifyReceiver.adopt(stored.get().takeNumber(), address));
        }
        NotifyReceiver receiver = NotifyReceiver.builder(address).replaceStale().bind();
        place.store().put(name + ".notify", receiver.number());
        return NotifySocket.of(receiver);
    }

    @Override
    public Listeners listeners() throws IOException {
        Listeners listeners = new Listeners();
        try {
            for (int i = 0; i < options.listen().size(); i++) {
                ListenAddress wanted = options.listen().get(i);
                listeners.add(wanted, listener(name + ".listen." + i, wanted));
            }
            return listeners;
        } catch (IOException | RuntimeException | Error e) {
            listeners.close();
            throw e;
        }
    }

    private ServerSocketChannel listener(String key, ListenAddress wanted) throws IOException {
        Optional<InheritedDescriptor> stored = place.store().find(key);
        if (stored.isPresent() && wanted.fits(stored.get().localAddress())) {
            return stored.get().serverSocketChannel();
        }
        place.store().remove(key); // one for another address
        wanted.removeStale();
        ServerSocketChannel channel = wanted.bind();
        place.store().put(key, channel);
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
        timeline.own("pid " + state().pid() + " has ended while there was no supervisor; its status went to systemd");
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
        try (Output out = new Output(journal != null);
                Output err = new Output(journal != null)) {
            SocketProcess process = Child.launch(options, socket.address(), listeners, true, builder -> {
                out.redirect().ifPresent(builder::redirectOutput);
                err.redirect().ifPresent(builder::redirectError);
            });
            try (OutputStream gate = process.getOutputStream()) {
                ProcessDescriptor descriptor = keep(process, out, err);
                List<JournalPump> pumps =
                        journal == null ? List.of() : journal.pump(process.pid(), out.lines(), err.lines());
                gate.write("go\n".getBytes(US_ASCII));
                return Child.kept(process, descriptor, pumps);
            } catch (IOException | RuntimeException | Error e) {
                process.destroyForcibly();
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
        } catch (IOException e) {
            timeline.own(e.toString());
        }
    }

    @Override
    public void over() {
        place.store().remove(name + ".notify");
        for (int i = 0; i < options.listen().size(); i++) {
            place.store().remove(name + ".listen." + i);
        }
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
