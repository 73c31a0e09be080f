package io.github.systemd4j.sdnotify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pinger and the extension: daemon threads that outlive whatever the service's checks do. */
@Timeout(120)
@SuppressWarnings("try") // close() is what is tested
class ThreadsIT {

    private static final Watchdog FAST = Watchdog.every(Duration.ofMillis(20));

    @Test
    void pingsWhileHealthy() throws Exception {
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier();
                WatchdogPinger pinger = notifier.pingWatchdog(FAST, () -> true)) {
            for (int i = 0; i < 5; i++) {
                assertThat(manager.nextText()).isEqualTo("WATCHDOG=1");
            }
            assertThat(pinger.isRunning()).isTrue();
            assertThat(pinger.pings()).isGreaterThanOrEqualTo(4);
            assertThat(pinger.lastFailure()).isEmpty();

            pinger.close();

            assertThat(pinger.isRunning()).isFalse();
        }
    }

    @Test
    void survivesWhateverTheCheckThrows() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier();
                WatchdogPinger pinger = notifier.pingWatchdog(FAST, () -> {
                    switch (calls.getAndIncrement()) {
                        case 0:
                            throw new Exception("checked");
                        case 1:
                            throw new IllegalStateException("unchecked");
                        case 2:
                            throw new StackOverflowError("error");
                        case 3:
                            Thread.currentThread().interrupt();
                            return false;
                        default:
                            return true;
                    }
                })) {
            assertThat(manager.nextText()).isEqualTo("WATCHDOG=1");

            assertThat(calls.get()).isGreaterThanOrEqualTo(5);
            assertThat(pinger.missed()).isEqualTo(4);
            assertThat(pinger.lastFailure()).get().isInstanceOf(StackOverflowError.class);
        }
    }

    @Test
    void sendingThatFailsIsCountedAndTriedAgain() throws Exception {
        String address = Manager.freshAddress();
        CountDownLatch tried = new CountDownLatch(3);
        try (Notifier notifier = Notifier.of(Map.of("NOTIFY_SOCKET", address));
                WatchdogPinger pinger = notifier.pingWatchdog(FAST, () -> {
                    tried.countDown();
                    return true;
                })) {
            tried.await();
            assertThat(pinger.missed()).isGreaterThanOrEqualTo(2);
            assertThat(pinger.lastFailure()).get().asString().contains("ECONNREFUSED");
            try (Manager manager = Manager.at(address)) {
                assertThat(manager.nextText()).isEqualTo("WATCHDOG=1");
            }
        }
    }

    @Test
    void aDisabledWatchdogStartsNothing() throws Exception {
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier();
                WatchdogPinger pinger = notifier.pingWatchdog(Watchdog.ofAnyPid(Map.of()), () -> {
                    throw new AssertionError("asked");
                })) {
            assertThat(pinger.isRunning()).isFalse();
            assertThat(pinger.missed()).isZero();
        }
    }

    @Test
    void threadsAreDaemonsWithNames() throws Exception {
        CountDownLatch pinged = new CountDownLatch(1); // one for each: a pinger asks again
        CountDownLatch extended = new CountDownLatch(1);
        Thread[] seen = new Thread[2];
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier();
                WatchdogPinger pinger = notifier.pingWatchdog(FAST, () -> {
                    seen[0] = Thread.currentThread();
                    pinged.countDown();
                    return false;
                });
                StartupExtension extension = notifier.extendStartup(Duration.ofSeconds(1), () -> {
                    seen[1] = Thread.currentThread();
                    extended.countDown();
                    return false;
                })) {
            pinged.await();
            extended.await();
            assertThat(pinger.isRunning()).isTrue();
            assertThat(extension).isNotNull();
            assertThat(seen[0].getName()).isEqualTo("systemd4j-watchdog");
            assertThat(seen[1].getName()).isEqualTo("systemd4j-extend-timeout");
            assertThat(seen[0].isDaemon()).isTrue();
            assertThat(seen[1].isDaemon()).isTrue();
            pinger.close();
            seen[0].join();
            seen[1].join();
        }
    }

    @Test
    void theExtensionStopsAtReady() throws Exception {
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier(Duration.ofSeconds(30));
                StartupExtension extension = notifier.extendStartup(Duration.ofMillis(2))) {
            for (int i = 0; i < 5; i++) {
                assertThat(manager.nextText()).isEqualTo("EXTEND_TIMEOUT_USEC=2000");
            }
            assertThat(extension.isRunning()).isTrue();

            // READY waits for room like any other; what was queued before it comes first.
            CompletableFuture<NotifyResult> ready = CompletableFuture.supplyAsync(notifier::ready);
            String text;
            do {
                text = manager.nextText();
            } while (text.startsWith("EXTEND_TIMEOUT_USEC="));

            assertThat(text).isEqualTo("READY=1");
            assertThat(ready.get().isSent()).isTrue();
            assertThat(extension.isRunning()).isFalse();
            assertThat(manager.receiver().receive(Duration.ofMillis(50))).isEmpty();
        }
    }

    @Test
    void withoutProgressThereIsNoExtension() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier();
                StartupExtension extension =
                        notifier.extendStartup(Duration.ofMillis(10), () -> asked.incrementAndGet() < 3)) {
            assertThat(manager.nextText()).startsWith("EXTEND");
            assertThat(manager.nextText()).startsWith("EXTEND");
            while (extension.isRunning()) {
                Thread.onSpinWait(); // until it has asked once more; the tests' time-out is the bound
            }
            assertThat(asked.get()).isEqualTo(3);
            manager.assertNothingMore();
        }
    }

    @Test
    void anExtensionTooShortIsTheCallersMistake() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Notifier.of(Map.of()).extendStartup(Duration.ofNanos(1)))
                .withMessageContaining("extension");
    }
}
