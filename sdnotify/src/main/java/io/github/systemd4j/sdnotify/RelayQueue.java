package io.github.systemd4j.sdnotify;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What has come and is not sent yet, in its order; bounded in datagrams, so in bytes, and in descriptors. While the
 * upstream takes what it is given, whoever puts waits for room, and the senders behind it for theirs. While it does not,
 * nobody waits: what is new pushes out what is light, and has to go itself where there is none.
 */
final class RelayQueue {

    /** 512 datagrams of 4096 bytes are 2 MiB; the longest queue that systemd sets up in the kernel is as long. */
    static final int MAX_DATAGRAMS = 512;

    /** As many as one datagram may carry, so that each fits. */
    static final int MAX_DESCRIPTORS = 253;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Relayed> queue = new ArrayDeque<>(); // guarded by lock, as the others
    private int descriptors;
    private boolean stalled;
    private boolean closed;

    /**
     * Puts one at the end.
     *
     * @return what had to go for want of room, perhaps the same; null if nothing had
     */
    @Nullable
    Relayed put(Relayed next) {
        lock.lock();
        try {
            while (!fits(next)) {
                if (stalled) {
                    Relayed victim = next.descriptors().length == 0 ? removeLight() : null;
                    if (victim == null) {
                        return next;
                    }
                    add(next);
                    return victim;
                }
                changed.awaitUninterruptibly(); // until there is room or no hope: the sender sees to one of them
            }
            add(next);
            return null;
        } finally {
            lock.unlock();
        }
    }

    private boolean fits(Relayed next) {
        return queue.size() < MAX_DATAGRAMS && descriptors + next.descriptors().length <= MAX_DESCRIPTORS;
    }

    private void add(Relayed next) {
        queue.add(next);
        descriptors += next.descriptors().length;
        changed.signalAll();
    }

    /** The oldest one, but not the first, which is being sent. It has no descriptors. */
    private @Nullable Relayed removeLight() {
        Iterator<Relayed> rest = queue.iterator();
        if (rest.hasNext()) {
            rest.next();
        }
        while (rest.hasNext()) {
            Relayed each = rest.next();
            if (each.isLight()) {
                rest.remove();
                return each;
            }
        }
        return null;
    }

    /** Waits for the first one, which stays until {@link #remove}; null when there is none and none will come. */
    @Nullable
    Relayed await() {
        lock.lock();
        try {
            while (queue.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            return queue.peek();
        } finally {
            lock.unlock();
        }
    }

    /** Takes away the first one. The upstream is taken to be well again if it was sent. */
    void remove(boolean sent) {
        lock.lock();
        try {
            descriptors -= queue.remove().descriptors().length;
            stalled &= !sent;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The upstream has taken nothing for so long that nobody is to wait any more. */
    void stall() {
        lock.lock();
        try {
            stalled = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits a while; ends early when the queue changes and there is a reason to. */
    void pause(long nanos, BooleanSupplier reason) {
        lock.lock();
        try {
            long left = nanos;
            while (left > 0 && !reason.getAsBoolean()) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            // nobody has a reason to interrupt our threads
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more will be put. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** For tests. */
    int size() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }
}
