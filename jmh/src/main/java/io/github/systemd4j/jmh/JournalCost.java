package io.github.systemd4j.jmh;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.ThreadMXBean;
import io.github.systemd4j.journal.FieldName;
import io.github.systemd4j.journal.JournalRecord;
import io.github.systemd4j.journal.JournalWriter;
import io.github.systemd4j.journal.Priority;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;

/**
 * What a record for the journal takes of its sender: CPU time of the thread, because who receives is another process, and
 * the queue may be full; JMH measures wall clocks only. Records go in rows, and after each one, outside of the measured
 * time, it is waited until all have arrived.
 *
 * <p>A short row finds a receiver that is busy: nobody is woken, and there is room for all. A long one finds a receiver that
 * does nothing but receive: who is slower has to wake it for each record, who is faster finds the queue full now and then.
 */
final class JournalCost {

    static final int LONG_ROW = 10_000;
    static final int SHORT_ROW = 256;

    private static final String BUSY = "Busy";

    private static final int WARM_UP = 50_000;
    private static final FieldName SYSLOG_IDENTIFIER = FieldName.of("SYSLOG_IDENTIFIER");
    private static final FieldName LOGGER = FieldName.of("LOGGER");
    private static final FieldName THREAD_NAME = FieldName.of("THREAD_NAME");

    private final ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final long self = Thread.currentThread().getId();

    private JournalCost() {}

    /**
     * Runs one round.
     *
     * @param args the label of the configuration; the round, of which 0 counts bytes; how many rows are measured; the
     *     directory for the results; and, for the front ends, "ours" where they are there, or "peers"
     */
    public static void main(String[] args) throws Exception {
        int result = Floor.startJournal();
        if (result != 0) {
            throw new IllegalStateException(
                    JournalWriter.DEFAULT_SOCKET + ": errno " + -result + ", start this by jmh/run");
        }
        boolean bytes = args[1].equals("0");
        Map<String, IntUnaryOperator> senders = senders();
        if (args.length > 4) {
            senders.keySet().retainAll(List.of("journalCSendv"));
            FrontEnds.addTo(senders, args[4].equals("ours"));
        }
        JournalCost cost = new JournalCost();
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, Double> each :
                cost.measure(senders, Integer.parseInt(args[2]), bytes).entrySet()) {
            lines.add(String.join("\t", args[0], args[1], each.getKey(), Double.toString(each.getValue())));
        }
        Files.write(Path.of(args[3], "steady.tsv"), lines, UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Each sends so many records, and says how many it has sent. */
    private static Map<String, IntUnaryOperator> senders() {
        String[] messages = messages();
        JournalWriter writer = JournalWriter.open();
        JournalRecord record = JournalRecord.create();
        JournalRecord finished = build(JournalRecord.create(), messages[0]);
        if (finished.length() != Floor.recordLength()) {
            throw new IllegalStateException(
                    "our record has " + finished.length() + " bytes, that of C " + Floor.recordLength());
        }
        Map<String, IntUnaryOperator> senders = new LinkedHashMap<>();
        senders.put("journalCSendv", Floor::sdJournalSendv);
        senders.put("journalCSend", Floor::sendRecord);
        senders.put("journalOurs", count -> {
            int sent = 0;
            for (int i = 0; i < count; i++) {
                sent += writer.send(build(record, messages[i & 63])).isSent() ? 1 : 0;
            }
            return sent;
        });
        String[] identifiers = copies("orders");
        String[] loggers = copies("com.example.orders.web.OrderController");
        String[] threads = copies("http-nio-8080-exec-7");
        JournalRecord changing = JournalRecord.create();
        senders.put("journalOursNew", count -> {
            int sent = 0;
            for (int i = 0; i < count; i++) {
                int n = i & 63;
                changing.clear()
                        .priority(Priority.INFO)
                        .field(SYSLOG_IDENTIFIER, identifiers[n])
                        .field(LOGGER, loggers[n])
                        .field(THREAD_NAME, threads[n])
                        .message(messages[n]);
                sent += writer.send(changing).isSent() ? 1 : 0;
            }
            return sent;
        });
        senders.put("journalOursFinished", count -> {
            int sent = 0;
            for (int i = 0; i < count; i++) {
                sent += writer.send(finished).isSent() ? 1 : 0;
            }
            return sent;
        });
        return senders;
    }

    /** Messages that change, without the price of making them. */
    static String[] messages() {
        String[] messages = new String[64];
        for (int i = 0; i < messages.length; i++) {
            messages[i] = "Request " + (4711 + i) + " of GET /api/v1/orders was answered with 200 in 17 ms, 1834 bytes,"
                    + " from the cache, for tenant acme (EU)";
        }
        return messages;
    }

    /** The same text as many objects: a record has to look at each of them. */
    private static String[] copies(String text) {
        String[] copies = new String[64];
        for (int i = 0; i < copies.length; i++) {
            copies[i] = String.valueOf(text.toCharArray());
        }
        return copies;
    }

    private static JournalRecord build(JournalRecord record, String message) {
        return record.clear()
                .priority(Priority.INFO)
                .field(SYSLOG_IDENTIFIER, "orders")
                .field(LOGGER, "com.example.orders.web.OrderController")
                .field(THREAD_NAME, "http-nio-8080-exec-7")
                .message(message);
    }

    /** The median of the rows, in nanoseconds or bytes of a record. All senders take turns. */
    private Map<String, Double> measure(Map<String, IntUnaryOperator> senders, int rows, boolean bytes)
            throws IOException {
        for (IntUnaryOperator sender : senders.values()) {
            for (int i = 0; i < WARM_UP / SHORT_ROW; i++) {
                shortRow(sender, bytes);
            }
        }
        Map<String, double[]> values = new LinkedHashMap<>();
        for (int i = 0; i < rows; i++) {
            for (Map.Entry<String, IntUnaryOperator> each : senders.entrySet()) {
                String name = each.getKey();
                double busy = shortRow(each.getValue(), bytes);
                values.computeIfAbsent(name + BUSY, unused -> new double[rows])[i] = busy;
                // What a record allocates that has to wait for room is another question.
                values.computeIfAbsent(name, unused -> new double[rows])[i] =
                        bytes ? busy : row(each.getValue(), LONG_ROW, false);
            }
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        values.forEach((name, each) -> {
            Arrays.sort(each);
            medians.put(name, each[each.length / 2]);
        });
        return medians;
    }

    private double shortRow(IntUnaryOperator sender, boolean bytes) throws IOException {
        Floor.journalIsBusy(true);
        return row(sender, SHORT_ROW, bytes);
    }

    private double row(IntUnaryOperator sender, int records, boolean bytes) throws IOException {
        long expected = Floor.received() + records;
        long before = bytes ? bean.getThreadAllocatedBytes(self) : bean.getCurrentThreadCpuTime();
        int sent = sender.applyAsInt(records);
        long after = bytes ? bean.getThreadAllocatedBytes(self) : bean.getCurrentThreadCpuTime();
        Floor.journalIsBusy(false);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (Floor.received() < expected) {
            Thread.onSpinWait();
            if (sent != records || deadline - System.nanoTime() < 0) {
                throw new IOException(sent + " of " + records + " records were sent, " + (expected - Floor.received())
                        + " did not arrive");
            }
        }
        return (double) (after - before) / records;
    }
}
