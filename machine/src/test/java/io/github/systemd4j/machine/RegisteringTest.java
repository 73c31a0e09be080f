package io.github.systemd4j.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.systemd4j.machine.MachineException.Reason;
import io.github.systemd4j.machine.dbus.FakeBus;
import io.github.systemd4j.machine.dbus.FakeBus.Peer;
import io.github.systemd4j.machine.dbus.Message;
import io.github.systemd4j.machine.dbus.Variant;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which of machined's calls are made, by its version, and what its errors are called. The real one is in the box. */
@Timeout(120)
class RegisteringTest {

    private static final String NO_SUCH_MACHINE = "org.freedesktop.machine1.NoSuchMachine";
    private static final String UNKNOWN_METHOD = "org.freedesktop.DBus.Error.UnknownMethod";
    private static final String BUS = "org.freedesktop.DBus";
    private static final String MACHINED = ":1.7";

    private static final Set<String> NEWEST =
            Set.of("RegisterMachineEx", "RegisterMachineWithNetwork", "RegisterMachine", "CreateMachineWithNetwork");
    private static final Set<String> OF_252 = Set.of("RegisterMachineWithNetwork", "RegisterMachine");
    private static final Set<String> OLDEST = Set.of("RegisterMachine", "CreateMachine");

    private final List<Message> calls = Collections.synchronizedList(new ArrayList<>());

    /** A machined that has these methods. */
    private FakeBus machined(Set<String> methods) throws IOException {
        return new FakeBus((call, peer) -> {
            calls.add(call);
            String member = String.valueOf(call.member());
            switch (member) {
                case "GetConnectionUnixProcessID" ->
                    peer.returns("u", ProcessHandle.current().pid());
                case "GetMachine" -> peer.fails(NO_SUCH_MACHINE, MACHINED);
                case "GetMachineByPID" -> peer.fails("org.freedesktop.machine1.NoMachineForPID", MACHINED);
                default -> answer(methods.contains(member), peer);
            }
        });
    }

    private static void answer(boolean known, Peer peer) throws IOException {
        if (known) {
            peer.returns("o", "/org/freedesktop/machine1/machine/web");
        } else {
            peer.fails(UNKNOWN_METHOD, MACHINED);
        }
    }

    private static Systemd systemd(FakeBus fake) {
        return Systemd.at(fake.address(), Duration.ofSeconds(60));
    }

    private List<String> registering() {
        return calls.stream()
                .map(call -> String.valueOf(call.member()))
                .filter(member -> member.startsWith("Register") || member.startsWith("Create"))
                .toList();
    }

    private Message last() {
        return calls.get(calls.size() - 1);
    }

    @Test
    void theNewestVersionIsToldByNames() throws Exception {
        MachineSpec spec = MachineSpec.named("web")
                .withId(new UUID(1, 2))
                .withService("runc")
                .withClass(MachineClass.VM)
                .withRoot(Path.of("/srv"))
                .withNetworkInterfaces(3, 4);
        try (FakeBus fake = machined(NEWEST);
                Systemd systemd = systemd(fake)) {
            assertThat(systemd.machines().register(spec).name()).isEqualTo("web");
        }
        assertThat(registering()).containsExactly("RegisterMachineEx");
        assertThat(last().signature()).isEqualTo("sa(sv)");
        List<?> properties = (List<?>) last().body().get(1);
        assertThat(properties.stream().map(each -> ((List<?>) each).get(0)).toList())
                .isEqualTo(List.of("Id", "Service", "Class", "RootDirectory", "NetworkInterfaces"));
        assertThat(((Variant) ((List<?>) properties.get(0)).get(1)).value())
                .isEqualTo(new byte[] {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2});
    }

    @Test
    void olderVersionsAreAskedOneAfterTheOther() throws Exception {
        try (FakeBus fake = machined(OF_252);
                Systemd systemd = systemd(fake)) {
            systemd.machines().register(MachineSpec.named("web"));
        }
        assertThat(registering()).containsExactly("RegisterMachineEx", "RegisterMachineWithNetwork");
        assertThat(last().signature()).isEqualTo("sayssusai");
        calls.clear();
        try (FakeBus fake = machined(OLDEST);
                Systemd systemd = systemd(fake)) {
            systemd.machines().register(MachineSpec.named("web"));
            assertThat(last().member()).isEqualTo("RegisterMachine");
            systemd.machines().create(MachineSpec.named("vm").withLeader(77), UnitProperties.none());
            assertThat(last().member()).isEqualTo("CreateMachine");
            assertThat(Reasons.of(() ->
                            systemd.machines().register(MachineSpec.named("web").withNetworkInterfaces(1))))
                    .isEqualTo(Reason.NOT_SUPPORTED);
        }
    }

    @Test
    void aPidIsNoDescriptorAndSoIsNotForTheNewestCall() throws Exception {
        try (FakeBus fake = machined(NEWEST);
                Systemd systemd = systemd(fake)) {
            systemd.machines().register(MachineSpec.named("web").withLeader(77));
        }
        assertThat(registering()).containsExactly("RegisterMachineWithNetwork");
        assertThat(last().body().get(4)).isEqualTo(77L);
    }

    @Test
    void namesOfErrorsAreReasons() throws Exception {
        assertReason("org.freedesktop.DBus.Error.AccessDenied", BUS, Reason.REFUSED_BY_BUS);
        assertReason("org.freedesktop.DBus.Error.AccessDenied", MACHINED, Reason.REFUSED_BY_POLKIT);
        assertReason("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", MACHINED, Reason.REFUSED_BY_POLKIT);
        assertReason("org.freedesktop.DBus.Error.ServiceUnknown", BUS, Reason.NO_SERVICE);
        assertReason("org.freedesktop.DBus.Error.Spawn.ExecFailed", BUS, Reason.NO_SERVICE);
        assertReason("org.freedesktop.systemd1.UnitMasked", BUS, Reason.NO_SERVICE);
        assertReason("org.freedesktop.DBus.Error.NoReply", BUS, Reason.CONNECTION_LOST);
        assertReason("org.freedesktop.machine1.MachineExists", MACHINED, Reason.MACHINE_EXISTS);
        assertReason("org.freedesktop.DBus.Error.FileExists", MACHINED, Reason.LEADER_REGISTERED);
        assertReason("System.Error.EEXIST", MACHINED, Reason.LEADER_REGISTERED);
        assertReason("System.Error.ENXIO", MACHINED, Reason.NOT_IN_UNIT);
        assertReason("org.freedesktop.DBus.Error.UnixProcessIdUnknown", MACHINED, Reason.NO_SUCH_PROCESS);
        assertReason("org.freedesktop.DBus.Error.InvalidArgs", MACHINED, Reason.INVALID_ARGUMENT);
        assertReason("com.example.Whatever", MACHINED, Reason.OTHER);
    }

    private static void assertReason(String errorName, String sender, Reason reason) throws Exception {
        FakeBus.Service service = (call, peer) -> {
            switch (String.valueOf(call.member())) {
                case "GetConnectionUnixProcessID" ->
                    peer.returns("u", ProcessHandle.current().pid());
                case "GetMachine", "GetMachineByPID" -> peer.fails(NO_SUCH_MACHINE, MACHINED);
                default -> peer.fails(errorName, sender);
            }
        };
        try (FakeBus fake = new FakeBus(service);
                Systemd systemd = systemd(fake)) {
            systemd.machines().register(MachineSpec.named("web"));
            throw new AssertionError("it worked");
        } catch (MachineException e) {
            assertThat(e.reason()).as(errorName).isEqualTo(reason);
            assertThat(e.errorName()).isEqualTo(errorName);
            assertThat(e.call()).isEqualTo("RegisterMachine");
            assertThat(e.target()).isEqualTo("web");
            assertThat(e).hasMessageStartingWith("RegisterMachine(web): " + reason + ": ");
        }
    }

    @Test
    void anAnswerOfAnotherTypeIsNoAnswer() throws Exception {
        try (FakeBus fake = new FakeBus((call, peer) -> peer.returns("i", 1));
                Systemd systemd = systemd(fake)) {
            assertThat(Reasons.of(() -> systemd.machines().list())).isEqualTo(Reason.PROTOCOL);
            assertThat(systemd.machines().isAvailable()).isFalse();
            assertThat(systemd.isThere()).isFalse();
        }
    }

    /** One that hangs does not keep others for ever. */
    @Test
    void whoWaitsForAnotherThreadsRegistrationWaitsNoLongerThanForACall() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        FakeBus.Service hangs = (call, peer) -> {
            if ("GetMachine".equals(call.member())) {
                begun.countDown();
                await(goOn);
            }
            peer.fails(NO_SUCH_MACHINE, MACHINED);
        };
        try (FakeBus first = new FakeBus(hangs);
                FakeBus second = machined(NEWEST);
                Systemd slow = systemd(first);
                Systemd waiting = Systemd.at(second.address(), Duration.ofMillis(300))) {
            CompletableFuture<Reason> one = CompletableFuture.supplyAsync(() -> {
                try {
                    return Reasons.of(() -> slow.machines().register(MachineSpec.named("one")));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            await(begun);
            Thread.currentThread().interrupt();
            MachineException refused = catchThrowableOfType(
                    MachineException.class, () -> waiting.machines().register(MachineSpec.named("two")));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(refused.reason()).isEqualTo(Reason.TIMEOUT);
            assertThat(refused).hasMessageContaining("this one was not begun");
            assertThat(calls).isEmpty();
            goOn.countDown();
            assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo(Reason.NO_SUCH_MACHINE);
            assertThat(waiting.machines().register(MachineSpec.named("two"))).hasToString("two");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A name that is about to be free is waited for as long by a thread that was interrupted. */
    @Test
    void anInterruptDoesNotCutThePausesBetweenTries() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        FakeBus.Service service = (call, peer) -> {
            switch (String.valueOf(call.member())) {
                case "GetConnectionUnixProcessID" ->
                    peer.returns("u", ProcessHandle.current().pid());
                case "StartTransientUnit" -> {
                    tries.incrementAndGet();
                    peer.fails("org.freedesktop.systemd1.UnitExists", MACHINED);
                }
                case "GetUnit" -> peer.fails("org.freedesktop.systemd1.NoSuchUnit", MACHINED);
                default -> peer.returns("");
            }
        };
        try (FakeBus fake = new FakeBus(service);
                Systemd systemd = systemd(fake)) {
            long start = System.nanoTime();
            Thread.currentThread().interrupt();
            Reason reason = Reasons.of(
                    () -> systemd.units().startScope(ScopeSpec.named("a.scope").withProcesses(77)));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(reason).isEqualTo(Reason.UNIT_EXISTS);
            assertThat(tries).hasValue(100);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(490));
        }
    }

    /** Nobody can fill our memory with names. */
    @Test
    void signalsThatMachinedWouldNotSendAreNotKept() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        FakeBus.Service service = (call, peer) -> {
            switch (String.valueOf(call.member())) {
                case "AddMatch" -> {
                    for (String name : List.of("x".repeat(65), "y".repeat(60_000), "web")) {
                        peer.signals(
                                "/org/freedesktop/machine1",
                                "org.freedesktop.machine1.Manager",
                                "MachineNew",
                                MACHINED,
                                "so",
                                name,
                                "/x");
                    }
                    peer.returns("");
                }
                case "GetNameOwner" -> peer.returns("s", MACHINED);
                default -> peer.returns("");
            }
        };
        MachineListener listener = new MachineListener() {
            @Override
            public void added(String name) {
                heard.add(name);
            }

            @Override
            public void removed(String name) {
                heard.add("-" + name);
            }
        };
        try (FakeBus fake = new FakeBus(service);
                Systemd systemd = systemd(fake);
                Closeable watch = systemd.machines().listen(listener)) {
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("web");
            assertThat(watch).isNotNull();
        }
    }

    /** Anybody may send us a signal; the job has ended when systemd says so. */
    @Test
    void theEndOfAJobIsToldBySystemdAlone() throws Exception {
        FakeBus.Service service = (call, peer) -> {
            switch (String.valueOf(call.member())) {
                case "GetConnectionUnixProcessID" ->
                    peer.returns("u", ProcessHandle.current().pid());
                case "StartTransientUnit" -> {
                    removed(peer, "/job/1", ":1.66", "done");
                    removed(peer, "/job/2", MACHINED, "done");
                    removed(peer, "/job/1", MACHINED, "failed");
                    peer.returns("o", "/job/1");
                }
                default -> peer.returns("");
            }
        };
        try (FakeBus fake = new FakeBus(service);
                Systemd systemd = systemd(fake)) {
            assertThat(Reasons.of(() -> systemd.units()
                            .startScope(ScopeSpec.named("a.scope").withProcesses(77))))
                    .isEqualTo(Reason.JOB_FAILED);
        }
    }

    private static void removed(Peer peer, String job, String sender, String result) throws IOException {
        peer.signals(
                "/org/freedesktop/systemd1",
                "org.freedesktop.systemd1.Manager",
                "JobRemoved",
                sender,
                "uoss",
                1,
                job,
                "a.scope",
                result);
    }
}
