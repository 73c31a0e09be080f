package io.github.systemd4j.samples.supervisor;

import io.github.systemd4j.journal.FieldName;
import io.github.systemd4j.journal.JournalPump;
import io.github.systemd4j.journal.JournalWriter;
import io.github.systemd4j.journal.Priority;
import io.github.systemd4j.sdnotify.NotifyReceiver;
import io.github.systemd4j.sdnotify.ReceivedNotification;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the lines go that the service prints: records with fields, for journald or for the time line. */
final class Journal implements AutoCloseable {

    private static final FieldName SYSLOG_IDENTIFIER = FieldName.of("SYSLOG_IDENTIFIER");
    private static final FieldName SYSLOG_PID = FieldName.of("SYSLOG_PID");
    private static final Duration LONG = Duration.ofDays(1);

    private final String identifier;
    private final JournalWriter writer;
    private final Timeline timeline;
    private final @Nullable Shown shown;

    private Journal(String identifier, JournalWriter writer, Timeline timeline, @Nullable Shown shown) {
        this.identifier = identifier;
        this.writer = writer;
        this.timeline = timeline;
        this.shown = shown;
    }

    /** Null without an identifier: then the service has our own output. */
    static @Nullable Journal open(@Nullable String identifier, boolean show, Timeline timeline) throws IOException {
        if (identifier == null) {
            return null;
        }
        if (!show) {
            return new Journal(identifier, JournalWriter.open(), timeline, null);
        }
        Shown shown = Shown.start(timeline);
        JournalWriter writer =
                JournalWriter.builder().socket(shown.receiver.address()).build();
        return new Journal(identifier, writer, timeline, shown);
    }

    /** Takes both outputs of a process, as docker does: what comes by the standard error is an error. */
    List<JournalPump> pump(long pid, InputStream output, InputStream error) {
        JournalPump.Builder pump = JournalPump.builder(writer)
                .levelPrefixes(true)
                .field(SYSLOG_IDENTIFIER, identifier)
                .field(SYSLOG_PID, Long.toString(pid));
        return List.of(pump.start(output, Priority.INFO), pump.start(error, Priority.ERR));
    }

    @Override
    public void close() throws IOException {
        writer.close();
        if (shown != null) {
            shown.close();
        }
        if (writer.dropped() > 0) {
            String why = writer.lastFailure().map(Throwable::getMessage).orElse("there is no journald");
            timeline.own(writer.dropped() + " lines did not get into the journal: " + why);
        }
    }

    /** A socket where journald's would be. A record without newlines in it looks as a notification does. */
    private record Shown(Path directory, NotifyReceiver receiver, Thread thread) {

        private static Shown start(Timeline timeline) throws IOException {
            Path directory = NotifySocket.directory();
            try {
                NotifyReceiver receiver =
                        NotifyReceiver.bind(directory.resolve("journal").toString());
                Thread thread = new Thread(() -> show(receiver, timeline), "supervisor-journal");
                thread.setDaemon(true);
                thread.start();
                return new Shown(directory, receiver, thread);
            } catch (IOException e) {
                Files.delete(directory);
                throw e;
            }
        }

        private static void show(NotifyReceiver receiver, Timeline timeline) {
            try {
                Optional<ReceivedNotification> record = receiver.receive(LONG);
                while (record.isPresent()) {
                    timeline.record(record.get().toString());
                    record.get().close();
                    record = receiver.receive(LONG);
                }
            } catch (IOException e) {
                timeline.own("no records are shown any more: " + e.getMessage());
            }
        }

        private void close() throws IOException {
            receiver.shutdown();
            try {
                thread.join(1000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            receiver.close();
            Files.deleteIfExists(directory);
        }
    }
}
