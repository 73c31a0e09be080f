package io.github.systemd4j.journal.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EntryPoolTest {

    private final AtomicInteger made = new AtomicInteger();
    private final EntryPool pool = new EntryPool(2, this::entry);

    private LogEntry entry() {
        made.incrementAndGet();
        return new LogEntry(FrontEndSettings.Trace.NONE, new ContextNames(""), new ThreadIds());
    }

    @Test
    void theSameOneAgain() {
        LogEntry first = pool.take();
        pool.give(first);

        assertThat(pool.take()).isSameAs(first);
    }

    @Test
    void aBoundIsKept() {
        List<LogEntry> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(pool.take());
        }
        all.forEach(pool::give);
        for (int i = 0; i < 100; i++) {
            pool.take();
        }
        assertThat(made.get()).isGreaterThan(190);
    }

    @Test
    void anEntryIsOneThreadsAtATime() throws Exception {
        ConcurrentHashMap<LogEntry, Thread> taken = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> ends = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ends.add(threads.submit(() -> {
                start.await();
                for (int n = 0; n < 20_000; n++) {
                    LogEntry entry = pool.take();
                    assertThat(taken.put(entry, Thread.currentThread())).isNull();
                    assertThat(taken.remove(entry)).isSameAs(Thread.currentThread());
                    pool.give(entry);
                }
                return null;
            }));
        }
        start.countDown();
        for (Future<?> end : ends) {
            end.get(50, TimeUnit.SECONDS);
        }
        threads.shutdown();
    }
}
