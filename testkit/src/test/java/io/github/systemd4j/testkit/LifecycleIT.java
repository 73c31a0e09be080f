package io.github.systemd4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.SocketProcess;
import io.github.systemd4j.sdnotify.Notification;
import io.github.systemd4j.sdnotify.Notifier;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** What is open when, and that nothing is left: test classes that are run by tests. */
@Timeout(120)
class LifecycleIT {

    /** What the test classes below had, which nobody has any more afterwards. */
    private static final List<SocketProcess> CHILDREN = new ArrayList<>();

    private static final List<Path> PATHS = new ArrayList<>();
    private static final List<String> ADDRESSES = new ArrayList<>();

    /** Where a process writes the pid of its own child. */
    private static Path startedLate = Path.of("");

    private Set<String> before = Set.of();

    @BeforeEach
    void forget() throws IOException {
        CHILDREN.clear();
        PATHS.clear();
        ADDRESSES.clear();
        ServerSocketChannel.open().close(); // the JDK keeps a descriptor of its own from the first channel on
        before = Descriptors.open();
    }

    private void nothingIsLeft() {
        Descriptors.assertOpenedSince(before, 0);
        assertThat(CHILDREN).isNotEmpty().noneMatch(Process::isAlive);
        assertThat(PATHS).isNotEmpty().noneMatch(Files::exists);
    }

    private static TestExecutionSummary run(Class<?> tests) {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests))
                .build();
        LauncherFactory.create().execute(request, summary);
        return summary.getSummary();
    }

    /** Takes all that there is to take, and gives nothing back. */
    private static void takeEverything(Activator activator, String... program) throws IOException {
        PATHS.add(Path.of(activator.addressText("unix")));
        PATHS.add(Path.of(activator.addressText("unix")).getParent());
        ADDRESSES.add(activator.addressText("tcp"));
        Activation unused = activator.activation();
        CHILDREN.add(activator.start(new ProcessBuilder(program)));
        SocketChannel unusedToo = activator.connect("seqpacket");
    }

    private static Activator.Builder sockets() {
        return Activator.builder()
                .tcp("tcp")
                .unixStream("unix")
                .unixSeqpacket("seqpacket")
                .abstractStream("abstract")
                .fifo("fifo")
                .connection("connection");
    }

    static class Failing {
        @RegisterExtension
        final Activator activator = sockets().build();

        @RegisterExtension
        final ServiceManager manager = ServiceManager.create();

        @RegisterExtension
        final JournalDaemon journal = JournalDaemon.create();

        @Test
        void leavesEverythingAndFails() throws Exception {
            takeEverything(activator, "sleep", "1000");
            PATHS.add(Path.of(manager.address()));
            PATHS.add(Path.of(journal.socket()));
            CHILDREN.add(manager.start(new ProcessBuilder("sleep", "1000")));
            try (Notifier service = Notifier.of(manager.environment())) {
                service.send(Notification.builder().storeDescriptors("one", 1).build());
                manager.awaitStored("one", Duration.ofSeconds(60));
            }
            Activation unused = manager.activation();
            throw new AssertionError("as it must");
        }

        @Test
        void theNext() throws Exception {
            takeEverything(activator, "sleep", "1000");
        }
    }

    @Test
    void aTestThatFailsLeavesNothing() {
        TestExecutionSummary summary = run(Failing.class);

        assertThat(summary.getFailures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.getException()).hasMessage("as it must"));
        assertThat(summary.getTestsSucceededCount()).isEqualTo(1);
        assertThat(CHILDREN)
                .hasSize(3)
                .allSatisfy(child -> assertThat(child.exitSignal()).hasValue(15));
        assertThat(ADDRESSES).doesNotHaveDuplicates();
        nothingIsLeft();
    }

    static class Stubborn {
        @RegisterExtension
        final Activator activator = sockets().stopTimeout(Duration.ofSeconds(2)).build();

        @Test
        void startsWhatIgnoresSigterm() throws Exception {
            String onSigterm = "trap 'sleep 1000 & echo $! > " + startedLate + "' TERM; ";
            takeEverything(activator, "sh", "-c", onSigterm + "sleep 1000 & echo ready; while :; do wait; done");
            assertThat(CHILDREN.get(0).inputReader().readLine()).isEqualTo("ready");
        }
    }

    @Test
    void aProcessThatIgnoresSigtermIsKilledWithWhatItStartedThen(@TempDir Path directory) throws Exception {
        startedLate = directory.resolve("pid");

        assertThat(run(Stubborn.class).getTestsSucceededCount()).isEqualTo(1);

        assertThat(CHILDREN.get(0).exitSignal()).hasValue(9);
        ActivatorIT.ended(Long.parseLong(Files.readString(startedLate).strip()));
        nothingIsLeft();
    }

    static class OutOfTime {
        @RegisterExtension
        final Activator activator = sockets().build();

        @Test
        void waitsForWhatNeverComes() throws Exception {
            takeEverything(activator, "sleep", "1000");
            Thread.currentThread().interrupt(); // as JUnit's time-out does
            CHILDREN.get(0).waitFor();
        }
    }

    @Test
    void aTestThatIsInterruptedLeavesNothing() {
        assertThat(run(OutOfTime.class).getTestsFailedCount()).isEqualTo(1);

        nothingIsLeft();
    }

    static class PerClass {
        @RegisterExtension
        static final Activator activator = sockets().build();

        @BeforeAll
        static void start() throws Exception {
            takeEverything(activator, "sleep", "1000");
        }

        @Test
        void one() {
            theSameSockets(activator);
        }

        @Test
        void other() {
            theSameSockets(activator);
        }

        @Nested
        class Within {
            @Test
            void third() {
                theSameSockets(activator);
            }
        }

        @Nested
        class WithinToo {
            @Test
            void fourth() {
                theSameSockets(activator);
            }
        }
    }

    private static void theSameSockets(Activator activator) {
        assertThat(CHILDREN.get(0).isAlive()).isTrue();
        assertThat(ADDRESSES).contains(activator.addressText("tcp"));
    }

    @Test
    void thoseOfAStaticFieldAreTheClasss() {
        assertThat(run(PerClass.class).getTestsSucceededCount()).isEqualTo(4);

        assertThat(CHILDREN).hasSize(1);
        nothingIsLeft();
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class OneInstance {
        @RegisterExtension
        final Activator activator = sockets().build();

        @Test
        void one() throws Exception {
            takeEverything(activator, "sleep", "1000");
        }

        @Test
        void other() throws Exception {
            takeEverything(activator, "sleep", "1000");
        }
    }

    @Test
    void thoseOfAnInstanceForAllTestsAreTheClassesToo() {
        assertThat(run(OneInstance.class).getTestsSucceededCount()).isEqualTo(2);

        assertThat(ADDRESSES).hasSize(2);
        assertThat(ADDRESSES.get(0)).isEqualTo(ADDRESSES.get(1));
        nothingIsLeft();
    }

    static class PerTest {
        @RegisterExtension
        final Activator activator = sockets().build();

        @Nested
        class Within {
            @Test
            void one() throws Exception {
                takeEverything(activator, "sleep", "1000");
            }

            @Test
            void other() throws Exception {
                takeEverything(activator, "sleep", "1000");
            }
        }
    }

    @Test
    void thoseOfAnInstanceAreTheTests() {
        assertThat(run(PerTest.class).getTestsSucceededCount()).isEqualTo(2);

        assertThat(PATHS).hasSize(4).doesNotHaveDuplicates();
        nothingIsLeft();
    }
}
