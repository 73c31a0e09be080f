package io.github.systemd4j.samples.systemddocker;

import io.github.systemd4j.journal.FieldName;
import io.github.systemd4j.journal.JournalRecord;
import io.github.systemd4j.journal.JournalWriter;
import io.github.systemd4j.journal.Priority;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a container writes: a record of the journal for each line, with the fields by which the engines' own journal
 * drivers name the container. If our own output is no journal, the lines go where that goes.
 */
final class ContainerLog implements AutoCloseable {

    private static final Duration LAST_WORDS = Duration.ofSeconds(5);
    private static final int LONGEST_LINE = 1 << 20;

    private static final FieldName MESSAGE = FieldName.of("MESSAGE");

    private final Process client;
    private final List<Thread> readers;

    private ContainerLog(Process client, List<Thread> readers) {
        this.client = client;
        this.readers = readers;
    }

    /**
     * Starts to write.
     *
     * @param client what has the container's output and errors for its own
     * @param journal where to; null for where our own output goes
     */
    static ContainerLog follow(
            ProcessBuilder client, @Nullable JournalWriter journal, Container container)
            throws EngineException {
        boolean records = journal != null;
        client.redirectOutput(records ? Redirect.PIPE : Redirect.INHERIT);
        client.redirectError(records ? Redirect.PIPE : Redirect.INHERIT);
        try {
            Process process = client.start();
            process.getOutputStream().close();
            List<Thread> readers = journal == null
                    ? List.of()
                    : List.of(
                            reader(process.getInputStream(), journal, container, Priority.INFO),
                            reader(process.getErrorStream(), journal, container, Priority.ERR));
            return new ContainerLog(process, readers);
        } catch (IOException e) {
            throw EngineException.unavailable("the container's output cannot be had: " + e.getMessage());
        }
    }

    /** Whether the journal reads our standard error: systemd says which socket it gave us, see systemd.exec(5). */
    static boolean isJournal(Map<String, String> environment) {
        try {
            Map<String, Object> file = Files.readAttributes(Path.of("/proc/self/fd/2"), "unix:dev,ino");
            return (file.get("dev") + ":" + file.get("ino")).equals(environment.get("JOURNAL_STREAM"));
        } catch (IOException e) {
            return false;
        }
    }

    private static Thread reader(InputStream stream, JournalWriter journal, Container container, Priority priority) {
        Thread thread = new Thread(() -> read(stream, journal, container, priority), "container-log");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void read(InputStream stream, JournalWriter journal, Container container, Priority priority) {
        JournalRecord record = JournalRecord.create();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (InputStream in = new BufferedInputStream(stream)) {
            for (int c = in.read(); c >= 0; c = in.read()) {
                if (c != '\n') {
                    line.write(c);
                }
                if (c == '\n' || line.size() == LONGEST_LINE) {
                    write(line, record, journal, container, priority);
                }
            }
        } catch (IOException e) {
            return; // the client was ended, by us
        } finally {
            if (line.size() > 0) {
                write(line, record, journal, container, priority);
            }
        }
    }

    private static void write(
            ByteArrayOutputStream line,
            JournalRecord record,
            JournalWriter journal,
            Container container,
            Priority priority) {
        record.clear()
                .priority(priority)
                .field("SYSLOG_IDENTIFIER", container.name())
                .field("CONTAINER_ID", container.shortId())
                .field("CONTAINER_ID_FULL", container.id())
                .field("CONTAINER_NAME", container.name())
                .field("CONTAINER_TAG", container.name())
                .field("IMAGE_NAME", container.image())
                .field(MESSAGE, line.toByteArray());
        line.reset();
        journal.send(record); // what the journal does not take it counts, and says so itself
    }

    /** Waits for the last lines of a container that has ended, within a bound. */
    @Override
    public void close() {
        try {
            client.waitFor(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
            client.destroyForcibly();
            for (Thread reader : readers) {
                reader.join(LAST_WORDS.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does so
        }
    }
}
