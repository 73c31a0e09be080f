package io.github.systemd4j.samples.activated;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Serves several listeners by one selector of the JDK's, in one thread. It knows nothing of systemd, and takes whatever
 * {@link ServerSocketChannel} it is given.
 *
 * <p>When it stops it closes the listeners, and serves to its end every connection that it has accepted. What is in a
 * listener's queue is left there: the socket is systemd's too, and the next process takes it from there.
 */
final class HttpLoop {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Selector selector;
    private final long idleNanos; // 0 for never
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopping;
    private final AtomicLong served = new AtomicLong();
    private int open; // connections
    private long lastEnd; // of a connection, in the terms of nanoTime

    private HttpLoop(Selector selector, @Nullable Duration idleExit) {
        this.selector = selector;
        this.idleNanos = idleExit == null ? 0 : idleExit.toNanos();
    }

    static HttpLoop open(List<ServerSocketChannel> listeners, @Nullable Duration idleExit) throws IOException {
        HttpLoop loop = new HttpLoop(Selector.open(), idleExit);
        for (ServerSocketChannel listener : listeners) {
            listener.configureBlocking(false);
            listener.register(loop.selector, SelectionKey.OP_ACCEPT);
        }
        return loop;
    }

    /** Serves until {@link #stop}, or until nobody came for the idle time. */
    void run() throws IOException {
        lastEnd = System.nanoTime();
        try {
            while (!stopping && !isIdle()) {
                turn();
            }
            closeListeners();
            while (open > 0) {
                turn();
            }
        } finally {
            selector.close();
            ended.countDown();
        }
    }

    /** Stops; returns whether every accepted connection was seen to its end within the patience. */
    boolean stop() {
        stopping = true;
        selector.wakeup();
        try {
            return ended.await(3 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    long served() {
        return served.get();
    }

    private boolean isIdle() {
        return idleNanos > 0 && open == 0 && System.nanoTime() - lastEnd >= idleNanos;
    }

    private void turn() throws IOException {
        selector.select(Math.max(1, untilNextMillis()));
        for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); keys.remove()) {
            SelectionKey key = keys.next();
            if (key.isValid() && key.isAcceptable()) {
                accept((ServerSocketChannel) key.channel());
            } else if (key.isValid()) {
                advance(key);
            }
        }
        long now = System.nanoTime();
        for (SelectionKey key : selector.keys()) {
            if (key.attachment() instanceof Connection connection && connection.deadline() - now <= 0) {
                end(key);
            }
        }
    }

    /** The time to the next thing that happens by itself: a connection's deadline or the idle exit. */
    private long untilNextMillis() {
        long nanos = PATIENCE.toNanos();
        if (idleNanos > 0 && open == 0) {
            nanos = Math.min(nanos, lastEnd + idleNanos - System.nanoTime());
        }
        return TimeUnit.NANOSECONDS.toMillis(open > 0 ? Math.min(nanos, PATIENCE.toNanos() / 10) : nanos) + 1;
    }

    private void accept(ServerSocketChannel listener) throws IOException {
        SocketChannel channel = listener.accept();
        if (channel == null) {
            return; // another process that has the socket was faster
        }
        channel.configureBlocking(false);
        Connection connection = new Connection(channel, System.nanoTime() + PATIENCE.toNanos());
        channel.register(selector, SelectionKey.OP_READ, connection);
        open++;
    }

    private void advance(SelectionKey key) {
        Connection connection = (Connection) key.attachment();
        try {
            if (key.isReadable() && connection.read(text())) {
                served.incrementAndGet();
                connection.extend(System.nanoTime() + PATIENCE.toNanos());
                key.interestOps(SelectionKey.OP_WRITE);
            }
            if (key.isWritable() && connection.write()) {
                key.interestOps(SelectionKey.OP_READ);
            }
        } catch (IOException e) { // the client's business
            end(key);
        }
    }

    private void end(SelectionKey key) {
        if (!key.isValid()) {
            return;
        }
        try {
            key.channel().close();
        } catch (IOException e) {
            // it is gone either way
        }
        open--;
        lastEnd = System.nanoTime();
    }

    private void closeListeners() throws IOException {
        for (SelectionKey key : selector.keys()) {
            if (key.channel() instanceof ServerSocketChannel listener) {
                listener.close();
            }
        }
    }

    private String text() {
        return "Hello from process " + ProcessHandle.current().pid() + ", answer " + (served() + 1) + "\n";
    }
}
