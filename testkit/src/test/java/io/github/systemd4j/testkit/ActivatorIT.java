package io.github.systemd4j.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.activation.SocketProcess;
import io.github.systemd4j.linux.Diagnostics;
import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import java.io.BufferedReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a test gets: every kind of socket, in this JVM and in a process. */
@Timeout(120)
class ActivatorIT {

    private static final int O_NONBLOCK = 04000;
    private static final List<String> CONNECTED = List.of("tcp", "tcp6", "unix", "seqpacket", "abstract", "connection");

    @RegisterExtension
    final Activator activator = Activator.builder()
            .tcp("tcp")
            .tcp6("tcp6")
            .udp("udp")
            .udp6("udp6")
            .unixStream("unix")
            .unixDatagram("datagram")
            .unixSeqpacket("seqpacket")
            .abstractStream("abstract")
            .fifo("fifo")
            .connection("connection")
            .build();

    private static String read(SocketChannel channel) throws Exception {
        try (channel) {
            return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
        }
    }

    private String askUdp(String name) throws Exception {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(60_000);
            socket.send(new DatagramPacket(new byte[1], 1, activator.address(name)));
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            socket.receive(answer);
            return new String(answer.getData(), 0, answer.getLength(), UTF_8);
        }
    }

    private void everyKindIsServed(long pid, Callable<String> said) throws Exception {
        for (String name : CONNECTED) {
            assertThat(read(activator.connect(name))).isEqualTo(name + " by " + pid);
        }
        assertThat(askUdp("udp")).isEqualTo("udp by " + pid);
        assertThat(askUdp("udp6")).isEqualTo("udp6 by " + pid);
        activator.send("datagram", "one".getBytes(UTF_8));
        assertThat(said.call()).isEqualTo("datagram: one");
        activator.send("fifo", "two".getBytes(UTF_8));
        assertThat(said.call()).isEqualTo("fifo: two");
    }

    @Test
    void isTheBackEndThatThisRunIsAbout() {
        assertThat(Diagnostics.current().backend()).isEqualTo(System.getProperty("systemd4j.expected.backend"));
    }

    @Test
    void everyKindInThisJvm() throws Exception {
        BlockingQueue<String> said = new LinkedBlockingQueue<>();
        Activation activation = activator.activation();
        assertThat(activation.status()).isEqualTo(Activation.Status.PASSED);
        assertThat(activation.descriptors().stream().map(InheritedDescriptor::name))
                .containsExactly(
                        "tcp",
                        "tcp6",
                        "udp",
                        "udp6",
                        "unix",
                        "datagram",
                        "seqpacket",
                        "abstract",
                        "fifo",
                        "connection");
        assertThat(activation
                        .first("datagram")
                        .orElseThrow()
                        .isSocketUnix(null, false, activator.addressText("datagram")))
                .isTrue();
        assertThat(activation.first("fifo").orElseThrow().isFifo(Path.of(activator.addressText("fifo"))))
                .isTrue();

        AnsweringService service = AnsweringService.start(activation, said::add);
        try {
            everyKindIsServed(ProcessHandle.current().pid(), () -> said.poll(60, TimeUnit.SECONDS));
        } finally {
            service.stop();
        }
    }

    @Test
    void everyKindInAChild() throws Exception {
        SocketProcess child = activator.start(Jvm.program(AnsweringService.class));
        BufferedReader said = child.inputReader();
        assertThat(said.readLine()).isEqualTo("PASSED 10 descriptors");

        everyKindIsServed(child.pid(), said::readLine);
    }

    @Test
    void theNextActivationHasCopiesOfItsOwn() throws Exception {
        Activation first = activator.activation();
        ServerSocketChannel closed = first.first("tcp").orElseThrow().serverSocketChannel();
        closed.configureBlocking(false);
        closed.close();
        first.closeUntaken();

        Activation second = activator.activation();
        SocketChannel client = activator.connect("tcp");
        try (ServerSocketChannel listener = second.first("tcp").orElseThrow().serverSocketChannel()) {
            listener.accept().close();
        }
        assertThat(read(client)).isEmpty();
        assertThat(second.descriptors()).doesNotContainAnyElementsOf(first.descriptors());
    }

    /** As a service that was passed a listener blocks in accept, whatever another one did with it. */
    @Test
    void theSocketsBlockAgain() throws Exception {
        try (ServerSocketChannel listener =
                activator.activation().first("unix").orElseThrow().serverSocketChannel()) {
            listener.configureBlocking(false);
            String flags = output(new ProcessBuilder("sed", "-n", "s/^flags:[^0-9]*//p", "/proc/self/fdinfo/7"));
            assertThat(Integer.parseInt(flags.strip(), 8) & O_NONBLOCK).isZero();
        }
    }

    private String output(ProcessBuilder program) throws Exception {
        SocketProcess child = activator.start(program);
        return new String(child.getInputStream().readAllBytes(), UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix", "abstract"})
    void aClientThatConnectsWhileThereIsNoServiceIsServedByTheNext(String name) throws Exception {
        SocketProcess first = activator.start(Jvm.program(AnsweringService.class));
        assertThat(read(activator.connect(name))).isEqualTo(name + " by " + first.pid());
        String address = activator.addressText(name);

        activator.stop();
        assertThat(first.isAlive()).isFalse();
        SocketChannel waiting = activator.connect(name);
        SocketProcess second = activator.start(Jvm.program(AnsweringService.class));

        assertThat(read(waiting)).isEqualTo(name + " by " + second.pid());
        assertThat(activator.addressText(name)).isEqualTo(address);
    }

    @Test
    void aRestartEndsTheOneBefore() throws Exception {
        SocketProcess first = activator.start(Jvm.program(AnsweringService.class));
        SocketChannel ofTheFirst = activator.connect("connection");
        assertThat(read(ofTheFirst)).isEqualTo("connection by " + first.pid());

        SocketProcess second = activator.restart(Jvm.program(AnsweringService.class));

        assertThat(first.isAlive()).isFalse();
        assertThat(second.isAlive()).isTrue();
        assertThat(read(activator.connect("connection"))).isEqualTo("connection by " + second.pid());
    }

    @Test
    void onlyOneHasTheOtherEndOfAConnection() throws Exception {
        assertThatIllegalStateException().isThrownBy(() -> activator.connect("connection"));
        activator.activation();
        activator.connect("connection").close();
        assertThatIllegalStateException()
                .isThrownBy(() -> activator.connect("connection"))
                .withMessageStartingWith("connection (CONNECTION): no service has");
    }

    @Test
    void addressesAreWhereTheSocketsAre() {
        assertThat(activator.address("tcp")).asString().startsWith("/127.0.0.1:");
        assertThat(activator.addressText("tcp6")).startsWith("[::1]:");
        assertThat(activator.addressTexts("udp")).containsExactly(activator.addressText("udp"));
        assertThat(activator.address("unix")).isInstanceOf(UnixDomainSocketAddress.class);
        assertThat(activator.addressText("abstract")).startsWith("@");
        assertThat(Path.of(activator.addressText("fifo"))).exists();
    }

    @Test
    void aMistakeIsSaid() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> activator.address("http"))
                .withMessageStartingWith("name: \"http\" is none of [tcp (TCP), tcp6 (TCP6), ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> activator.address("abstract"))
                .withMessageContaining(" its text is @");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> activator.connect("udp"))
                .withMessage("name: udp (UDP) has no connections; send to it");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> activator.send("unix", new byte[1]))
                .withMessage("name: unix (UNIX_STREAM) is no datagram socket and no FIFO; connect to it");
    }

    @Test
    void nobodyReadsAndSendingDoesNotWait() {
        for (String name : Set.of("datagram", "fifo")) {
            assertThatExceptionOfType(SystemCallException.class)
                    .isThrownBy(() -> {
                        while (true) {
                            activator.send(name, new byte[4096]);
                        }
                    })
                    .withMessageEndingWith("it is full: the service does not read")
                    .extracting(SystemCallException::errno)
                    .isEqualTo(Errno.EAGAIN);
        }
    }

    @Test
    void aProgramThatIsNotThereLeavesNothing() throws Exception {
        Set<String> before = Descriptors.open();

        assertThatExceptionOfType(SystemCallException.class)
                .isThrownBy(() -> activator.start(new ProcessBuilder("/nonexistent/program")));

        activator.connect("tcp").close();
        // One: the client's end of the connection that was made for it.
        Descriptors.assertOpenedSince(before, 1);
    }

    @Test
    void aDirectoryThatIsTooLongIsSaidAndRemoved(@TempDir Path directory) throws Exception {
        Path base = Files.createDirectory(directory.resolve("d".repeat(100)));
        ProcessBuilder probe = Jvm.program(OpeningProbe.class);
        probe.command().add(1, "-Djava.io.tmpdir=" + base);

        assertThat(output(probe)).startsWith("java.io.IOException: " + base).contains("-Djava.io.tmpdir=/tmp");
        assertThat(base).isEmptyDirectory();
    }

    @Test
    void withoutSystemCallsItIsSaid() throws Exception {
        ProcessBuilder probe = Jvm.program(OpeningProbe.class);
        probe.command().add(1, "-Dio.github.systemd4j.linux.backend=none");
        probe.command().removeIf(each -> each.endsWith(".backend=jna"));

        assertThat(output(probe)).contains("socket(): ENOSYS (38): no system calls: chosen by ");
    }

    @Test
    void whatAProcessHasStartedEndsWithIt() throws Exception {
        SocketProcess child = activator.start(new ProcessBuilder("sh", "-c", "sleep 1000 & echo $!; wait"));
        long grandchild = Long.parseLong(child.inputReader().readLine());

        activator.stop();

        ended(grandchild);
    }

    /** An orphan's end is waited for by whoever has adopted it. */
    static void ended(long pid) throws Exception {
        Optional<ProcessHandle> left = ProcessHandle.of(pid);
        if (left.isPresent()) {
            left.get().onExit().get(60, TimeUnit.SECONDS);
        }
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    }
}
