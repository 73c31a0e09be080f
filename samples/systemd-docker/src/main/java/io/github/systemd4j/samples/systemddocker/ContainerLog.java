package io.github.systemd4j.samples.systemddocker;

import io.github.systemd4j.journal.ContainerFields;
import io.github.systemd4j.journal.FieldName;
import io.github.systemd4j.journal.JournalPump;
import io.github.systemd4j.journal.JournalWriter;
import io.github.systemd4j.journal.Priority;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code --logs}: what a container writes. Each line is a record of the journal, with the fields by which the engines' own
 * journal drivers name the container; if our own output is no journal, the lines go where that goes.
 *
 * <p>It can be started any number of times, and goes on behind the last line that it has seen.
 */
final class ContainerLog {

    /** What is still on its way when the container has ended. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);
    /** The two streams of a container are not read at the same speed. */
    private static final Duration OVERLAP = Duration.ofSeconds(10);

    /** What takes the lines of one stream. */
    private interface Pump {
        /** Waits for the last line, within a bound. */
        void close() throws InterruptedException;
    }

    private final Engine engine;
    private final @Nullable JournalWriter journal;
    private final LogPosition outPosition;
    private final LogPosition errPosition;
    private @Nullable Process client;
    private List<Pump> pumps = List.of();

    /**
     * @param journal where to; null for where our own output goes
     * @param since from when on; {@link Instant#MIN} from the beginning
     */
    ContainerLog(Engine engine, @Nullable JournalWriter journal, Instant since) {
        this.engine = engine;
        this.journal = journal;
        this.outPosition = new LogPosition(since);
        this.errPosition = new LogPosition(since);
    }

    /** Begins to write, in threads of its own; not what nobody has kept, nor what the engine itself gives to the journal. */
    void start(Container container) throws EngineException {
        boolean isKept = !Set.of("none", "passthrough").contains(container.logDriver());
        // It would be there twice, and without an end: by the fields that we write the engine finds its records.
        boolean isThere = journal != null && container.logDriver().equals("journald");
        if (!isKept || isThere) {
            return;
        }
        Process process = engine.logs(container.id(), since());
        client = process;
        InputStream output = new TimedLines(process.getInputStream(), outPosition);
        InputStream errors = new TimedLines(process.getErrorStream(), errPosition);
        if (journal == null) {
            pumps = List.of(copy(output, System.out), copy(errors, System.err));
            return;
        }
        JournalPump.Builder pump = JournalPump.builder(journal)
                .field(FieldName.of("SYSLOG_IDENTIFIER"), container.name())
                .container(fields(container));
        pumps = List.of(records(pump.start(output, Priority.INFO)), records(pump.start(errors, Priority.ERR)));
    }

    private static Pump records(JournalPump pump) {
        return () -> {
            pump.await(LAST_WORDS);
            pump.close();
        };
    }

    /** What has not the form of its field is left out, as an image that has no name. */
    private static ContainerFields fields(Container container) {
        return ContainerFields.of(Map.of(
                "CONTAINER_ID_FULL", container.id(),
                "CONTAINER_NAME", container.name(),
                "CONTAINER_TAG", container.name(),
                "IMAGE_NAME", container.image()));
    }

    private String since() {
        Instant out = outPosition.mark().time();
        Instant err = errPosition.mark().time();
        Instant last = out.isAfter(err) ? out : err;
        return last.equals(Instant.MIN) ? "" : last.minus(OVERLAP).toString();
    }

    private static Pump copy(InputStream from, PrintStream to) {
        Thread thread = new Thread(
                () -> {
                    try (from) {
                        from.transferTo(to);
                    } catch (IOException e) {
                        return; // the client was ended
                    }
                },
                "container-log");
        thread.setDaemon(true);
        thread.start();
        return () -> thread.join(LAST_WORDS.toMillis());
    }

    /**
     * Waits until the client has come to the end of the log, or has ended for another reason; but no longer than while
     * there are new lines.
     */
    void stop() {
        Process process = client;
        if (process == null) {
            return;
        }
        try {
            long before = -1;
            for (long now = lines(); now != before; now = lines()) {
                before = now;
                if (process.waitFor(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
            process.toHandle().destroyForcibly();
            for (Pump pump : pumps) {
                pump.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does so
        }
    }

    private long lines() {
        return outPosition.count() + errPosition.count();
    }
}
