package io.github.systemd4j.journal;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where no system call can be made, nobody can ask whether there is room: a thread writes, and may be held up. Whoever
 * has something to write waits for it within a bound; once that was in vain, nobody waits until the thread is back.
 */
final class ThreadedStandardError implements StandardError {

    /** Lines on their way. */
    private static final class Text {

        private final byte[] lines;
        private boolean done; // guarded by lock
        private boolean written; // guarded by lock

        Text(byte[] lines) {
            this.lines = lines;
        }
    }

    private final OutputStream out;
    private final long timeoutNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable Thread thread; // guarded by lock
    private @Nullable Text pending; // guarded by lock; what the thread is at
    private boolean heldUp; // guarded by lock; somebody waited in vain for it
    private boolean closed; // guarded by lock

    ThreadedStandardError(OutputStream out, long timeoutNanos) {
        this.out = out;
        this.timeoutNanos = timeoutNanos;
    }

    @Override
    public boolean write(byte[] lines) {
        try (BoundedWait wait = new BoundedWait(timeoutNanos)) {
            if (!wait.lock(lock)) {
                return false;
            }
            try {
                return write(new Text(lines), wait);
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean write(Text text, BoundedWait wait) {
        heldUp |= !wait.await(changed, () -> pending == null || heldUp);
        if (pending != null || closed) {
            return false;
        }
        if (thread == null) {
            Thread writer = new Thread(this::run, "systemd4j-journal-stderr");
            writer.setDaemon(true);
            writer.start();
            thread = writer;
        }
        heldUp = false;
        pending = text;
        changed.signalAll();
        heldUp |= !wait.await(changed, () -> text.done || heldUp);
        return text.written;
    }

    private void run() {
        lock.lock();
        try {
            while (!closed || pending != null) {
                Text text = pending;
                if (text == null) {
                    changed.awaitUninterruptibly();
                } else {
                    text.written = writeUnlocked(text.lines);
                    text.done = true;
                    pending = null;
                    heldUp = false;
                    changed.signalAll();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean writeUnlocked(byte[] lines) {
        lock.unlock();
        try {
            out.write(lines);
            return true;
        } catch (IOException e) {
            return false; // closed, or nobody is at the other end
        } finally {
            lock.lock();
        }
    }

    /** The thread ends, when it is not held up. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
