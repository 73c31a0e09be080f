package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.libc.Constants;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What gets through a relay and what does not, on each back-end. */
@Timeout(300)
class NotifyRelayIT {

    private static final int FLOOD = 100_000;

    private final AtomicInteger asked = new AtomicInteger();

    /** A machine may be so busy that nobody reads for two seconds: then a relay has lost its patience, and rightly. */
    private static final long IMPATIENT_NANOS = 1_500_000_000L;

    /** A relay between a manager and whoever notifies its address. */
    private static final class Fixture implements AutoCloseable {

        final Manager manager = Manager.start();
        final Notifier upstream = manager.notifier();
        final NotifyRelay relay;
        final RawSender sender;

        Fixture(RelayPolicy policy) throws IOException {
            relay = NotifyRelay.start(NotifyReceiver.bind(Manager.freshAddress()), upstream, policy);
            sender = new RawSender(relay.address());
        }

        void assertBecomes(String sent, String arrives) throws IOException {
            assertThat(sender.send(sent.getBytes(ISO_8859_1), 0)).isPositive();
            assertThat(manager.nextText()).isEqualTo(arrives);
        }

        /** That nothing came of it is known when the next one has come. */
        void assertWithheld(String sent) throws IOException {
            sender.send(sent.getBytes(ISO_8859_1), 0);
            assertBecomes("X_NEXT=1", "X_NEXT=1");
        }

        @Override
        public void close() {
            manager.close(); // first, or the relay would wait for it to read
            relay.close();
            sender.close();
            upstream.close();
        }
    }

    @Test
    void whatIsNotChangedArrivesByteForByte() throws Exception {
        try (Fixture fixture = new Fixture(RelayPolicy.forwardAll())) {
            for (String each : new String[] {
                "READY=1",
                "STATUS=l\u00c3\u00a4uft\nREADY=1\nX_OWN=a=b",
                "STATUS=C:\\\\dir",
                "STATUS=\u00ff",
                "STATUS=a\\\nb",
                "RELOADING=1\nMONOTONIC_USEC=1",
                "EXTEND_TIMEOUT_USEC=9\nWATCHDOG=trigger",
                "NONSENSE",
            }) {
                fixture.assertBecomes(each, new String(each.getBytes(ISO_8859_1), UTF_8));
            }
            fixture.assertBecomes("READY=1\r\n\r\nSTATUS=x\n", "READY=1\nSTATUS=x");
            fixture.assertBecomes("READY=1\0", "READY=1");
        }
    }

    @Test
    void aPolicyByField() throws Exception {
        RelayPolicy policy = RelayPolicy.forwardAll()
                .drop("ERRNO", "X_SECRET")
                .prefixStatus("web\\1: ")
                .rewrite("BUSERROR", value -> Optional.of(value + "\nREADY=1"))
                .rewrite("X_BROKEN", value -> {
                    throw new IllegalStateException(value);
                })
                .rewrite("X_UP", value -> Optional.of(value.toUpperCase(java.util.Locale.ROOT)));
        try (Fixture fixture = new Fixture(policy)) {
            fixture.assertBecomes("READY=1\nERRNO=5\nSTATUS=up", "READY=1\nSTATUS=web\\\\1: up");
            fixture.assertBecomes("STATUS=a\nSTATUS=b", "STATUS=web\\\\1: a");
            fixture.assertBecomes("STATUS=\nX_UP=l\u00c3\u00a4ut", "STATUS=\nX_UP=LÄUT");
            fixture.assertBecomes("STATUS=\u00ff", "STATUS=");
            fixture.assertBecomes("READY=1\nSTATUS", "READY=1\nSTATUS");
            fixture.assertWithheld("ERRNO=5\nERRNO=6\nX_SECRET=x");
            fixture.assertWithheld("BUSERROR=a\nX_BROKEN=a"); // a forged line, an exception
            fixture.assertBecomes("STATUS=" + "x".repeat(4089), "STATUS=web\\\\1: " + "x".repeat(4081));
            fixture.assertBecomes("STATUS=" + "\u00c3\u00a4".repeat(2044), "STATUS=web\\\\1: " + "ä".repeat(2040));
            fixture.assertBecomes("STATUS=" + "\\\\".repeat(2044), "STATUS=web\\\\1: " + "\\\\".repeat(2040));
            // Without room for a status at all.
            fixture.assertBecomes("X_A=" + "x".repeat(4084) + "\nSTATUS=", "X_A=" + "x".repeat(4084) + "\nSTATUS=");
            assertThat(fixture.relay.counts().withheld()).isEqualTo(2);
            assertThat(fixture.relay.counts().refused()).isZero();
        }
    }

    /** Theirs may throw anything, which must not end the thread that reads: senders and close would wait for ever. */
    @Test
    void aPolicyThatThrowsErrors() throws Exception {
        RelayPolicy policy = RelayPolicy.forwardAll()
                .rewrite("X_BROKEN", value -> {
                    throw new StackOverflowError(value);
                })
                .acceptFrom(sender -> {
                    if (asked.getAndIncrement() == 0) {
                        throw new AssertionError("the first one");
                    }
                    return true;
                });
        try (Fixture fixture = new Fixture(policy)) {
            fixture.assertWithheld("READY=1");
            fixture.assertBecomes("STATUS=up\nX_BROKEN=a", "STATUS=up");
            fixture.assertWithheld("X_BROKEN=a");
            // The last is sent before it is counted.
            await(fixture.relay, counts -> counts.equals(new NotifyRelay.Counts(5, 3, 1, 1, 0)));
        }
    }

    @Test
    void aPolicyAddsToReady() throws Exception {
        AtomicInteger pid = new AtomicInteger();
        RelayPolicy policy = RelayPolicy.forwardAll()
                .drop("MAINPID", "X_OWN")
                .withReady(
                        "MAINPID",
                        () -> Optional.of(pid.get()).filter(p -> p > 0).map(String::valueOf))
                .withReady("X_BROKEN", () -> {
                    throw new IllegalStateException();
                })
                .withReady("X_FORGED", () -> Optional.of("a\nREADY=1"))
                .withReady("X_OWN", () -> Optional.of("C:\\"));
        try (Fixture fixture = new Fixture(policy)) {
            fixture.assertBecomes("READY=1", "READY=1\nX_OWN=C:\\\\");
            pid.set(7);
            String added = "\nMAINPID=7\nX_OWN=C:\\\\";
            fixture.assertBecomes("READY=1", "READY=1" + added);
            fixture.assertBecomes("STATUS=up\nREADY=1\nX_OWN=theirs", "STATUS=up\nREADY=1" + added);
            fixture.assertBecomes("READY=0\nSTATUS=x", "READY=0\nSTATUS=x");
            fixture.assertBecomes("WATCHDOG=1", "WATCHDOG=1");
            fixture.assertWithheld("MAINPID=" + pid());
            // A status gives way; without one the addition does.
            fixture.assertBecomes(
                    "READY=1\nSTATUS=" + "x".repeat(4081),
                    "READY=1\nSTATUS=" + "x".repeat(4081 - added.length()) + added);
            fixture.assertBecomes("READY=1\nX_A=" + "x".repeat(4080), "READY=1\nX_A=" + "x".repeat(4080));
        }
        assertThatThrownBy(() -> RelayPolicy.forwardAll().withReady("READY", Optional::empty))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("key: READY");
    }

    /** What the policy replaces goes, also where it would have been sent on. */
    @Test
    void whatIsAddedToReadyReplaces() throws Exception {
        try (Fixture fixture =
                new Fixture(RelayPolicy.forwardAll().readyOnce().withReady("MAINPID", () -> Optional.of("7")))) {
            fixture.assertBecomes("MAINPID=" + pid() + "\nREADY=1", "READY=1\nMAINPID=7");
            fixture.assertBecomes("READY=1\nSTATUS=second", "STATUS=second");
            fixture.assertBecomes("MAINPID=" + pid(), "MAINPID=" + pid());
        }
    }

    @Test
    void readyOnceUntilTheNextReload() throws Exception {
        try (Fixture fixture = new Fixture(RelayPolicy.forwardAll().readyOnce())) {
            fixture.assertBecomes("READY=1", "READY=1");
            fixture.assertWithheld("READY=1");
            fixture.assertBecomes("READY=1\nSTATUS=x", "STATUS=x");
            fixture.assertBecomes("RELOADING=1", "RELOADING=1");
            fixture.assertBecomes("READY=1", "READY=1");
            fixture.assertWithheld("READY=1");
            assertThat(fixture.relay.counts().withheld()).isEqualTo(2);
        }
    }

    @Test
    void pingsArePaced() throws Exception {
        try (Fixture fixture = new Fixture(RelayPolicy.forwardAll().pingAtMostEvery(Duration.ofMinutes(10)))) {
            fixture.assertBecomes("WATCHDOG=1", "WATCHDOG=1");
            for (int i = 0; i < 100; i++) {
                fixture.sender.send("WATCHDOG=1");
            }
            fixture.assertBecomes("WATCHDOG=1\nSTATUS=x", "STATUS=x");
            fixture.assertBecomes("WATCHDOG=trigger", "WATCHDOG=trigger");
            assertThat(fixture.relay.counts().withheld()).isEqualTo(100);
        }
        try (Fixture fixture = new Fixture(RelayPolicy.forwardAll().pingAtMostEvery(Duration.ofNanos(1000)))) {
            for (int i = 0; i < 3; i++) {
                fixture.assertBecomes("WATCHDOG=1", "WATCHDOG=1");
            }
        }
    }

    @Test
    void whoIsNotHeard() throws Exception {
        int uid = Descriptors.LIBC.getuid();
        List<RelayPolicy.Sender> asked = new ArrayList<>();
        try (Fixture fixture = new Fixture(RelayPolicy.forwardAll().acceptFrom(sender -> {
            asked.add(sender);
            return sender.uid() == uid + 1;
        }))) {
            fixture.sender.send("READY=1", 0);
            fixture.relay.close();

            fixture.manager.assertNothingMore();
            assertThat(fixture.relay.counts()).isEqualTo(new NotifyRelay.Counts(1, 0, 1, 0, 0));
            assertThat(asked).containsExactly(new RelayPolicy.Sender(pid(), uid, Descriptors.LIBC.getgid()));
        }
        try (Fixture fixture = new Fixture(RelayPolicy.forwardAll()
                .acceptFrom(sender -> sender.cgroup().isPresent())
                .acceptFrom(sender -> {
                    if (asked.size() == 1) {
                        asked.clear();
                        throw new IllegalStateException();
                    }
                    return sender.pid() == pid();
                }))) {
            fixture.assertWithheld("READY=1"); // an exception is a no
            fixture.assertBecomes("READY=1", "READY=1");
        }
    }

    private static int pid() {
        return (int) ProcessHandle.current().pid();
    }

    @Test
    void aMainPidMustBeOneThatTheSenderMayName() throws Exception {
        boolean root = Descriptors.LIBC.getuid() == 0;
        try (Fixture fixture = new Fixture(RelayPolicy.forwardAll())) {
            fixture.assertBecomes("MAINPID=" + pid(), "MAINPID=" + pid());
            fixture.assertBecomes("READY=1\nMAINPID=0x" + Integer.toHexString(pid()), "READY=1\nMAINPID=" + pid());
            fixture.assertBecomes("READY=1\nMAINPID=x\nMAINPID=" + pid(), "READY=1");
            fixture.assertBecomes("READY=1\nMAINPID=" + Integer.MAX_VALUE + "\nMAINPIDFDID=7", "READY=1");
            fixture.assertWithheld("MAINPID=0");
            Process child = new ProcessBuilder("sleep", "100").start();
            try {
                fixture.assertBecomes("MAINPID=" + child.pid(), "MAINPID=" + child.pid()); // our control group
            } finally {
                child.destroyForcibly();
            }
            int pidfd = Descriptors.LIBC.pidfd_open(pid(), 0);
            assertThat(pidfd).isPositive();
            fixture.sender.send("MAINPIDFD=1", pidfd);
            try (ReceivedNotification received = fixture.manager.next()) {
                assertThat(received.fields()).containsEntry("MAINPIDFD", "1");
                assertThat(received.descriptorCount()).isEqualTo(1);
            }
            Descriptors.close(pidfd);
            fixture.sender.send("MAINPIDFD=1\nX_A=1", 0); // a descriptor of something else
            try (ReceivedNotification received = fixture.manager.next()) {
                assertThat(received.fields()).containsOnlyKeys("X_A");
                assertThat(received.descriptorCount()).isZero();
            }
        }
        // One who is neither root nor of the same group, and names somebody else's process.
        RelayPolicy.Sender stranger = new RelayPolicy.Sender(pid(), 65534, 65534);
        assertThat(Pids.mayName(stranger, pid())).isTrue();
        if (root) {
            assertThat(Pids.mayName(new RelayPolicy.Sender(pid(), 0, 0), 1)).isTrue();
        }
        assertThat(Pids.mayName(new RelayPolicy.Sender(Integer.MAX_VALUE, 65534, 65534), 1))
                .isFalse();
        assertThat(Pids.mayName(new RelayPolicy.Sender(1, 65534, 65534), pid())).isTrue(); // one below it
        assertThat(Pids.mayName(stranger, 2)).isFalse();
    }

    @Test
    void descriptorsArePassedOnOrClosed() throws Exception {
        try (Fixture fixture = new Fixture(RelayPolicy.forwardAll())) {
            fixture.assertBecomes("READY=1", "READY=1");
            Set<String> before = Descriptors.open();
            int[] pipe = Descriptors.pipe();
            fixture.sender.send("FDSTORE=1\nFDNAME=web", pipe[0], pipe[0]);
            try (ReceivedNotification received = fixture.manager.next()) {
                assertThat(received.parsed().storeName()).contains("web");
                int[] taken = received.takeDescriptors();
                assertThat(taken).hasSize(2);
                Descriptors.write(pipe[1], (byte) 42);
                assertThat(Descriptors.read(taken[1])).isEqualTo((byte) 42);
                Descriptors.close(taken);
            }
            fixture.sender.send("STATUS=nobody wants it", pipe[0]);
            try (ReceivedNotification received = fixture.manager.next()) {
                assertThat(received.descriptorCount()).isZero();
            }
            Descriptors.close(pipe);
            fixture.assertBecomes("X_NEXT=1", "X_NEXT=1");
            assertThat(Descriptors.openedSince(before)).isEmpty();
        }
        try (Fixture fixture = new Fixture(RelayPolicy.forwardAll().drop("FDSTORE"))) {
            fixture.sender.send("FDSTORE=1\nFDNAME=web", 0);
            try (ReceivedNotification received = fixture.manager.next()) {
                assertThat(received.fields()).containsOnlyKeys("FDNAME");
                assertThat(received.descriptorCount()).isZero();
            }
        }
    }

    @Test
    void aBarrierIsPassedOnAndWaitsForTheManager() throws Exception {
        try (Fixture fixture = new Fixture(RelayPolicy.forwardAll());
                Notifier client = Notifier.of(Map.of("NOTIFY_SOCKET", fixture.relay.address()))) {
            client.ready().orThrow();
            CompletableFuture<NotifyResult> barrier =
                    CompletableFuture.supplyAsync(() -> client.barrier(Duration.ofSeconds(60)));
            assertThat(fixture.manager.nextText()).isEqualTo("READY=1");
            try (ReceivedNotification received = fixture.manager.next()) {
                assertThat(received.parsed().isBarrier()).isTrue();
                assertThat(received.descriptorCount()).isEqualTo(1);
                assertThat(barrier).isNotDone();
            }
            assertThat(barrier.get().isSent()).isTrue();
        }
    }

    @Test
    void aBarrierIsAnsweredAfterOneOfItsOwn() throws Exception {
        try (Fixture fixture = new Fixture(RelayPolicy.forwardAll().answerBarriers(Duration.ofSeconds(60)));
                Notifier client = Notifier.of(Map.of("NOTIFY_SOCKET", fixture.relay.address()))) {
            CompletableFuture<NotifyResult> barrier =
                    CompletableFuture.supplyAsync(() -> client.barrier(Duration.ofSeconds(60)));
            try (ReceivedNotification received = fixture.manager.next()) {
                assertThat(received.parsed().isBarrier()).isTrue();
                assertThat(barrier).isNotDone();
            }
            assertThat(barrier.get().isSent()).isTrue();
            // One with something beside it is answered at once and means nothing else.
            int[] pipe = Descriptors.pipe();
            fixture.sender.send("BARRIER=1\nREADY=1", pipe[1]);
            fixture.assertBecomes("X_NEXT=1", "X_NEXT=1");
            Descriptors.close(pipe);
        }
    }

    /** However long a barrier may take while the relay runs. */
    @Test
    void aBarrierThatNobodyAnswersDoesNotHoldUpTheEnd() throws Exception {
        int[] pipe = Descriptors.pipe();
        try (Manager manager = Manager.start();
                Notifier upstream = manager.notifier();
                RawSender other = new RawSender(manager.receiver().address())) {
            NotifyRelay relay = NotifyRelay.start(
                    NotifyReceiver.bind(Manager.freshAddress()),
                    upstream,
                    RelayPolicy.forwardAll().answerBarriers(Duration.ofMinutes(4)));
            try (RawSender sender = new RawSender(relay.address())) {
                while (other.send("X_FULL=1".getBytes(UTF_8), Constants.MSG_DONTWAIT) > 0) {}
                sender.send("STATUS=behind a full queue");
                sender.send("BARRIER=1", pipe[1]);
                await(relay, all -> all.received() == 2);
                CompletableFuture<Void> closing = CompletableFuture.runAsync(relay::close);
                while (sender.send("X_LATE=1".getBytes(UTF_8), Constants.MSG_DONTWAIT) != -Errno.EPIPE) {
                    Thread.onSpinWait(); // until the end has begun
                }
                List<ReceivedNotification> unanswered = new ArrayList<>();
                for (boolean seen = false; !seen; ) {
                    unanswered.add(manager.next());
                    seen = unanswered.get(unanswered.size() - 1).parsed().isBarrier();
                }
                closing.get(60, TimeUnit.SECONDS);
                assertThat(relay.lastFailure()).get().asString().contains("the barrier was not answered in ");
                unanswered.forEach(ReceivedNotification::close);
            }
        }
        Descriptors.close(pipe);
    }

    @Test
    void aFloodArrivesWholeAndInItsOrder() throws Exception {
        try (Fixture fixture = new Fixture(RelayPolicy.forwardAll())) {
            CompletableFuture<Void> flood = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < FLOOD; i++) {
                    fixture.sender.send("STATUS=" + i);
                }
            });
            int expected = 0;
            int dropped = 0;
            long unread = 0; // for how long nothing was read
            long last = System.nanoTime();
            while (expected < FLOOD) {
                String text = fixture.manager.nextText();
                unread = Math.max(unread, System.nanoTime() - last);
                last = System.nanoTime();
                int number = Integer.parseInt(text.substring("STATUS=".length()));
                assertThat(number).isGreaterThanOrEqualTo(expected);
                dropped += number - expected;
                expected = number + 1;
            }
            flood.get();

            int forwarded = FLOOD - dropped;
            await(fixture.relay, counts -> counts.forwarded() == forwarded);
            assertThat(fixture.relay.counts()).isEqualTo(new NotifyRelay.Counts(FLOOD, forwarded, 0, 0, dropped));
            assertThat(dropped == 0 || unread > IMPATIENT_NANOS).isTrue();
        }
    }

    @Test
    void aFloodWhileTheUpstreamStandsIsBoundedAndCounted() throws Exception {
        try (Fixture fixture = new Fixture(RelayPolicy.forwardAll())) {
            Set<String> before = Descriptors.open();
            String status = "STATUS=" + "x".repeat(4000);
            long heap = heap();
            for (int i = 0; i < FLOOD; i++) {
                if (i == FLOOD / 2) {
                    fixture.sender.send("READY=1");
                }
                // Waits for two seconds once, until the relay has given up hope.
                assertThat(fixture.sender.send(status)).isPositive();
            }
            await(
                    fixture.relay,
                    all -> all.received() == FLOOD + 1
                            && all.received() - all.forwarded() - all.dropped() <= RelayQueue.MAX_DATAGRAMS);
            NotifyRelay.Counts counts = fixture.relay.counts();

            assertThat(heap() - heap).isLessThan(16 << 20);
            assertThat(Descriptors.openedSince(before)).hasSizeLessThanOrEqualTo(1); // the socket upwards
            assertThat(counts.refused() + counts.withheld()).isZero();
            assertThat(counts.received() - counts.forwarded() - counts.dropped())
                    .isEqualTo(RelayQueue.MAX_DATAGRAMS);
            assertThat(fixture.relay.lastFailure().orElseThrow()).hasMessageContaining("EAGAIN");

            // It goes on: what was kept arrives, and what weighs more than a status was kept.
            boolean ready = false;
            for (long left = counts.received() - counts.dropped(); left > 0; left--) {
                ready |= fixture.manager.nextText().equals("READY=1");
            }
            assertThat(ready).isTrue();
            fixture.assertBecomes("STOPPING=1", "STOPPING=1");
        }
    }

    private static void await(NotifyRelay relay, Predicate<NotifyRelay.Counts> condition) {
        while (!condition.test(relay.counts())) {
            Thread.onSpinWait(); // the test's time-out is the bound
        }
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void descriptorsOfAFloodAreBoundedToo() throws Exception {
        try (Fixture fixture = new Fixture(RelayPolicy.forwardAll())) {
            Set<String> before = Descriptors.open();
            int[] many = new int[100];
            int sent = 0;
            while (fixture.relay.counts().dropped() < 50) {
                sent += fixture.sender.send("FDSTORE=1".getBytes(UTF_8), Constants.MSG_DONTWAIT, many) > 0 ? 1 : 0;
            }
            assertThat(sent).isGreaterThan(50);
            // What is in the kernel's queues counts for nobody here; one datagram may be on its way through.
            assertThat(Descriptors.openedSince(before)).hasSizeLessThanOrEqualTo(RelayQueue.MAX_DESCRIPTORS + 100 + 1);
            fixture.relay.close();
            fixture.manager.drainAndClose();
            assertThat(Descriptors.openedSince(before)).hasSizeLessThanOrEqualTo(1); // the socket upwards
        }
    }

    @Test
    void anUpstreamThatIsAwayForAWhileMissesNothing(@TempDir Path directory) throws Exception {
        String up = directory.resolve("up").toString();
        try (NotifyRelay relay = NotifyRelay.start(
                        NotifyReceiver.bind(Manager.freshAddress()),
                        Notifier.of(Map.of("NOTIFY_SOCKET", up)),
                        RelayPolicy.forwardAll());
                RawSender sender = new RawSender(relay.address())) {
            sender.send("READY=1"); // before there is one
            try (Manager first = Manager.at(up)) {
                assertThat(first.nextText()).isEqualTo("READY=1");
                sender.send("STATUS=1");
                assertThat(first.nextText()).isEqualTo("STATUS=1");
            }
            for (int i = 2; i < 200; i++) {
                sender.send("STATUS=" + i); // while it restarts
            }
            try (Manager second = Manager.at(up)) {
                for (int i = 2; i < 200; i++) {
                    assertThat(second.nextText()).isEqualTo("STATUS=" + i);
                }
                sender.send("STOPPING=1");
                assertThat(second.nextText()).isEqualTo("STOPPING=1");
            }
            assertThat(relay.counts().dropped()).isZero();
        }
    }

    @Test
    void aRelayThatIsRestartedIsFoundAgain(@TempDir Path directory) throws Exception {
        String path = directory.resolve("relay").toString();
        try (Manager manager = Manager.start();
                Notifier upstream = manager.notifier();
                Notifier client = Notifier.of(Map.of("NOTIFY_SOCKET", path))) {
            for (int i = 0; i < 5; i++) {
                try (NotifyRelay relay =
                        NotifyRelay.start(NotifyReceiver.bind(path), upstream, RelayPolicy.forwardAll())) {
                    assertThat(relay.address()).isEqualTo(path);
                    client.status("run " + i).orThrow();
                    assertThat(manager.nextText()).isEqualTo("STATUS=run " + i);
                    client.status("last of " + i).orThrow();
                    CompletableFuture<Void> closed = CompletableFuture.runAsync(relay::close);
                    // All that was sent is passed on before it ends, and it waits until that was read.
                    assertThat(manager.nextText()).isEqualTo("STATUS=last of " + i);
                    manager.next().close();
                    closed.get();
                }
                NotifierIT.assertFailed(client.status("into the void"), Errno.ENOENT, "nothing is there");
            }
        }
    }

    @Test
    void withoutAManagerNothingIsDroppedBecauseNobodyWantsIt() throws Exception {
        NotifyRelay relay = NotifyRelay.start(
                NotifyReceiver.bind(Manager.freshAddress()), Notifier.of(Map.of()), RelayPolicy.forwardAll());
        try (RawSender sender = new RawSender(relay.address())) {
            sender.send("READY=1");
            relay.close();
            assertThat(relay.counts()).isEqualTo(new NotifyRelay.Counts(1, 0, 0, 1, 0));
            assertThat(relay.lastFailure()).isEmpty();
        }
    }

    @Test
    void anUpstreamThatNeverTakesAnythingDoesNotHoldUpTheEnd() throws Exception {
        try (Manager manager = Manager.start();
                Notifier upstream = manager.notifier()) {
            NotifyRelay relay =
                    NotifyRelay.start(NotifyReceiver.bind(Manager.freshAddress()), upstream, RelayPolicy.forwardAll());
            try (RawSender sender = new RawSender(relay.address())) {
                for (int i = 0; i < 300; i++) {
                    sender.send("STATUS=" + i);
                }
                long start = System.nanoTime();
                relay.close();

                assertThat(Duration.ofNanos(System.nanoTime() - start))
                        .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(60));
                NotifyRelay.Counts counts = relay.counts();
                assertThat(counts.dropped()).isPositive();
                assertThat(counts.dropped() + counts.forwarded()).isEqualTo(300);
            }
        }
    }

    /** Ten million take some minutes: {@code -Dsystemd4j.fuzz.relayed=10000000}. */
    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void noiseIsRefusedAndLeaksNothing() throws Exception {
        relayNoise(1000); // once, so that all is open that the JVM opens for the first of them
        Set<String> before = Descriptors.open();
        relayNoise(Integer.getInteger("systemd4j.fuzz.relayed", 20_000));
        assertThat(Descriptors.openedSince(before)).isEmpty();
    }

    private static void relayNoise(int datagrams) throws Exception {
        Random random = new Random(253);
        AtomicInteger arrived = new AtomicInteger();
        try (Fixture fixture =
                new Fixture(RelayPolicy.forwardAll().prefixStatus("p").readyOnce())) {
            CompletableFuture<Long> reader = CompletableFuture.supplyAsync(() -> drainUntil(fixture.manager, arrived));
            byte[][] pieces = {
                "READY=1\n".getBytes(UTF_8),
                "FDSTORE=1\n".getBytes(UTF_8),
                "STATUS=".getBytes(UTF_8),
                "BARRIER=1\n".getBytes(UTF_8),
                "MAINPID=".getBytes(UTF_8),
                "\\".getBytes(UTF_8),
                "MAINPIDFD=1\n".getBytes(UTF_8),
                {0},
                {'1', '\n'},
                {(byte) 0xFF}
            };
            for (int i = 0; i < datagrams; i++) {
                byte[] datagram = new byte[random.nextInt(200) == 0 ? 5000 : random.nextInt(60)];
                random.nextBytes(datagram);
                for (int at = 0; at < datagram.length && random.nextInt(8) > 0; ) {
                    byte[] piece = pieces[random.nextInt(pieces.length)];
                    System.arraycopy(piece, 0, datagram, at, Math.min(piece.length, datagram.length - at));
                    at += piece.length;
                }
                fixture.sender.send(datagram, 0, random.nextInt(5) == 0 ? new int[random.nextInt(4)] : new int[0]);
            }
            fixture.sender.send("X_END=1");
            long unread = reader.get();
            await(fixture.relay, all -> all.forwarded() >= arrived.get()); // they are sent before they are counted
            NotifyRelay.Counts counts = fixture.relay.counts();
            assertThat(counts.received()).isEqualTo(datagrams + 1L);
            assertThat(counts.refused()).isGreaterThan(datagrams / 10);
            assertThat(counts.forwarded()).isEqualTo(arrived.get()).isGreaterThan(datagrams / 10);
            assertThat(counts.dropped() == 0 || unread > IMPATIENT_NANOS).isTrue();
        }
    }

    /** Takes all that comes, which must be what systemd would take, until the end is said; for how long it read nothing. */
    private static long drainUntil(Manager manager, AtomicInteger arrived) {
        long unread = 0;
        try {
            while (true) {
                long last = System.nanoTime();
                try (ReceivedNotification received = manager.next()) {
                    unread = Math.max(unread, System.nanoTime() - last);
                    arrived.incrementAndGet();
                    assertThat(received.parsed().ignoredBecause()).isEmpty();
                    assertThat(received.bytes().length).isBetween(1, 4096);
                    if (received.fields().containsKey("X_END")) {
                        return unread;
                    }
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
