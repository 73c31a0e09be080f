package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.linux.Diagnostics;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One million records, while journald is stopped, killed, given another socket, and frozen: how long a call takes, and
 * where every record is. Leaves docs/journal-under-failure.md in target. Run by box/test.
 */
@Timeout(300)
class JournalLoadBoxIT {

    /** For a look, a tenth will do. */
    private static final int RECORDS = Integer.getInteger("journal.load.records", 1_000_000);

    private static final int THREADS = 4;

    /** All threads together: more than a journald stores, so that its queue is full at times without any failure. */
    private static final int RECORDS_A_SECOND = 100_000;

    private static final int BURST = 50;

    /** What a machine that has other things to do may add to the timeout. Contracts, no measurements. */
    private static final Duration SLACK = Duration.ofSeconds(5);

    private static final Duration USUAL_SLACK = Duration.ofMillis(200);

    private static final Path SETTINGS = Path.of("/etc/systemd/journald.conf.d/load.conf");
    private static final Path PAGE = Path.of("target/journal-under-failure.md");
    private static final String SOCKETS =
            "systemd-journald.socket systemd-journald-dev-log.socket systemd-journald-audit.socket";

    /** A socket that is closed takes its queue with it. */
    private static final int THE_QUEUE = -1;

    private static final FieldName TEST_RUN = FieldName.of("TEST_RUN");
    private static final FieldName NUMBER = FieldName.of("NUMBER");
    private static final FieldName THREAD = FieldName.of("THREAD");

    private final String run = UUID.randomUUID().toString();
    private final boolean[] sent = new boolean[RECORDS];

    /**
     * What is done to journald after a quarter of the records, and undone after three quarters.
     *
     * <p>{@code lost} is how many records that are in its queue do not get into the journal at most.
     */
    private enum Failure {
        NONE("none", 10, "true", "true", 0),
        STOPPED(
                "stopped, its sockets too",
                30,
                "systemctl stop systemd-journald " + SOCKETS,
                "systemctl start " + SOCKETS,
                THE_QUEUE),
        KILLED("`kill -9`", 10, "systemctl kill -s KILL systemd-journald", "true", 1),
        MADE_ANEW(
                "socket unit made anew",
                15,
                "systemctl stop " + SOCKETS + " && systemctl start " + SOCKETS,
                "true",
                THE_QUEUE),
        FROZEN(
                "frozen, by SIGSTOP",
                35,
                "systemctl kill -s STOP systemd-journald",
                "systemctl kill -s CONT systemd-journald",
                0);

        private final String title;
        private final int percent;
        private final String begin;
        private final String end;
        private final int lost;

        Failure(String title, int percent, String begin, String end, int lost) {
            this.title = title;
            this.percent = percent;
            this.begin = begin;
            this.end = end;
            this.lost = lost;
        }
    }

    @BeforeAll
    static void aJournalThatTakesAll() throws Exception {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        Files.writeString(SETTINGS, "[Journal]\nRateLimitIntervalSec=0\nRuntimeMaxUse=4G\nRuntimeKeepFree=16M\n");
        assertThat(shell("systemctl restart systemd-journald")).isEmpty();
    }

    @AfterAll
    static void asItWas() throws Exception {
        Files.delete(SETTINGS);
        assertThat(shell("systemctl restart systemd-journald")).isEmpty();
    }

    @Test
    void everyCallIsBoundedAndEveryRecordIsAccountedFor() throws Exception {
        List<Phase> phases = new ArrayList<>();
        int from = 0;
        try (JournalWriter writer = JournalWriter.open()) {
            for (Failure failure : Failure.values()) {
                Phase phase = new Phase(failure, from, RECORDS / 100 * failure.percent);
                phases.add(phase);
                phase.write(writer);
                from += phase.count;
            }
            assertThat(from).isEqualTo(RECORDS);
            assertThat(writer.diverted()).isZero();
        }
        sync();
        findStored(phases);
        String page = page(phases);
        System.out.println(page);
        Files.writeString(PAGE, page);
        for (Phase phase : phases) {
            phase.check();
        }
    }

    /** Which of the records are in the journal, each once. */
    private void findStored(List<Phase> phases) throws Exception {
        BitSet stored = new BitSet(RECORDS);
        Process process = new ProcessBuilder(
                        "journalctl", "-q", "-o", "cat", "--no-pager", "--output-fields=NUMBER", "TEST_RUN=" + run)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int lines = 0;
        try (BufferedReader reader = process.inputReader(UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                stored.set(Integer.parseInt(line));
                lines++;
            }
        }
        assertThat(process.waitFor()).isZero();
        assertThat(lines).as("each once").isEqualTo(stored.cardinality());
        for (Phase phase : phases) {
            phase.compare(stored);
        }
    }

    /** The records with one failure. */
    private final class Phase {

        private final Failure failure;
        private final int from;
        private final int count;
        private final Latencies latencies = new Latencies();
        private final CountDownLatch quarter = new CountDownLatch(THREADS);
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch threeQuarters = new CountDownLatch(THREADS);
        private long dropped;
        private long reported;
        private int accepted;
        private int lost;
        private int forged;

        Phase(Failure failure, int from, int count) {
            this.failure = failure;
            this.from = from;
            this.count = count;
        }

        void write(JournalWriter writer) throws Exception {
            long droppedBefore = writer.dropped();
            long reportedBefore = reported();
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            try {
                List<Future<Latencies>> all = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    int thread = i;
                    all.add(threads.submit(() -> write(writer, thread)));
                }
                quarter.await();
                assertThat(shell(failure.begin)).isEmpty();
                begun.countDown();
                threeQuarters.await();
                assertThat(shell(failure.end)).isEmpty();
                for (Future<Latencies> each : all) {
                    latencies.add(each.get());
                }
            } finally {
                threads.shutdownNow();
            }
            dropped = writer.dropped() - droppedBefore;
            untilReported(writer, reportedBefore);
        }

        private Latencies write(JournalWriter writer, int thread) throws InterruptedException {
            Latencies took = new Latencies();
            JournalRecord record = JournalRecord.create();
            int records = count / THREADS;
            int first = from + thread * records;
            long start = System.nanoTime();
            for (int i = 0; i < records; i++) {
                if (i % BURST == 0) {
                    pace(start + TimeUnit.SECONDS.toNanos(i) * THREADS / RECORDS_A_SECOND);
                }
                if (i == records / 2) {
                    begun.await(); // what is left of this half is written while the failure lasts
                }
                record.clear()
                        .priority(Priority.INFO)
                        .message("one of many records, of a length that is usual")
                        .field(TEST_RUN, run)
                        .field(THREAD, thread)
                        .field(NUMBER, first + i);
                long before = System.nanoTime();
                boolean isSent = writer.send(record).isSent();
                took.add(System.nanoTime() - before);
                sent[first + i] = isSent;
                if (i == records / 4) {
                    quarter.countDown();
                } else if (i == records / 4 * 3) {
                    threeQuarters.countDown();
                }
            }
            return took;
        }

        /** A load of so many a second, as far as the machine can. */
        private static void pace(long due) {
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }

        /** The journal hears of what was dropped when something is sent, once a second. */
        private void untilReported(JournalWriter writer, long before) throws Exception {
            JournalRecord record = JournalRecord.create().message("is there anything to report?");
            // Where a report may be among what got lost, there may be nothing to wait for.
            int seconds = failure.lost == THE_QUEUE ? 10 : 60;
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            int refused = 0;
            do {
                refused += writer.send(record).isSent() ? 0 : 1;
                sync();
                reported = reported() - before - refused;
            } while (reported < dropped && deadline - System.nanoTime() > 0);
        }

        void compare(BitSet stored) {
            for (int i = from; i < from + count; i++) {
                accepted += sent[i] ? 1 : 0;
                lost += sent[i] && !stored.get(i) ? 1 : 0;
                forged += !sent[i] && stored.get(i) ? 1 : 0;
            }
        }

        void check() throws Exception {
            Duration timeout = JournalWriter.DEFAULT_TIMEOUT;
            assertThat(latencies.count()).as(failure.title).isEqualTo(count);
            assertThat(accepted + dropped).as(failure.title).isEqualTo(count);
            assertThat(forged)
                    .as(failure.title + ": in the journal, and said to be dropped")
                    .isZero();
            assertThat(lost)
                    .as(failure.title + ": sent, and not in the journal")
                    .isLessThanOrEqualTo(failure.lost == THE_QUEUE ? queue() : failure.lost);
            if (lost == 0) {
                assertThat(reported).as(failure.title).isEqualTo(dropped);
            } else { // a report may be among what was lost
                assertThat(reported).as(failure.title).isLessThanOrEqualTo(dropped);
            }
            assertThat(Duration.ofNanos(latencies.quantile(0.999)))
                    .as(failure.title)
                    .isLessThan(timeout.plus(USUAL_SLACK));
            assertThat(Duration.ofNanos(latencies.max())).as(failure.title).isLessThan(timeout.plus(SLACK));
        }

        String row() {
            return String.format(
                    Locale.ROOT,
                    "| %s | %,d | %,d | %,d | %,d | %,d | %s | %s | %s | %s |%n",
                    failure.title,
                    count,
                    accepted,
                    accepted - lost,
                    dropped,
                    reported,
                    micros(0.5),
                    micros(0.99),
                    micros(0.999),
                    micros(1));
        }

        private String micros(double quantile) {
            return String.format(Locale.ROOT, "%,.1f", latencies.quantile(quantile) / 1e3);
        }
    }

    private static String page(List<Phase> phases) throws Exception {
        StringBuilder page = new StringBuilder();
        page.append(String.format(
                Locale.ROOT, """
                # The journal under failure

                Made by `box/test --select JournalLoad journal`, which leaves it in `journal/target`; not edited by hand.

                %,d threads write %,d records, %,d a second as far as the machine can, to a real journald, to which something
                happens after a quarter of each row's records; after three quarters it is undone. The timeout is %d ms.

                | journald | written | sent | in the journal | dropped | reported | p50 | p99 | p99.9 | max |
                |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
                """, THREADS, RECORDS, RECORDS_A_SECOND, JournalWriter.DEFAULT_TIMEOUT.toMillis()));
        for (Phase phase : phases) {
            page.append(phase.row());
        }
        page.append(String.format(
                Locale.ROOT,
                """

                Microseconds of one call of `send` on the wall clock, of all threads, waiting included. *Dropped* is what
                `JournalWriter.dropped()` counts, *reported* the sum of `N_DROPPED` in the journal.

                The test fails unless, in each row: sent + dropped = written, exactly; no record is in the journal that was
                said to be dropped; what was sent is in the journal, but for the one record that a killed journald may have in
                hands, and for the queue (%d records) of a socket that is closed; reported = dropped; p99.9 is less than the
                timeout + %d ms; and max less than the timeout + %d s.

                journald stores fewer records a second than are written here. So its queue is full most of the time without
                any failure too, and p50 is the wait for room in it.

                %s, Linux %s, systemd %s, %d CPUs, JDK %s, system calls by %s.
                """,
                queue(),
                USUAL_SLACK.toMillis(),
                SLACK.toSeconds(),
                LocalDate.now(ZoneOffset.UTC),
                shell("uname -r | cut -d- -f1"),
                shell("systemctl --version").split("[ (]", -1)[1],
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                Diagnostics.current().backend()));
        return page.toString();
    }

    /** How many records the kernel queues for journald. */
    private static int queue() throws Exception {
        return Integer.parseInt(shell("cat /proc/sys/net/unix/max_dgram_qlen")) + 1;
    }

    /** The sum of N_DROPPED in the journal, of whichever process. */
    private static long reported() throws Exception {
        return shell("journalctl -q -o cat --no-pager --output-fields=N_DROPPED MESSAGE_ID="
                        + JournalWriter.DROPPED_MESSAGE_ID)
                .lines()
                .mapToLong(Long::parseLong)
                .sum();
    }

    /** Until journald, which may be about to start, has stored what is in its queue. */
    private static void sync() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (new ProcessBuilder("journalctl", "--sync").start().waitFor() != 0) {
            assertThat(deadline - System.nanoTime()).isPositive();
        }
    }

    /** Output and errors of a command that must not fail, without the last newline. */
    private static String shell(String command) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", command)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        assertThat(process.waitFor()).as(command + ": " + output).isZero();
        return output;
    }
}
