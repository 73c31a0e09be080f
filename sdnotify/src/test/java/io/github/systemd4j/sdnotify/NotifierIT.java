package io.github.systemd4j.sdnotify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.systemd4j.linux.Diagnostics;
import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What arrives, on every back-end. */
@Timeout(120)
class NotifierIT {

    @Test
    void runsOnTheBackEndThatThisRunIsAbout() {
        assertThat(Diagnostics.current().backend()).isEqualTo(System.getProperty("systemd4j.expected.backend"));
    }

    @Test
    void theConstants() throws Exception {
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier()) {
            assertThat(notifier.isEnabled()).isTrue();

            assertThat(notifier.ready().isSent()).isTrue();
            assertThat(manager.nextText()).isEqualTo("READY=1");
            assertThat(notifier.status("läuft 日本語 😀").isSent()).isTrue();
            assertThat(manager.nextText()).isEqualTo("STATUS=läuft 日本語 😀");
            assertThat(notifier.watchdog().isSent()).isTrue();
            assertThat(manager.nextText()).isEqualTo("WATCHDOG=1");
            assertThat(notifier.stopping().isSent()).isTrue();
            assertThat(manager.nextText()).isEqualTo("STOPPING=1");
            assertThat(notifier.stopping("bye").isSent()).isTrue();
            assertThat(manager.nextText()).isEqualTo("STOPPING=1\nSTATUS=bye");
            assertThat(notifier.ready("up").isSent()).isTrue();
            assertThat(manager.nextText()).isEqualTo("READY=1\nSTATUS=up");
            manager.assertNothingMore();
            assertThat(notifier.failures()).isZero();
            assertThat(notifier.lastFailure()).isEmpty();
        }
    }

    @Test
    void theKernelSaysWhoSent() throws Exception {
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier()) {
            notifier.ready().orThrow();

            ReceivedNotification received = manager.next();

            assertThat(received.pid()).isEqualTo((int) ProcessHandle.current().pid());
            assertThat(received.uid()).isEqualTo(Descriptors.LIBC.getuid());
            assertThat(received.gid()).isEqualTo(Descriptors.LIBC.getgid());
            assertThat(received.isTruncated()).isFalse();
        }
    }

    @Test
    void aReloadTellsItsTime() throws Exception {
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier()) {
            long before = System.nanoTime() / 1000;
            notifier.reloading().orThrow();
            long after = System.nanoTime() / 1000;

            ReceivedNotification received = manager.next();

            assertThat(received.field("RELOADING")).contains("1");
            long usec = Long.parseLong(received.field("MONOTONIC_USEC").orElseThrow());
            assertThat(usec).isBetween(before, after + 1);
        }
    }

    @Test
    void theLongestDatagramArrivesWhole() throws Exception {
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier()) {
            notifier.status("a".repeat(100_000)).orThrow();

            assertThat(manager.nextText()).isEqualTo("STATUS=" + "a".repeat(4089));
        }
    }

    @Test
    void descriptorsArriveAndStayOurs() throws Exception {
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier()) {
            int[] pipe = Descriptors.pipe();
            notifier.send(Notification.builder().storeDescriptors("pipe", pipe).build())
                    .orThrow();

            ReceivedNotification received = manager.next();

            assertThat(received.toString()).isEqualTo("FDSTORE=1 FDNAME=pipe");
            int[] theirs = received.takeDescriptors();
            assertThat(theirs).hasSize(2);
            Descriptors.write(theirs[1], (byte) 42);
            assertThat(Descriptors.read(pipe[0])).isEqualTo((byte) 42);
            Descriptors.close(theirs);
            Descriptors.close(pipe);
        }
    }

    @Test
    void asManyDescriptorsAsOneMessageCarries() throws Exception {
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier()) {
            int[] pipe = Descriptors.pipe();
            int[] many = new int[253];
            java.util.Arrays.fill(many, pipe[0]);
            Set<String> before = Descriptors.open();

            notifier.send(Notification.builder().storeDescriptors("many", many).build())
                    .orThrow();

            try (ReceivedNotification received = manager.next()) {
                assertThat(received.descriptorCount()).isEqualTo(253);
                assertThat(received.isTruncated()).isFalse();
            }
            // One more than before: the notifier's own socket.
            assertThat(Descriptors.openedSince(before)).hasSize(1);
            Descriptors.close(pipe);
        }
    }

    @Test
    void aDescriptorThatIsClosedIsNamedAndNothingIsSent() throws Exception {
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier()) {
            notifier.ready().orThrow(); // or its own socket would get the number that is free
            assertThat(manager.nextText()).isEqualTo("READY=1");
            int[] pipe = Descriptors.pipe();
            Descriptors.close(pipe[0]);

            NotifyResult result = notifier.send(Notification.builder()
                    .storeDescriptors("pipe", pipe[1], pipe[0])
                    .build());

            assertFailed(result, Errno.EBADF, "descriptor " + pipe[0] + " is not open");
            assertThat(notifier.failures()).isEqualTo(1);
            manager.assertNothingMore();
            notifier.ready().orThrow();
            assertThat(manager.nextText()).isEqualTo("READY=1");
            Descriptors.close(pipe[1]);
        }
    }

    @Test
    void onBehalfOfAnotherProcess() throws Exception {
        Process other = new ProcessBuilder("sleep", "60").start();
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier()) {
            NotifyResult result = notifier.send(Notification.READY, other.pid());

            if (Descriptors.LIBC.getuid() == 0) {
                result.orThrow();
                assertThat(manager.next().pid()).isEqualTo((int) other.pid());
            } else {
                assertFailed(result, Errno.EPERM, "CAP_SYS_ADMIN");
                manager.assertNothingMore();
            }
            assertThat(notifier.send(Notification.READY, Integer.MAX_VALUE)).isInstanceOf(NotifyResult.Failed.class);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> notifier.send(Notification.READY, 0))
                    .withMessageContaining("pid");
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void aPathAsLongAsOneMayBe(@TempDir Path directory) throws Exception {
        String prefix = directory + "/";
        String path = prefix + "s".repeat(107 - prefix.length());

        try (Manager manager = Manager.at(path);
                Notifier notifier = manager.notifier()) {
            notifier.ready().orThrow();
            assertThat(manager.nextText()).isEqualTo("READY=1");
        }
        assertThat(Path.of(path)).doesNotExist();
        assertFailed(
                Notifier.of(Map.of("NOTIFY_SOCKET", path + "s")).ready(),
                Errno.ENAMETOOLONG,
                "at most 107 fit a socket address");
    }

    @Test
    void anAbstractNameAsLongAsOneMayBe() throws Exception {
        String address = Manager.freshAddress();
        try (Manager manager = Manager.at(address + "x".repeat(107 - address.length()));
                Notifier notifier = manager.notifier()) {
            notifier.ready().orThrow();
            assertThat(manager.nextText()).isEqualTo("READY=1");
        }
    }

    @Test
    void aPathThatIsNotAscii(@TempDir Path directory) throws Exception {
        Path ascii = directory.resolve("ascii");
        try (Manager manager = Manager.at(ascii.toString())) {
            // The name as bytes, whatever the platform's charset makes of it: ln knows.
            String octal = directory + "/s$(printf '\\303\\274')d";
            assertThat(new ProcessBuilder("sh", "-c", "ln -s " + ascii + " \"" + octal + "\"")
                            .start()
                            .waitFor())
                    .isZero();
            try (Notifier notifier = Notifier.of(Map.of("NOTIFY_SOCKET", directory + "/süd"))) {
                notifier.ready().orThrow();
                assertThat(manager.nextText()).isEqualTo("READY=1");
            }
        }
    }

    @Test
    void withoutAManager() throws Exception {
        for (Map<String, String> environment :
                java.util.List.of(Map.<String, String>of(), Map.of("NOTIFY_SOCKET", ""))) {
            try (Notifier notifier = Notifier.of(environment)) {
                assertThat(notifier.isEnabled()).isFalse();
                notifier.warmUp();
                assertThat(notifier.ready()).isInstanceOf(NotifyResult.NotUnderSystemd.class);
                assertThat(notifier.status("x")).isInstanceOf(NotifyResult.NotUnderSystemd.class);
                assertThat(notifier.watchdog()).isInstanceOf(NotifyResult.NotUnderSystemd.class);
                assertThat(notifier.reloading()).isInstanceOf(NotifyResult.NotUnderSystemd.class);
                assertThat(notifier.stopping()).isInstanceOf(NotifyResult.NotUnderSystemd.class);
                assertThat(notifier.barrier(Duration.ofSeconds(1))).isInstanceOf(NotifyResult.NotUnderSystemd.class);
                assertThat(notifier.send(Notification.READY, 1)).isInstanceOf(NotifyResult.NotUnderSystemd.class);
                notifier.ready().orThrow();
                assertThat(notifier.pingWatchdog(Watchdog.every(Duration.ofSeconds(1)), () -> true)
                                .isRunning())
                        .isFalse();
                assertThat(notifier.extendStartup(Duration.ofSeconds(1)).isRunning())
                        .isFalse();
                assertThat(notifier.failures()).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"relative", "unix:/run/x", "/", "@", "vsock:1", " /run/x"})
    void aWrongAddressIsAnAnswer(String address) {
        Notifier notifier = Notifier.of(Map.of("NOTIFY_SOCKET", address));

        assertThat(notifier.isEnabled()).isTrue();
        assertFailed(notifier.ready(), Errno.EINVAL, "NOTIFY_SOCKET(" + address + ")");
        assertFailed(notifier.barrier(Duration.ofSeconds(1)), Errno.EINVAL, address);
        assertThatThrownBy(() -> notifier.ready().orThrow()).isInstanceOf(SystemCallException.class);
    }

    @Test
    void nobodyThere(@TempDir Path directory) throws Exception {
        assertFailed(at(directory.resolve("none")).ready(), Errno.ENOENT, "in a container");
        assertFailed(at(Path.of("/dev/null")).ready(), Errno.ECONNREFUSED, "connect(/dev/null): ECONNREFUSED (111)");
        assertFailed(Notifier.of(Map.of("NOTIFY_SOCKET", "@nobody-is-here")).ready(), Errno.ECONNREFUSED, "nobody");
        Path notASocket = Files.createFile(directory.resolve("file"));
        assertFailed(at(notASocket).ready(), Errno.ECONNREFUSED, notASocket.toString());
    }

    private static Notifier at(Path path) {
        return Notifier.of(Map.of("NOTIFY_SOCKET", path.toString()));
    }

    @Test
    void afterCloseCallsAnswerThatTheyFailed() throws Exception {
        try (Manager manager = Manager.start()) {
            Set<String> before = Descriptors.open();
            Notifier notifier = manager.notifier();
            notifier.ready().orThrow();
            notifier.close();
            notifier.close();

            assertFailed(notifier.ready(), Errno.EBADF, "closed");
            assertThat(Descriptors.openedSince(before)).isEmpty();
            assertThat(notifier.lastFailure()).get().isInstanceOf(SystemCallException.class);
        }
    }

    @Test
    void anInterruptedThreadSendsAndStaysInterrupted() throws Exception {
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier()) {
            Thread.currentThread().interrupt();
            try {
                assertThat(notifier.ready().isSent()).isTrue();
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThat(manager.nextText()).isEqualTo("READY=1");
        }
    }

    @Test
    void vsockIsSpokenOrClearlyRefused() {
        // CID 1 is this machine itself, where the kernel has the loopback transport. Nobody listens on this port.
        Notifier notifier = Notifier.of(Map.of("NOTIFY_SOCKET", "vsock:1:65000"), Duration.ofMillis(300));

        NotifyResult result = notifier.ready();

        assertThat(result).isInstanceOf(NotifyResult.Failed.class);
        assertThat(((NotifyResult.Failed) result).cause()).hasMessageContaining("vsock:1:65000");
        assertFailed(
                notifier.send(Notification.builder().storeDescriptors("a", 0).build()),
                Errno.EOPNOTSUPP,
                "descriptors");
        Set<String> before = Descriptors.open();
        notifier.ready();
        assertThat(Descriptors.openedSince(before)).isEmpty();
    }

    @Test
    void warmingUpConnectsAhead() throws Exception {
        try (Manager manager = Manager.start();
                Notifier notifier = manager.notifier()) {
            Set<String> before = Descriptors.open();

            notifier.warmUp();

            while (Descriptors.openedSince(before).isEmpty()) {
                Thread.onSpinWait(); // its socket; the tests' time-out is the bound
            }
            notifier.ready().orThrow();
            assertThat(manager.nextText()).isEqualTo("READY=1");
        }
    }

    @Test
    void childrenAreScrubbed() throws Exception {
        ProcessBuilder child = new ProcessBuilder("env");
        for (String name : new String[] {
            "NOTIFY_SOCKET",
            "FDSTORE",
            "WATCHDOG_USEC",
            "WATCHDOG_PID",
            "LISTEN_FDS",
            "LISTEN_PID",
            "LISTEN_PIDFDID",
            "LISTEN_FDNAMES"
        }) {
            child.environment().put(name, "1");
        }
        child.environment().put("KEPT", "1");

        Process process = Notifier.scrub(child).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);

        assertThat(output).contains("KEPT=1").doesNotContain("NOTIFY_SOCKET", "FDSTORE", "WATCHDOG", "LISTEN");
        assertThat(process.waitFor()).isZero();
    }

    static void assertFailed(NotifyResult result, int errno, String message) {
        assertThat(result).isInstanceOf(NotifyResult.Failed.class);
        IOException cause = ((NotifyResult.Failed) result).cause();
        assertThat(cause).isInstanceOf(SystemCallException.class).hasMessageContaining(message);
        assertThat(((SystemCallException) cause).errno()).isEqualTo(errno);
    }
}
