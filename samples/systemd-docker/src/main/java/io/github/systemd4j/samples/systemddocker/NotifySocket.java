package io.github.systemd4j.samples.systemddocker;

import io.github.systemd4j.sdnotify.Notifier;
import io.github.systemd4j.sdnotify.NotifyReceiver;
import io.github.systemd4j.sdnotify.NotifyRelay;
import io.github.systemd4j.sdnotify.RelayPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code --notify}: a socket of our own in a directory that the container has mounted. It is bound before the container is
 * started, and what comes waits in it until the container is in the unit; only then is it sent on to systemd.
 *
 * <p>The directory has the container's name, so that a container which is adopted finds the new socket in it.
 */
final class NotifySocket implements AutoCloseable {

    private static final Path ROOT = Path.of("/run/systemd-docker");
    private static final String INSIDE = "/run/notify";
    private static final String FILE = "notify.sock";

    private final Path directory;
    private final boolean found;
    private final NotifyReceiver receiver;
    private volatile @Nullable Container container;
    private @Nullable NotifyRelay relay;

    private NotifySocket(Path directory, boolean found, NotifyReceiver receiver) {
        this.directory = directory;
        this.found = found;
        this.receiver = receiver;
    }

    /**
     * Binds it.
     *
     * @param name no other container's
     */
    static NotifySocket bind(String name) throws IOException {
        // Nobody on the host comes through ROOT but root; in the container anybody may notify, whoever they are there.
        Files.createDirectories(ROOT);
        Files.setPosixFilePermissions(ROOT, PosixFilePermissions.fromString("rwx------"));
        Path directory = ROOT.resolve(name);
        boolean found = Files.isDirectory(directory);
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path socket = directory.resolve(FILE);
        Files.deleteIfExists(socket); // of a wrapper that was killed
        NotifyReceiver receiver =
                NotifyReceiver.builder(socket.toString()).mode(0666).bind();
        return new NotifySocket(directory, found, receiver);
    }

    /**
     * What the engine is told: where the socket is, read-only so that nobody in the container puts something else there,
     * and how often the watchdog wants to hear of the container.
     */
    List<String> engineOptions(Map<String, String> environment) {
        List<String> options = new ArrayList<>();
        options.add("--volume=" + directory + ":" + INSIDE + ":ro");
        options.add("--env=" + Notifier.NOTIFY_SOCKET + "=" + INSIDE + "/" + FILE);
        String watchdog = environment.get("WATCHDOG_USEC");
        if (watchdog != null) { // without WATCHDOG_PID: which pid the container's service has there we cannot know
            options.add("--env=WATCHDOG_USEC=" + watchdog);
        }
        return options;
    }

    /** Whose first process is to be the main one from the moment on in which the container says that it is ready. */
    void serve(Container run) {
        container = run;
    }

    private Optional<String> mainPid() {
        Container current = container;
        return current != null && current.isRunning() ? Optional.of(Long.toString(current.pid())) : Optional.empty();
    }

    boolean isOpen() {
        return relay != null;
    }

    /** From now on systemd hears what the container says: all but which process is which, and descriptors to keep. */
    void open(Notifier upstream) {
        relay = NotifyRelay.start(
                receiver,
                upstream,
                RelayPolicy.forwardAll()
                        .drop("MAINPID", "MAINPIDFD", "MAINPIDFDID", "NOTIFYACCESS", "FDSTORE", "FDSTOREREMOVE")
                        .withReady("MAINPID", this::mainPid));
    }

    /**
     * Sends on what has come, within a bound, and removes the socket; and its place, unless there is, or may be, a container
     * that has it mounted.
     */
    @Override
    public void close() throws IOException {
        NotifyRelay running = relay;
        if (running == null) {
            receiver.close();
        } else {
            running.close();
        }
        Container last = container;
        if (last == null ? !found : !last.isRunning()) {
            Files.deleteIfExists(directory);
        }
    }
}
