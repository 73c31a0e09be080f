package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Stands between services and their manager: takes what comes at a receiver and sends it on through a notifier, by a
 * policy. For what a manager does not hear directly: a service in a container, or below a wrapper.
 *
 * <pre>{@code
 * try (NotifyRelay relay = NotifyRelay.start(
 *         NotifyReceiver.bind("/run/web/notify"), Notifier.fromEnvironment(), RelayPolicy.forwardAll())) {
 *     start("/run/web/notify").waitFor();
 * }
 * }</pre>
 *
 * <p>The order of the datagrams is kept, with their descriptors. Nothing is lost while the upstream takes what it is
 * given; senders wait for it, as they would without the relay. When it has taken nothing for two seconds nobody waits any
 * more: up to 512 datagrams (2 MiB) and 253 descriptors are kept for its return, statuses and pings make room for
 * what weighs more, and what is dropped is counted.
 *
 * <p>To the manager all this comes from our process: that one must be permitted by the unit's {@code NotifyAccess=}.
 * Two daemon threads do the work. Thread safe.
 */
public final class NotifyRelay implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long ATTEMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Duration SHORTEST_BARRIER = Duration.ofMillis(1);
    private static final Duration LISTEN = Duration.ofSeconds(60);

    /**
     * How many datagrams there were. What was received and is in none of the others is on its way.
     *
     * @param received came
     * @param forwarded were sent on, perhaps in part
     * @param refused were void, from someone who is not heard, or did not fit when rewritten
     * @param withheld were heard, and the policy left nothing of them
     * @param dropped should have been sent on, and the upstream did not take them
     */
    public record Counts(long received, long forwarded, long refused, long withheld, long dropped) {}

    private final NotifyReceiver receiver;
    private final Notifier upstream;
    private final RelayPolicy policy;
    private final RelayQueue queue = new RelayQueue();
    private final Thread reader;
    private final Thread sender;
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong forwarded = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong withheld = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private volatile @Nullable IOException lastFailure;
    private volatile boolean closing;
    private volatile long flushUntil;

    private NotifyRelay(NotifyReceiver receiver, Notifier upstream, RelayPolicy policy) {
        this.receiver = receiver;
        this.upstream = upstream;
        this.policy = policy;
        this.reader = new Thread(null, this::read, "systemd4j-relay-reader", 0, false);
        this.sender = new Thread(null, this::send, "systemd4j-relay-sender", 0, false);
        reader.setDaemon(true);
        sender.setDaemon(true);
    }

    /**
     * Starts to relay.
     *
     * @param receiver what to take from; it is the relay's from now on, and closed with it
     * @param upstream what to send through; it stays the caller's, to be closed after the relay
     * @param policy what to let through
     * @return the running relay
     * @throws OutOfMemoryError if there is no thread to be had; the receiver is closed then
     */
    public static NotifyRelay start(NotifyReceiver receiver, Notifier upstream, RelayPolicy policy) {
        NotifyRelay relay = new NotifyRelay(receiver, upstream, policy);
        try {
            relay.reader.start();
            relay.sender.start();
            return relay;
        } catch (OutOfMemoryError e) { // a process may not have as many threads as it likes
            relay.closing = true; // which ends the one that has started, for its receiver is closed
            receiver.close();
            throw e;
        }
    }

    /**
     * The address to notify.
     *
     * @return the text for {@code NOTIFY_SOCKET}
     */
    public String address() {
        return receiver.address();
    }

    /**
     * How many datagrams there were so far.
     *
     * @return the numbers
     */
    public Counts counts() {
        long up = forwarded.get(); // before what was received, or there would be more of them
        long no = refused.get();
        long kept = withheld.get();
        long lost = dropped.get();
        return new Counts(received.get(), up, no, kept, lost);
    }

    /**
     * The last time that the upstream did not take something, or that the receiver or the relay itself failed.
     *
     * @return why, empty if it never happened
     */
    public Optional<IOException> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** Takes what has come, until nothing more can: the thread that reads. */
    private void read() {
        Rewriter rewriter = new Rewriter(policy);
        while (true) {
            boolean last = closing; // asked first, so that what came before is read after it
            try {
                Optional<ReceivedNotification> next = receiver.receive(last ? Duration.ZERO : LISTEN);
                if (next.isPresent()) {
                    take(next.get(), rewriter);
                } else if (last) {
                    break;
                }
            } catch (IOException e) {
                lastFailure = e;
                if (last) {
                    break;
                }
                queue.pause(ATTEMPT_NANOS, () -> closing); // out of memory, at worst; or closed by someone
            } catch (RuntimeException | Error e) { // no heap for this one; the thread must not end for it
                lastFailure = new IOException(e);
            }
        }
        queue.close();
    }

    private void take(ReceivedNotification notification, Rewriter rewriter) {
        received.incrementAndGet();
        try (notification) { // closes the descriptors that are not sent on
            if (!isHeard(notification)) {
                refused.incrementAndGet();
                return;
            }
            Relayed next = rewriter.apply(notification);
            if (next == null) {
                withheld.incrementAndGet();
                return;
            }
            Relayed victim = queue.put(next);
            if (victim != null) {
                dropped.incrementAndGet();
                receiver.closeAll(victim.descriptors());
            }
        } catch (RuntimeException | Error e) {
            lastFailure = new IOException(e);
            dropped.incrementAndGet();
        }
    }

    private boolean isHeard(ReceivedNotification notification) {
        if (notification.parsed().ignoredBecause().isPresent() || notification.pid() <= 0) {
            return false;
        }
        try {
            return policy.accepts(Rewriter.sender(notification));
        } catch (RuntimeException | Error e) { // theirs
            return false;
        }
    }

    /** Sends what is in the queue, until it is closed and empty: the other thread. */
    private void send() {
        long hope = Deadline.UNSET; // until when the upstream is given time before others stop waiting for it
        for (Relayed next = queue.await(); next != null; next = queue.await()) {
            if (isOver()) {
                finish(next, dropped, false);
                continue;
            }
            NotifyResult result = transmit(next);
            if (result instanceof NotifyResult.Failed failed) {
                lastFailure = failed.cause();
                if (mayPass(failed.cause()) && !isOver()) {
                    hope = Deadline.orIn(hope, PATIENCE_NANOS);
                    if (Deadline.isPast(hope)) {
                        queue.stall();
                    }
                    continue;
                }
                finish(next, dropped, false);
            } else {
                finish(next, result.isSent() ? forwarded : withheld, true);
            }
            hope = Deadline.UNSET;
        }
    }

    private void finish(Relayed first, AtomicLong count, boolean taken) {
        count.incrementAndGet();
        queue.remove(taken);
        receiver.closeAll(first.descriptors());
    }

    /** Of the time for the end; never so little that no barrier could be sent. */
    private Duration left() {
        Duration left = Duration.ofNanos(flushUntil - System.nanoTime());
        return left.compareTo(SHORTEST_BARRIER) < 0 ? SHORTEST_BARRIER : left;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private boolean isOver() {
        return closing && Deadline.isPast(flushUntil);
    }

    private NotifyResult transmit(Relayed next) {
        Duration timeout = policy.barrierTimeout();
        if (next.isBarrier() && timeout != null) {
            return upstream.barrier(closing ? shorter(timeout, left()) : timeout);
        }
        return upstream.sendUntil(Notification.relayed(next.bytes(), next.descriptors()), Deadline.in(ATTEMPT_NANOS));
    }

    /** Whether trying again helps; waits a little before that, unless the attempt has waited itself. */
    private boolean mayPass(IOException failure) {
        int errno = failure instanceof SystemCallException refused ? refused.errno() : 0;
        return switch (errno) {
            case Errno.EAGAIN -> true;
            // nobody is there, or the machine has none left of something
            case Errno.ENOENT,
                    Errno.ECONNREFUSED,
                    Errno.ECONNRESET,
                    Errno.ENOTCONN,
                    Errno.EPIPE,
                    Errno.EMFILE,
                    Errno.ENFILE,
                    Errno.ENOMEM,
                    Errno.ENOBUFS,
                    Errno.ETOOMANYREFS -> {
                queue.pause(ATTEMPT_NANOS, this::isOver);
                yield true;
            }
            default -> false;
        };
    }

    /**
     * Takes no more, sends what has come, waits until it was read up there, and closes the receiver. All that takes five
     * seconds at most; what is left then is dropped and counted. Only a barrier that is being answered already (see {@link
     * RelayPolicy#answerBarriers}) keeps its own time. May be called again.
     */
    @Override
    public synchronized void close() {
        if (closing) {
            return;
        }
        flushUntil = Deadline.in(FLUSH_NANOS);
        closing = true;
        receiver.shutdown();
        boolean interrupted = join(reader);
        interrupted |= join(sender);
        if (forwarded.get() > 0 && !Deadline.isPast(flushUntil)) {
            NotifyResult result = upstream.barrier(left());
            lastFailure = result instanceof NotifyResult.Failed failed ? failed.cause() : lastFailure;
        }
        receiver.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the end of a thread that ends after {@link #flushUntil}; tells whether we were interrupted. */
    private static boolean join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }
}
