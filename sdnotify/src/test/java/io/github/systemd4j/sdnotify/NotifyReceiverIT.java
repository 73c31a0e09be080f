package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a receiver is bound to, and what it takes. */
@Timeout(120)
class NotifyReceiverIT {

    @TempDir
    Path directory;

    private NotifyReceiver.Builder at(String name) {
        return NotifyReceiver.builder(directory.resolve(name).toString());
    }

    @Test
    void theModeIsAsAskedWhateverTheUmask() throws Exception {
        try (NotifyReceiver receiver = at("a").mode(0622).bind()) {
            assertThat(mode("a")).isEqualTo(0622);
            assertReceives(receiver, receiver.address());
        }
        try (NotifyReceiver receiver = at("a").mode(0).bind()) {
            assertThat(mode("a")).isZero();
            assertThat(receiver.receive(Duration.ZERO)).isEmpty();
        }
        assertThat(directory).isEmptyDirectory();
        assertThatThrownBy(() -> at("a").mode(01000)).hasMessageStartingWith("mode: 1000");
    }

    @Test
    void whatIsSentBetweenTwoReceiversIsForTheSecond() throws Exception {
        NotifyReceiver first = at("a").bind();
        int stored = Descriptors.LIBC.dup(first.number()); // what a manager does
        first.release();
        first.release();
        first.close();
        assertThat(directory.resolve("a")).exists();
        assertThatThrownBy(() -> first.receive(Duration.ZERO)).hasMessageContaining("closed");
        try (Notifier notifier = Notifier.of(Map.of(Notifier.NOTIFY_SOCKET, first.address()))) {
            notifier.ready().orThrow();
        }

        try (NotifyReceiver second = NotifyReceiver.adopt(stored, first.address())) {
            assertThat(second.number()).isEqualTo(stored);
            try (ReceivedNotification received =
                    second.receive(Duration.ofSeconds(10)).orElseThrow()) {
                assertThat(received.field("READY")).contains("1");
                assertThat(received.pid())
                        .isEqualTo((int) ProcessHandle.current().pid());
            }
            assertReceives(second, second.address());
        }
        assertThat(directory).isEmptyDirectory();
        int[] pipe = Descriptors.pipe();
        assertThatThrownBy(() -> NotifyReceiver.adopt(pipe[0], "@none")).hasMessageContaining("ENOTSOCK");
        Descriptors.close(pipe);
    }

    @Test
    void theOwnerIsAsAsked() throws Exception {
        int uid = Descriptors.LIBC.getuid();
        int gid = Descriptors.LIBC.getgid();
        try (NotifyReceiver receiver = at("a").owner(uid, gid).bind()) {
            assertThat(Files.getAttribute(directory.resolve("a"), "unix:uid")).isEqualTo(uid);
            assertReceives(receiver, receiver.address());
        }
        // Root may give it to anybody, others to nobody.
        NotifyReceiver.Builder another = at("b").owner(uid + 1, gid + 1).mode(0600);
        if (uid == 0) {
            try (NotifyReceiver receiver = another.bind()) {
                assertThat(Files.getAttribute(directory.resolve("b"), "unix:uid"))
                        .isEqualTo(1);
                assertThat(Files.getAttribute(directory.resolve("b"), "unix:gid"))
                        .isEqualTo(gid + 1);
                assertThat(receiver.address()).endsWith("/b");
            }
        } else {
            assertErrno(another, Errno.EPERM, "chown");
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aPathMayBeLongerThanASocketAddress() throws Exception {
        Path deep = Files.createDirectories(directory.resolve("d".repeat(120)).resolve("e".repeat(200)));
        Set<String> before = Descriptors.open();
        NotifyReceiver.Builder builder =
                NotifyReceiver.builder(deep.resolve("notify").toString()).mode(0600);

        try (NotifyReceiver receiver = builder.bind()) {
            assertThat(receiver.address()).hasSizeGreaterThan(300).endsWith("/notify");
            assertThat(Descriptors.openedSince(before)).hasSize(1);
            // Whoever sends needs a way that fits.
            Path near = Files.createSymbolicLink(directory.resolve("near"), deep);
            assertReceives(receiver, near.resolve("notify").toString());
            assertErrno(builder, Errno.EADDRINUSE, "bind");
        }
        assertThat(deep).isEmptyDirectory();
        assertErrno(NotifyReceiver.builder(deep.resolve("n".repeat(100)).toString()), Errno.ENAMETOOLONG, "80 bytes");
        assertErrno(NotifyReceiver.builder(deep.resolve("none/notify").toString()), Errno.ENOENT, "open");
        assertThat(Descriptors.openedSince(before)).isEmpty();
    }

    @Test
    void aSocketThatIsLeftIsReplacedAndOneInUseIsNot() throws Exception {
        try (NotifyReceiver alive = at("notify").bind()) {
            assertErrno(at("notify").replaceStale(), Errno.EADDRINUSE, "bind");
            assertReceives(alive, alive.address());
        }
        leaveASocket("notify");
        assertErrno(at("notify"), Errno.EADDRINUSE, "bind");

        try (NotifyReceiver receiver = at("notify").replaceStale().bind()) {
            assertReceives(receiver, receiver.address());
        }
        Files.writeString(directory.resolve("file"), "precious");
        assertErrno(at("file").replaceStale(), Errno.EADDRINUSE, "bind");
        assertThat(directory.resolve("file")).hasContent("precious");
    }

    /** As a process does that is killed. */
    private void leaveASocket(String name) throws IOException {
        Path kept = directory.resolve("kept");
        try (NotifyReceiver receiver = at(name).bind()) {
            Files.createLink(kept, Path.of(receiver.address()));
        }
        Files.move(kept, directory.resolve(name));
    }

    @Test
    void wrongAddresses() {
        assertThatThrownBy(() -> NotifyReceiver.builder("")).hasMessage("address: empty");
        assertErrno(NotifyReceiver.builder("relative"), Errno.EINVAL, "absolute");
        assertErrno(NotifyReceiver.builder("@" + "x".repeat(108)), Errno.EINVAL, "at most 107");
        assertErrno(NotifyReceiver.builder("vsock:2:9"), Errno.EOPNOTSUPP, "unix sockets");
    }

    @Test
    void whatSystemdWouldIgnoreComesWithAReasonAndLeaksNothing() throws Exception {
        try (Manager manager = Manager.start();
                RawSender sender = new RawSender(manager.receiver().address())) {
            int[] pipe = Descriptors.pipe();
            Set<String> before = Descriptors.open();

            assertThat(sender.send("x".repeat(5000), pipe[1])).isEqualTo(5000);
            try (ReceivedNotification received = manager.next()) {
                assertThat(received.isTruncated()).isTrue();
                assertThat(received.parsed().ignoredBecause()).isPresent();
                assertThat(received.descriptorCount()).isEqualTo(1);
            }
            assertThat(sender.send("")).isZero();
            try (ReceivedNotification received = manager.next()) {
                assertThat(received.fields()).isEmpty();
            }
            // One datagram cannot have more: the sender is told.
            int[] many = new int[300];
            java.util.Arrays.fill(many, pipe[1]);
            assertThat(sender.send("FDSTORE=1", many)).isEqualTo(-Errno.EINVAL);
            assertThat(sender.send("FDSTORE=1", java.util.Arrays.copyOf(many, Constants.SCM_MAX_FD)))
                    .isPositive();
            try (ReceivedNotification received = manager.next()) {
                assertThat(received.descriptorCount()).isEqualTo(253);
                assertThat(received.uid()).isEqualTo(Descriptors.LIBC.getuid());
                assertThat(received.pid())
                        .isEqualTo((int) ProcessHandle.current().pid());
            }
            assertThat(Descriptors.openedSince(before)).isEmpty();
            Descriptors.close(pipe);
        }
    }

    /** In a process with a limit, LimitNOFILE=, below what one datagram may bring. */
    @Test
    void descriptorsThatThereIsNoRoomForVoidTheirDatagram() throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n 200; exec \"$@\"", "sh"));
        command.add(System.getProperty("java.home") + "/bin/java");
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        String backend = System.getProperty("io.github.systemd4j.linux.backend");
        if (backend != null) {
            command.add("-Dio.github.systemd4j.linux.backend=" + backend);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), FullTableProbe.class.getName()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said.lines())
                .containsExactly(
                        "room for all: all came, truncated: false, {FDSTORE=1}, relayed with 3",
                        "room for some: [some came, truncated: true, {}, refused, none is left]",
                        "room for none: few or none came, truncated: true, {}, refused",
                        "then: READY=1, none is left");
    }

    private int mode(String name) throws IOException {
        return (int) Files.getAttribute(directory.resolve(name), "unix:mode", LinkOption.NOFOLLOW_LINKS) & 0777;
    }

    private static void assertReceives(NotifyReceiver receiver, String address) throws IOException {
        try (Notifier notifier = Notifier.of(Map.of("NOTIFY_SOCKET", address))) {
            notifier.ready().orThrow();
            try (ReceivedNotification received = receiver.receive(Manager.SOON).orElseThrow()) {
                assertThat(received.parsed().state()).contains(ParsedNotification.State.READY);
            }
        }
    }

    private static void assertErrno(NotifyReceiver.Builder builder, int errno, String message) {
        Set<String> before = Descriptors.open();
        assertThatThrownBy(builder::bind)
                .isInstanceOfSatisfying(
                        SystemCallException.class,
                        e -> assertThat(e.errno()).as(e.getMessage()).isEqualTo(errno))
                .hasMessageContaining(message);
        assertThat(Descriptors.openedSince(before)).isEmpty();
    }
}
