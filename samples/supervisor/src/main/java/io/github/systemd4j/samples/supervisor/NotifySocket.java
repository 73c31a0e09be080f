package io.github.systemd4j.samples.supervisor;

import io.github.systemd4j.sdnotify.Notification;
import io.github.systemd4j.sdnotify.Notifier;
import io.github.systemd4j.sdnotify.NotifyReceiver;
import io.github.systemd4j.sdnotify.ReceivedNotification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The bound socket, in a directory that only this user can look into, and that is removed with it. */
final class NotifySocket implements AutoCloseable {

    private static final String WAKE_FIELD = "X_SUPERVISOR_WAKE";
    private static final Map<String, String> WAKE_FIELDS = Map.of(WAKE_FIELD, "1");
    private static final Notification WAKE =
            Notification.builder().custom(WAKE_FIELD, "1").build();

    private final @Nullable Path directory;
    private final NotifyReceiver receiver;
    private final Notifier waker;

    private NotifySocket(@Nullable Path directory, NotifyReceiver receiver) {
        this.directory = directory;
        this.receiver = receiver;
        this.waker = Notifier.of(Map.of(Notifier.NOTIFY_SOCKET, receiver.address()));
    }

    static NotifySocket bind(@Nullable String address) throws IOException {
        if (address != null) {
            return new NotifySocket(null, NotifyReceiver.bind(address));
        }
        Path directory = directory();
        try {
            return new NotifySocket(
                    directory, NotifyReceiver.bind(directory.resolve("notify").toString()));
        } catch (IOException e) {
            Files.delete(directory);
            throw e;
        }
    }

    /** A socket that has its place. */
    static NotifySocket of(NotifyReceiver receiver) {
        return new NotifySocket(null, receiver);
    }

    /** Whether a datagram is from {@link #wake}, also that of an earlier supervisor: nothing else is in it. */
    static boolean isWake(ReceivedNotification received) {
        return received.fields().equals(WAKE_FIELDS);
    }

    /** A new directory that only this user can look into. */
    static Path directory() throws IOException {
        return Files.createTempDirectory(
                "systemd4j-supervisor-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    String address() {
        return receiver.address();
    }

    Optional<ReceivedNotification> receive(Duration timeout) throws IOException {
        return receiver.receive(timeout);
    }

    /**
     * Ends a {@link #receive} under way, or the next one, with a datagram from ourselves. It stands behind all that came
     * before: who waits for the end of a process this way has read its last words first. The answer doesn't matter,
     * because no receive waits for long.
     */
    void wake() {
        waker.send(WAKE);
    }

    /** Instead of closing: for the next supervisor it stays bound, and what is sent meanwhile waits in it. */
    void leave() {
        waker.close();
        receiver.release();
    }

    @Override
    public void close() throws IOException {
        waker.close();
        receiver.close();
        if (directory != null) {
            Files.deleteIfExists(directory);
        }
    }
}
