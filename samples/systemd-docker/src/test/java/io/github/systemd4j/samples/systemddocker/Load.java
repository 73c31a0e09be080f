package io.github.systemd4j.samples.systemddocker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Requests at a steady rate, whatever becomes of those before; each is a connection of its own, and counted. */
final class Load implements AutoCloseable {

    static final String ANSWERED = "answered";
    static final String REFUSED = "refused";
    /** Connected, and then no whole answer: by a reset or by an early end. */
    static final String CUT = "cut in flight";

    private static final Duration RATE = Duration.ofMillis(20);
    private static final int MILLIS = 90_000;

    private final int port;
    private final ExecutorService clients = Executors.newCachedThreadPool();
    private final Thread pacer = new Thread(this::pace, "load");
    private volatile boolean stopped;

    // guarded by this
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private long longest;

    private Load(int port) {
        this.port = port;
    }

    static Load on(int port) {
        Load load = new Load(port);
        load.pacer.start();
        return load;
    }

    private void pace() {
        long due = System.nanoTime();
        while (!stopped) {
            clients.execute(this::ask);
            due += RATE.toNanos();
            try {
                TimeUnit.NANOSECONDS.sleep(due - System.nanoTime()); // the rate, not a wait for anything
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void ask() {
        long start = System.nanoTime();
        String outcome = outcome();
        synchronized (this) {
            outcomes.merge(outcome, 1, Integer::sum);
            longest = Math.max(longest, System.nanoTime() - start);
        }
    }

    private String outcome() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), MILLIS);
            socket.setSoTimeout(MILLIS);
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            return answer.startsWith("HTTP/1.1 200 OK") && answer.endsWith("\n") ? ANSWERED : CUT;
        } catch (ConnectException e) {
            return REFUSED;
        } catch (SocketException e) {
            return CUT; // a reset, which may come as early as connect itself
        } catch (IOException e) {
            return e.toString(); // such as a timeout
        }
    }

    /** How many were answered so far. */
    synchronized int answered() {
        return outcomes.getOrDefault(ANSWERED, 0);
    }

    /** What became of all those so far that something has become of. */
    synchronized Map<String, Integer> outcomes() {
        return new TreeMap<>(outcomes);
    }

    synchronized Duration longest() {
        return Duration.ofNanos(longest);
    }

    /** No more requests; those under way are waited for. */
    @Override
    public void close() {
        stopped = true;
        try {
            pacer.join();
            clients.shutdown();
            clients.awaitTermination(2L * MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the test was too slow, and says so
        }
    }
}
