package io.github.systemd4j.sdnotify;

import static io.github.systemd4j.sdnotify.NotifierIT.assertFailed;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.libc.Constants;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Receivers that are full, gone, or replaced: bounded time, nothing thrown, each datagram delivered or answered. */
@Timeout(120)
class UnderLoadIT {

    @Test
    void aFullQueueIsAnAnswerInBoundedTime() throws Exception {
        Duration bound = Duration.ofMillis(200);
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier(bound)) {
            int sent = 0;
            NotifyResult result;
            long start;
            do {
                start = System.nanoTime();
                result = notifier.watchdog();
                sent += result.isSent() ? 1 : 0;
            } while (result.isSent() && sent < 100_000);
            Duration waited = Duration.ofNanos(System.nanoTime() - start);

            assertFailed(result, Errno.EAGAIN, "queue stayed full");
            // Not shorter than asked, and not longer, but for what a slow machine needs to wake up.
            assertThat(waited).isBetween(bound, bound.plusSeconds(30));
            assertThat(manager.drain()).isEqualTo(sent);

            notifier.ready().orThrow();
            assertThat(manager.nextText()).isEqualTo("READY=1");
        }
    }

    @Test
    void aBarrierOnAFullQueueKeepsItsOwnBound() throws Exception {
        try (Manager manager = Manager.start();
                Notifier filling = manager.notifier(Duration.ZERO);
                Notifier notifier = manager.notifier(Duration.ofSeconds(60))) {
            while (filling.watchdog().isSent()) {
                assertThat(filling.failures()).isZero();
            }
            long start = System.nanoTime();

            assertFailed(notifier.barrier(Duration.ofMillis(10)), Errno.EAGAIN, "queue stayed full");

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
        }
    }

    @Test
    void aReceiverThatHangsIsLeftForTheOneBoundToItsAddressNow(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("notify");
        try (NotifyReceiver hanging = NotifyReceiver.bind(path.toString());
                Notifier notifier = Notifier.of(Map.of("NOTIFY_SOCKET", path.toString()), Duration.ofMillis(20))) {
            notifier.ready().orThrow();
            Files.delete(path);
            try (Manager successor = Manager.at(path.toString())) {
                while (notifier.watchdog().isSent()) {
                    assertThat(hanging).isNotNull();
                }

                notifier.status("again").orThrow();

                assertThat(successor.nextText()).isEqualTo("STATUS=again");
            }
        }
    }

    @Test
    void anInterruptedThreadIsHeardAlsoWhileOthersSend() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier(Duration.ofSeconds(30))) {
            Future<?> pinging = threads.submit(() -> {
                while (!stop.get()) {
                    notifier.watchdog();
                }
            });
            Future<Integer> readyCount = threads.submit(() -> {
                int failed = 0;
                Thread.currentThread().interrupt();
                for (int i = 0; i < 500; i++) {
                    failed += notifier.ready().isSent() ? 0 : 1;
                }
                Thread.interrupted();
                return failed;
            });
            int ready = 0;
            while (ready < 500 && !readyCount.isDone()) {
                ready += manager.next().field("READY").isPresent() ? 1 : 0;
            }
            stop.set(true);
            while (!pinging.isDone() || !readyCount.isDone()) {
                manager.drain();
            }
            assertThat(readyCount.get()).isZero();
        } finally {
            stop.set(true);
            threads.shutdownNow();
        }
    }

    @Test
    void closingTheNotifierEndsItsThreads() throws Exception {
        try (Manager manager = Manager.start()) {
            Notifier notifier = manager.notifier();
            WatchdogPinger pinger = notifier.pingWatchdog(Watchdog.every(Duration.ofMillis(2)), () -> true);
            StartupExtension extension = notifier.extendStartup(Duration.ofMillis(2));
            assertThat(manager.nextText()).isNotEmpty();
            assertThat(pinger.isRunning()).isTrue();
            assertThat(extension.isRunning()).isTrue();

            notifier.close();

            assertThat(pinger.isRunning()).isFalse();
            assertThat(extension.isRunning()).isFalse();
        }
    }

    @Test
    void aReceiverThatWaitsCanBeShutDownAndClosed() throws Exception {
        Manager manager = Manager.start();
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return manager.receiver().receive(Duration.ofDays(1)).isPresent();
            } catch (IOException e) {
                return false;
            }
        });

        manager.close();

        assertThat(waiting.get()).isFalse();
    }

    @Test
    void aFullQueueThatEmptiesInTimeIsWaitedFor() throws Exception {
        try (Manager manager = Manager.start();
                Notifier full = manager.notifier(Duration.ZERO);
                Notifier notifier = manager.notifier(Duration.ofSeconds(30))) {
            int queued = 0;
            while (full.watchdog().isSent()) {
                queued++;
            }

            CompletableFuture<NotifyResult> waiting = CompletableFuture.supplyAsync(notifier::ready);
            for (int i = 0; i < queued; i++) {
                assertThat(manager.nextText()).isEqualTo("WATCHDOG=1");
            }

            assertThat(manager.nextText()).isEqualTo("READY=1");
            assertThat(waiting.get().isSent()).isTrue();
        }
    }

    @Test
    void manyThreadsOnAFullQueueAreAllAnswered() throws Exception {
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier(Duration.ofMillis(50))) {
            int sent = 0;
            while (notifier.watchdog().isSent()) {
                sent++;
            }
            ExecutorService threads = Executors.newFixedThreadPool(8);
            try {
                List<Future<NotifyResult>> answers = new ArrayList<>();
                for (int i = 0; i < 64; i++) {
                    answers.add(threads.submit(notifier::watchdog));
                }
                for (Future<NotifyResult> answer : answers) {
                    assertThat(answer.get()).isInstanceOf(NotifyResult.Failed.class);
                }
                assertThat(notifier.failures()).isEqualTo(65);
            } finally {
                threads.shutdownNow();
            }
            assertThat(manager.drain()).isEqualTo(sent);
        }
    }

    @Test
    void aReceiverThatVanishedIsFoundAgain() throws Exception {
        String address = Manager.freshAddress();
        Manager first = Manager.at(address);
        try (Notifier notifier = first.notifier()) {
            notifier.ready().orThrow();
            first.close();

            assertFailed(notifier.watchdog(), Errno.ECONNREFUSED, "nobody receives there");
            assertFailed(notifier.watchdog(), Errno.ECONNREFUSED, "nobody receives there");

            try (Manager second = Manager.at(address)) {
                notifier.ready().orThrow();
                assertThat(second.nextText()).isEqualTo("READY=1");
            }
            try (Manager third = Manager.at(address)) {
                notifier.ready().orThrow(); // refused once, and connected again within the call
                assertThat(third.nextText()).isEqualTo("READY=1");
            }
        }
    }

    @Test
    void aThousandReplacedReceivers(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("notify");
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong sent = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        Set<String> before = Descriptors.open();
        long delivered = 0;
        try (Notifier notifier = Notifier.of(Map.of("NOTIFY_SOCKET", path.toString()), Duration.ofSeconds(5))) {
            ExecutorService threads = Executors.newFixedThreadPool(3);
            List<Future<?>> senders = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                senders.add(threads.submit(() -> {
                    while (!stop.get()) {
                        (notifier.watchdog().isSent() ? sent : failed).incrementAndGet();
                    }
                }));
            }
            for (int i = 0; i < 1000; i++) {
                delivered += replaceOnce(path);
            }
            stop.set(true);
            for (Future<?> sender : senders) {
                sender.get(); // throws what the sender threw
            }
            threads.shutdown();
            // The queue of no receiver holds anything any more: each was drained after it had stopped taking.
            assertThat(delivered).isEqualTo(sent.get());
            assertThat(sent.get()).isGreaterThan(1000);
            assertThat(notifier.failures()).isEqualTo(failed.get());
        }
        assertThat(Descriptors.openedSince(before)).isEmpty();
    }

    /** Binds, lets some datagrams come, takes no more of them, counts all that came, and goes. */
    private static int replaceOnce(Path path) throws IOException {
        int count = 0;
        try (NotifyReceiver receiver = NotifyReceiver.bind(path.toString())) {
            while (count < 3) {
                count += receiver.receive(Manager.SOON).isPresent() ? 1 : 0;
            }
            receiver.shutdown();
            while (receiver.receive(Duration.ZERO).isPresent()) {
                count++;
            }
        }
        return count;
    }

    @Test
    void manyThreadsKeepTheirOrder() throws Exception {
        int threads = 4;
        int each = 2_000;
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier(Duration.ofSeconds(30))) {
            ExecutorService pool = Executors.newFixedThreadPool(threads);
            for (int t = 0; t < threads; t++) {
                String name = "T" + t;
                pool.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        notifier.status(name + " " + i);
                    }
                });
            }
            int[] next = new int[threads];
            for (int i = 0; i < threads * each; i++) {
                String[] words = manager.next().field("STATUS").orElseThrow().split(" ", -1);
                int thread = Integer.parseInt(words[0].substring(1));
                assertThat(Integer.parseInt(words[1])).isEqualTo(next[thread]++);
            }
            manager.assertNothingMore();
            assertThat(notifier.failures()).isZero();
            pool.shutdown();
        }
    }

    @Test
    void aBarrierWaitsUntilAllWasRead() throws Exception {
        Set<String> before = Descriptors.open();
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier()) {
            notifier.status("before").orThrow();
            CompletableFuture<NotifyResult> barrier =
                    CompletableFuture.supplyAsync(() -> notifier.barrier(Duration.ofSeconds(30)));

            assertThat(manager.nextText()).isEqualTo("STATUS=before");
            ReceivedNotification received = manager.next();
            assertThat(received.toString()).isEqualTo("BARRIER=1");
            assertThat(received.descriptorCount()).isEqualTo(1);
            assertThat(barrier).isNotDone();
            received.close();

            assertThat(barrier.get().isSent()).isTrue();
        }
        assertThat(Descriptors.openedSince(before)).isEmpty();
    }

    @Test
    void aBarrierThatNobodyAnswersEnds() throws Exception {
        Set<String> before = Descriptors.open();
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier()) {
            NotifyResult result = notifier.barrier(Duration.ofMillis(50));

            assertFailed(result, Errno.ETIMEDOUT, "the barrier was not answered in 50 ms");
            assertThat(notifier.failures()).isEqualTo(1);
            manager.next().close();
        }
        assertThat(Descriptors.openedSince(before)).isEmpty();
    }

    @Test
    void aPingAllocatesNothing() throws Exception {
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier()) {
            long allocated = Long.MAX_VALUE;
            // Until the compiler has seen enough of it; in the interpreter java.lang.foreign makes short-lived objects.
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (allocated > 0 && deadline - System.nanoTime() > 0) {
                allocated = 0;
                for (int batch = 0; batch < 100; batch++) {
                    long before = bean.getThreadAllocatedBytes(self);
                    for (int i = 0; i < 8; i++) {
                        notifier.watchdog();
                    }
                    allocated += bean.getThreadAllocatedBytes(self) - before;
                    manager.drain();
                }
            }
            assertThat(allocated).isZero();
            assertThat(notifier.failures()).isZero();
        }
    }

    @Test
    void aReceiverDirectoryThatIsGoneAtClose(@TempDir Path directory) throws Exception {
        Path inner = Files.createDirectory(directory.resolve("inner"));
        NotifyReceiver receiver = NotifyReceiver.bind(inner.resolve("s").toString());
        Files.delete(inner.resolve("s"));
        Files.delete(inner);
        receiver.close();
        receiver.close();
        assertThat(Descriptors.LIBC.fcntl(-1, Constants.F_GETFD, 0)).isEqualTo(-Errno.EBADF);
    }
}
