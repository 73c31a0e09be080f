package io.github.systemd4j.samples.systemddocker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.activation.SocketHandover;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code --sockets} with an engine that starts the processes itself and passes no descriptor from anybody: the sockets of
 * our unit are given to whoever asks in the container, as often as somebody asks. The directory of the socket where they
 * ask is mounted there; what is spoken is docs/handover.md.
 *
 * <p>It is bound before the container is started. Who asks waits until the container is in the unit. The directory has the
 * container's name, so that a container which is adopted finds the new socket in it.
 */
final class HandedSockets implements AutoCloseable {

    /** Where the container is told to ask. */
    static final String VARIABLE = "SOCKET_HANDOVER";

    private static final Path ROOT = Path.of("/run/systemd-docker");
    /** No container's name has an @ in it, so this is no other's directory. */
    private static final String SUFFIX = "@sockets";

    private static final String INSIDE = "/run/sockets";
    private static final String FILE = "handover";
    private static final int MAX_BYTES = 107;

    private static final Duration ROUND = Duration.ofMinutes(10);

    private final Path directory;
    private final boolean found;
    private final List<InheritedDescriptor> sockets;
    private final Home home;
    private final Log log;
    private final SocketHandover handover;
    private volatile @Nullable Container container;
    private volatile boolean closed;

    private HandedSockets(Path directory, boolean found, List<InheritedDescriptor> sockets, Home home, Log log)
            throws IOException {
        this.directory = directory;
        this.found = found;
        this.sockets = List.copyOf(sockets);
        this.home = home;
        this.log = log;
        this.handover = SocketHandover.bind(
                directory.resolve(FILE).toString(), (SocketHandover.Takers) (pid, uid) -> isContainers(pid));
    }

    /**
     * Binds the socket.
     *
     * @param name no other container's
     * @param sockets what to give; they stay the caller's
     * @throws UsageException if the name is too long for the address of a socket
     */
    static HandedSockets bind(String name, List<InheritedDescriptor> sockets, Home home, Log log)
            throws IOException, UsageException {
        Path directory = ROOT.resolve(name + SUFFIX);
        int over = directory.resolve(FILE).toString().getBytes(UTF_8).length - MAX_BYTES;
        if (over > 0) {
            throw new UsageException("--sockets: the container's name is too long by " + over
                    + " bytes for the address of a socket in a directory of this name");
        }
        // Nobody on the host comes through ROOT but root. In the container anybody may ask, whoever they are there.
        Files.createDirectories(ROOT);
        Files.setPosixFilePermissions(ROOT, PosixFilePermissions.fromString("rwx------"));
        boolean found = Files.isDirectory(directory);
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.deleteIfExists(directory.resolve(FILE)); // of a wrapper that was killed
        HandedSockets handed = new HandedSockets(directory, found, sockets, home, log);
        try {
            Files.setPosixFilePermissions(
                    directory.resolve(FILE), PosixFilePermissions.fromString("rw-rw-rw-")); // to connect is to write
            return handed;
        } catch (IOException e) {
            handed.close();
            throw e;
        }
    }

    /** What the engine is told. Read-only keeps the container from putting a socket of its own in the place of ours. */
    List<String> engineOptions() {
        return List.of("--volume=" + directory + ":" + INSIDE + ":ro", "--env=" + VARIABLE + "=" + INSIDE + "/" + FILE);
    }

    /** From now on gives them to the processes of this container, which is in the unit, or is this again. */
    void serve(Container run) {
        boolean first = container == null;
        container = run;
        if (!isMounted(run)) {
            log.warn(run.label() + " gets no sockets: it was made without --sockets, or under another name, and has no "
                    + directory + "; only a new container will have it");
        }
        if (first) {
            Thread giving = new Thread(this::give, "systemd-docker-sockets");
            giving.setDaemon(true);
            giving.start();
        }
    }

    /** By what the container itself sees. */
    private boolean isMounted(Container run) {
        try {
            return Files.isSameFile(directory, Path.of("/proc", Long.toString(run.pid()), "root" + INSIDE));
        } catch (IOException e) {
            return !run.isRunning(); // it has ended, so it is not this that is wrong
        }
    }

    private void give() {
        String names = sockets.stream().map(InheritedDescriptor::name).collect(Collectors.joining(", "));
        while (!closed) {
            try {
                if (handover.give(sockets, ROUND)) {
                    log.say("gave the container its sockets: " + names);
                }
            } catch (IOException e) {
                if (!closed) {
                    log.warn("no sockets for one who asked: " + e.getMessage());
                    pause(); // whoever asks for it without an end
                }
            }
        }
    }

    private boolean isContainers(int pid) {
        Container current = container;
        return pid > 0 && current != null && home.has(current, pid);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does so
        }
    }

    /** Removes the socket; and its place, unless there is, or may be, a container that has it mounted. */
    @Override
    public void close() throws IOException {
        closed = true;
        handover.close();
        Container last = container;
        if (last == null ? !found : !last.isRunning()) {
            Files.deleteIfExists(directory);
        }
    }
}
