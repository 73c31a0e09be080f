package io.github.systemd4j.testkit;

import static io.github.systemd4j.testkit.SystemdAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.sdnotify.Notification;
import io.github.systemd4j.sdnotify.Notifier;
import io.github.systemd4j.sdnotify.Watchdog;
import io.github.systemd4j.sdnotify.WatchdogPinger;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service says is what a test hears, in order and in time. */
@Timeout(120)
class ServiceManagerIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(50);

    @RegisterExtension
    final ServiceManager manager =
            ServiceManager.builder().watchdog(Duration.ofMillis(200)).build();

    private Notifier service;

    @BeforeEach
    void startService() {
        service = Notifier.of(manager.environment());
    }

    @AfterEach
    void stopService() {
        service.close();
    }

    private void say(Notification notification) {
        assertThat(service.send(notification).isSent()).isTrue();
    }

    private static Notification.Builder notification() {
        return Notification.builder();
    }

    @Test
    void whatItSaysInOrder() {
        say(notification().extendTimeout(Duration.ofSeconds(7)).build());
        say(notification().ready().status("läuft").build());
        say(notification().reloading().build());
        say(notification().ready().status("wieder").build());
        say(notification().stopping().build());

        assertThat(manager.awaitExtension(SOON).parsed().extendTimeout()).hasValue(Duration.ofSeconds(7));
        Notice ready = manager.awaitReady(SOON);
        assertThat(ready.status()).hasValue("läuft");
        assertThat(ready.pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(manager)
                .isReloadingWithin(SOON)
                .isReadyWithin(SOON)
                .saysWithin("wie", SOON) // in the same datagram
                .isStoppingWithin(SOON)
                .hasStatus("wieder");
        assertThat(manager.notices()).hasSize(5).isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()));
    }

    @Test
    void aWaitIsForWhatComesLaterToo() throws Exception {
        CompletableFuture<Notice> ready = CompletableFuture.supplyAsync(() -> manager.awaitReady(SOON));
        say(notification().status("not yet").build());
        say(notification().ready().build());

        assertThat(ready.get().parsed().fields()).containsOnlyKeys("READY");
    }

    @Test
    void theSecondReadyIsAnotherOne() {
        say(notification().ready().build());
        manager.awaitReady(SOON);

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> manager.awaitReady(SHORT))
                .withMessageContaining("no READY=1 in PT0.05S; this came since: nothing; and before:\n  +")
                .withMessageEndingWith(": READY=1");
    }

    @Test
    void whatIsMissedIsToldWithWhatCame() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(manager).as("the shop").isReadyWithin(SHORT))
                .withMessage("[the shop] no READY=1 in PT0.05S; nothing came to NOTIFY_SOCKET=" + manager.address());

        say(notification().status("100 % STATUS").build());
        manager.awaitStatus("%", SOON);
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(manager).saysWithin("200", SHORT))
                .withMessageContaining("no STATUS with \"200\" in PT0.05S")
                .withMessageContaining("from " + ProcessHandle.current().pid() + ": STATUS=100 % STATUS");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(manager).hasStatus("200"))
                .withMessageContaining("the status is \"100 % STATUS\", not \"200\"");
    }

    @Test
    void whatSystemdIgnoresIsToldSo() throws Exception {
        // No Notifier sends that.
        manager.start(new ProcessBuilder(
                        "perl",
                        "-MIO::Socket::UNIX",
                        "-e",
                        "$s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $ENV{NOTIFY_SOCKET});"
                                + " $s->send(qq(READY=1\\nSTATUS=a\\0b)); $s->send(q(WATCHDOG=) . 1 x 4090)"))
                .waitFor();
        manager.await("a second one", notice -> manager.notices().size() == 2, SOON);

        assertThat(manager.notices())
                .allMatch(notice -> notice.parsed().fields().isEmpty());
        assertThat(manager.toString())
                .contains("READY=1 STATUS=a.b (which systemd ignores: ", "1111... (which systemd ignores: ");
    }

    @Test
    void aServiceThatFailsIsNotWaitedFor() throws Exception {
        long start = System.nanoTime();
        Process process = manager.start(new ProcessBuilder("sh", "-c", "exit 3"));

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> manager.awaitReady(Duration.ofSeconds(100)))
                .withMessageContaining(
                        "no READY=1 in PT1M40S; process " + process.pid() + " has ended with status 3; nothing came");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
    }

    @Test
    void pingsAndTheirGaps() {
        Watchdog watchdog =
                Watchdog.of(manager.environment(), ProcessHandle.current().pid());
        WatchdogPinger pinger = service.pingWatchdog(watchdog, () -> true);
        manager.awaitPing(SOON);
        assertThat(manager).pingsAtLeastEvery(Duration.ofSeconds(5), Duration.ofSeconds(1));
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(manager).pingsAtLeastEvery(Duration.ofMillis(1), Duration.ofMillis(300)))
                .withMessageContaining(", more than PT0.001S");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(manager).doesNotPingFor(Duration.ofSeconds(2)))
                .withMessageContaining(" times WATCHDOG=1 in PT2S");
        pinger.close();
        assertThat(service.barrier(SOON).isSent()).isTrue();

        assertThat(manager).doesNotPingFor(Duration.ofMillis(500));
        assertThat(manager.greatestPingGap(SHORT)).isGreaterThanOrEqualTo(SHORT);
    }

    @Test
    void aBarrierIsAnsweredWhenAllBeforeItHasCome() {
        say(notification().ready().build());
        assertThat(service.barrier(SOON).isSent()).isTrue();

        assertThat(manager.notices()).hasSize(2);
        assertThat(manager.awaitBarrier(SOON).descriptors()).isEqualTo(1);
    }

    @Test
    void storedDescriptorsAreThereAfterARestart() throws Exception {
        Pipe pipe = Pipe.open();
        try (Pipe.SinkChannel sink = pipe.sink();
                InheritedDescriptor source = InheritedDescriptor.copyOf(pipe.source(), "queue")) {
            int number = source.takeNumber();
            say(notification().storeDescriptors("queue", number).build());
            say(notification().storeDescriptors("other", number).build());
            InheritedDescriptor.of(number, "queue").close();
            pipe.source().close();
            assertThat(manager).storesWithin("queue", SOON).storesWithin("other", SOON);
            assertThat(manager.storedNames()).containsExactly("queue", "other");
            sink.write(ByteBuffer.wrap("kept\n".getBytes(UTF_8)));

            assertThat(manager.activation().descriptors().stream().map(InheritedDescriptor::name))
                    .containsExactly("other", "queue"); // as systemd returns them
            assertThat(restarted("echo $LISTEN_FDS $LISTEN_FDNAMES; head -n 1 <&4"))
                    .isEqualTo("2 other:queue\nkept\n");

            say(notification().removeDescriptors("other").build());
            assertThat(service.barrier(SOON).isSent()).isTrue();
            assertThat(manager.storedNames()).containsExactly("queue");
        }
    }

    private String restarted(String script) throws IOException {
        return new String(
                manager.start(new ProcessBuilder("sh", "-c", script))
                        .getInputStream()
                        .readAllBytes(),
                UTF_8);
    }

    @Test
    void aProgramGetsThisEnvironmentAndNoOther() throws Exception {
        ProcessBuilder program = new ProcessBuilder("sh", "-c", "echo $NOTIFY_SOCKET $WATCHDOG_USEC $WATCHDOG_PID");
        program.environment().put("WATCHDOG_PID", "1");

        assertThat(restarted(program.command().get(2))).isEqualTo(manager.address() + " 200000\n");
        assertThat(manager.configure(program).environment())
                .containsAllEntriesOf(manager.environment())
                .doesNotContainKey("WATCHDOG_PID");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT-1S", "PT24H0.001S"})
    void aBoundHasBounds(Duration timeout) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> manager.awaitReady(timeout))
                .withMessageStartingWith("timeout: ");
    }

    @Test
    void allThatComesInATime() {
        say(notification().ready().build());
        manager.awaitReady(SOON);

        assertThat(manager.during(SHORT)).isEmpty();
        assertThat(manager.notices()).hasSize(1);
        assertThat(manager.status()).isEmpty();
    }
}
