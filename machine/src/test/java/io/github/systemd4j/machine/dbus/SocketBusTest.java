package io.github.systemd4j.machine.dbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.machine.dbus.BusException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The connection, with a bus that behaves as none does. */
@Timeout(180)
class SocketBusTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(100);

    private static final FakeBus.Service ECHO =
            (call, peer) -> peer.returns(call.signature(), call.body().toArray());

    private static Object echo(SocketBus bus, Object value) throws BusException {
        return bus.call("a.b", "/c", "d.e", "Echo", "s", value).body().get(0);
    }

    private static Kind failure(SocketBus bus) {
        try {
            echo(bus, "x");
        } catch (BusException e) {
            assertThat(e.getMessage()).isNotEmpty();
            return e.kind();
        }
        throw new AssertionError("it worked");
    }

    @Test
    void repliesInTheOtherByteOrder() throws Exception {
        try (FakeBus fake = new FakeBus(ByteOrder.BIG_ENDIAN, "OK 0\r\n", ECHO);
                SocketBus bus = new SocketBus(fake.address(), LONG)) {
            assertThat(echo(bus, "one")).isEqualTo("one");
            assertThat(bus.call("a.b", "/c", "d.e", "F", "a(iay)xd", List.of(List.of(-2, new byte[] {1})), -7, 0.5)
                            .body()
                            .get(1))
                    .isEqualTo(-7L);
        }
    }

    @Test
    void withoutASocketTheAnswerComesAtOnce() {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            try (SocketBus bus = new SocketBus("unix:path=/nonexistent/bus", LONG)) {
                long start = System.nanoTime();
                assertThat(failure(bus)).isEqualTo(Kind.NO_BUS);
                best = Math.min(best, System.nanoTime() - start);
            }
        }
        assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofMillis(100));
    }

    @Test
    void addresses() throws Exception {
        assertThat(BusAddress.path("unix:path=/run/dbus/system_bus_socket")).hasToString("/run/dbus/system_bus_socket");
        assertThat(BusAddress.path("tcp:host=a;unix:guid=1,path=/a%20b%2c;unix:path=/c"))
                .hasToString("/a b,");
        for (String address : List.of(
                "",
                "tcp:host=a",
                "unix:abstract=/a",
                "unix:path=",
                "unix:path=%zz",
                "/run/bus",
                "unix:path=/" + "x".repeat(200))) {
            try (SocketBus bus = new SocketBus(address, LONG)) {
                assertThat(failure(bus)).as(address).isEqualTo(Kind.NO_BUS);
            }
        }
    }

    @Test
    void anAnswerThatComesTooLateIsNotTakenForTheNext() throws Exception {
        CountDownLatch late = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        FakeBus.Service service = (call, peer) -> {
            if (calls.getAndIncrement() == 0) {
                awaitUninterrupted(late);
            }
            peer.returns("s", call.body().get(0));
        };
        try (FakeBus fake = new FakeBus(service);
                SocketBus bus = new SocketBus(fake.address(), Duration.ofSeconds(2))) {
            assertThat(failure(bus)).isEqualTo(Kind.TIMEOUT);
            late.countDown();
            assertThat(echo(bus, "second")).isEqualTo("second");
            assertThat(fake.connections()).isEqualTo(1);
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whoHangsUpIsCalledAgain() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        FakeBus.Service service = (call, peer) -> {
            if (calls.getAndIncrement() == 0) {
                throw new IOException("hang up");
            }
            ECHO.called(call, peer);
        };
        try (FakeBus fake = new FakeBus(service);
                SocketBus bus = new SocketBus(fake.address(), LONG)) {
            assertThat(failure(bus)).isEqualTo(Kind.LOST);
            assertThat(echo(bus, "again")).isEqualTo("again");
            assertThat(fake.connections()).isEqualTo(2);
        }
    }

    @Test
    void whatIsNoMessageEndsTheConnection() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        FakeBus.Service service = (call, peer) -> {
            if (calls.getAndIncrement() == 0) {
                peer.send(ByteBuffer.wrap(new byte[64]));
            } else {
                ECHO.called(call, peer);
            }
        };
        try (FakeBus fake = new FakeBus(service);
                SocketBus bus = new SocketBus(fake.address(), LONG)) {
            assertThat(failure(bus)).isEqualTo(Kind.MALFORMED);
            assertThat(echo(bus, "again")).isEqualTo("again");
        }
    }

    @Test
    void whoDoesNotLetUsInAndWhoSaysNothing() throws Exception {
        try (FakeBus fake = new FakeBus(ByteOrder.LITTLE_ENDIAN, "REJECTED EXTERNAL\r\n", ECHO);
                SocketBus bus = new SocketBus(fake.address(), LONG)) {
            assertThat(failure(bus)).isEqualTo(Kind.REFUSED);
        }
        try (FakeBus fake = new FakeBus(ByteOrder.LITTLE_ENDIAN, "", ECHO);
                SocketBus bus = new SocketBus(fake.address(), SHORT)) {
            assertThat(failure(bus)).isEqualTo(Kind.TIMEOUT);
        }
        try (FakeBus fake = new FakeBus(ByteOrder.LITTLE_ENDIAN, "x".repeat(20_000), ECHO);
                SocketBus bus = new SocketBus(fake.address(), LONG)) {
            assertThat(failure(bus)).isEqualTo(Kind.MALFORMED);
        }
    }

    @Test
    void anAnswerThatIsLongerThanTheBuffers() throws Exception {
        String text = "ä".repeat(30_000);
        try (FakeBus fake = new FakeBus(ECHO);
                SocketBus bus = new SocketBus(fake.address(), LONG)) {
            assertThat(echo(bus, text)).isEqualTo(text);
            assertThat(echo(bus, "short")).isEqualTo("short");
        }
    }

    @Test
    void anInterruptIsKeptAndNeitherEndsTheWaitNorTheConnection() throws Exception {
        try (FakeBus fake = new FakeBus(ECHO);
                SocketBus bus = new SocketBus(fake.address(), LONG)) {
            Thread.currentThread().interrupt();
            assertThat(echo(bus, "first")).isEqualTo("first");
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            assertThat(echo(bus, "second")).isEqualTo("second");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(fake.connections()).isEqualTo(1);
        }
    }

    @Test
    void manyThreadsGetEachItsOwnAnswer() throws Exception {
        try (FakeBus fake = new FakeBus(ECHO);
                SocketBus bus = new SocketBus(fake.address(), LONG)) {
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                String name = "thread-" + thread + "-";
                all.add(CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 200; i++) {
                        try {
                            assertThat(echo(bus, name + i)).isEqualTo(name + i);
                        } catch (BusException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                }));
            }
            for (CompletableFuture<Void> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
            assertThat(fake.connections()).isEqualTo(1);
        }
    }

    @Test
    void closingEndsTheWaitAndTheThread() throws Exception {
        CountDownLatch called = new CountDownLatch(1);
        try (FakeBus fake = new FakeBus((call, peer) -> called.countDown())) {
            SocketBus bus = new SocketBus(fake.address(), LONG);
            CompletableFuture<Kind> waiting = CompletableFuture.supplyAsync(() -> failure(bus));
            assertThat(called.await(60, TimeUnit.SECONDS)).isTrue();
            List<Thread> threads = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("systemd4j-dbus"))
                    .toList();
            assertThat(threads).isNotEmpty().allMatch(Thread::isDaemon);

            bus.close();
            bus.close();

            assertThat(waiting.get(60, TimeUnit.SECONDS)).isEqualTo(Kind.CLOSED);
            assertThat(failure(bus)).isEqualTo(Kind.CLOSED);
            for (Thread thread : threads) {
                thread.join(60_000);
                assertThat(thread.isAlive()).isFalse();
            }
        }
    }

    /** What is received, on the thread that reads. */
    private static final class Heard implements Bus.SignalHandler {

        private final List<Object> texts = Collections.synchronizedList(new ArrayList<>());
        private final CountDownLatch gone = new CountDownLatch(1);

        @Override
        public void signal(Message signal) {
            texts.add(signal.body().get(0));
        }

        @Override
        public void lost() {
            gone.countDown();
        }
    }

    /** Anybody on the bus can send them to us. */
    @Test
    void signalsOfMegabytesAreNobodys() throws Exception {
        String long1 = "x".repeat(1 << 20);
        FakeBus.Service service = (call, peer) -> {
            if ("Echo".equals(call.member())) {
                for (String text : List.of(long1, "one", long1, long1, "two", "y".repeat(70_000))) {
                    peer.signals("/c", "d.e", "Said", ":1.6", "s", text);
                }
            }
            ECHO.called(call, peer);
        };
        try (FakeBus fake = new FakeBus(service);
                SocketBus bus = new SocketBus(fake.address(), LONG)) {
            Heard heard = new Heard();
            bus.subscribe(new SignalFilter("a.b", "/c", "d.e"), heard);
            assertThat(echo(bus, long1)).isEqualTo(long1); // an answer may be as long as it is
            assertThat(echo(bus, "again")).isEqualTo("again");
            assertThat(heard.texts).containsExactly("one", "two", "one", "two");
        }
    }

    @Test
    void aCallThatWasGivenUpBeforeItWasSentIsNotMade() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        List<Object> called = Collections.synchronizedList(new ArrayList<>());
        FakeBus.Service service = (call, peer) -> {
            called.add(call.body().get(0));
            awaitUninterrupted(goOn); // the first call; then the socket fills up
            ECHO.called(call, peer);
        };
        try (FakeBus fake = new FakeBus(service);
                SocketBus bus = new SocketBus(fake.address(), Duration.ofSeconds(4))) {
            String large = "x".repeat(4 << 20);
            List<CompletableFuture<Kind>> given = new ArrayList<>();
            for (String text : List.of("first", large, "third")) {
                given.add(CompletableFuture.supplyAsync(() -> failure(bus, text)));
                // a bound for each, one after the other, so that they are sent in this order
                assertThat(given.get(given.size() - 1).get(20, TimeUnit.SECONDS))
                        .isEqualTo(Kind.TIMEOUT);
            }
            goOn.countDown();
            assertThat(echo(bus, "fourth")).isEqualTo("fourth");
            assertThat(called).containsExactly("first", large, "fourth");
        }
    }

    private static Kind failure(SocketBus bus, String text) {
        try {
            echo(bus, text);
        } catch (BusException e) {
            return e.kind();
        }
        throw new AssertionError("it worked");
    }

    /** Whoever floods us keeps us neither from calls nor from the end. */
    @Test
    void aFloodOfSignals() throws Exception {
        FakeBus.Service service = (call, peer) -> {
            ECHO.called(call, peer);
            if (call.body().get(0).equals("flood")) {
                while (true) { // until it is hung up
                    peer.signals("/c", "d.e", "Said", ":1.6", "s", "x".repeat(1000));
                }
            }
        };
        try (FakeBus fake = new FakeBus(service)) {
            SocketBus bus = new SocketBus(fake.address(), LONG);
            Heard heard = new Heard();
            bus.subscribe(new SignalFilter("a.b", "/c", "nobody"), heard);
            assertThat(echo(bus, "flood")).isEqualTo("flood");
            bus.close();
            assertThat(failure(bus)).isEqualTo(Kind.CLOSED);
            awaitUninterrupted(heard.gone);
            assertThat(heard.texts).isEmpty();
        }
    }

    @Test
    void errorsHaveTheirNameAndWhoSaysIt() throws Exception {
        FakeBus.Service service = (call, peer) ->
                peer.fails("a.b.Error", String.valueOf(call.body().get(0)));
        try (FakeBus fake = new FakeBus(service);
                SocketBus bus = new SocketBus(fake.address(), LONG)) {
            for (String sender : List.of("org.freedesktop.DBus", ":1.3")) {
                try {
                    echo(bus, sender);
                    throw new AssertionError("it worked");
                } catch (BusException e) {
                    assertThat(e.kind()).isEqualTo(Kind.ERROR);
                    assertThat(e.errorName()).isEqualTo("a.b.Error");
                    assertThat(e.isOfBus()).isEqualTo(sender.startsWith("org"));
                    assertThat(e).hasMessage("a.b.Error: in words");
                }
            }
        }
    }
}
