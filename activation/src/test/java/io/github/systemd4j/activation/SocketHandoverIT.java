package io.github.systemd4j.activation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.Message;
import io.github.systemd4j.linux.libc.PollFd;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both sides of a hand-over, each with a right other side and with all kinds of wrong ones. */
@Timeout(120)
@SuppressWarnings("try") // close() is among what is tested
class SocketHandoverIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final IntPredicate ANYBODY = uid -> true;

    @TempDir
    Path directory;

    private final String address = OwnedSockets.freshAddress();
    private final OwnedSockets sockets = new OwnedSockets();
    private Set<String> before = Set.of();

    @BeforeEach
    void countDescriptors() throws Exception {
        OwnedSockets.warmUp();
        // Once, so that classes and jars are open that the first of all tests would open.
        String own = OwnedSockets.freshAddress();
        try (SocketHandover handover = SocketHandover.bind(own, ANYBODY)) {
            assertThat(handover.giveNumbers(web(), Duration.ZERO)).isFalse();
        }
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> SocketHandover.takeNumbers(own, ANYBODY, SHORT));
        sockets.close();
        before = OwnedSockets.opened();
    }

    @AfterEach
    void nothingIsLeftOpen() {
        sockets.close();
        OwnedSockets.assertOpenedSince(before, 0);
    }

    private List<NamedSocket> web() {
        return List.of(new NamedSocket("web", sockets.tcp()));
    }

    private CompletableFuture<Boolean> giving(SocketHandover handover, List<NamedSocket> given, Duration timeout) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return handover.giveNumbers(given, timeout);
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
    }

    private CompletableFuture<List<NamedSocket>> taking(IntPredicate allowed, Duration timeout) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return SocketHandover.takeNumbers(address, allowed, timeout);
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
    }

    /** What a call in another thread failed with. */
    private static SystemCallException failure(CompletableFuture<?> call) {
        try {
            throw new AssertionError("it answered " + call.join());
        } catch (CompletionException e) {
            return (SystemCallException) e.getCause();
        }
    }

    @Test
    void anotherJvmServes() throws Exception {
        Path path = directory.resolve("handover");
        Path served = directory.resolve("served");
        int tcp = sockets.tcp();
        List<NamedSocket> given = List.of(new NamedSocket("web", tcp), new NamedSocket("admin", sockets.unix(served)));
        int uid = OwnedSockets.LIBC.getuid();
        try (SocketHandover handover = SocketHandover.bind(path.toString(), taker -> taker == uid)) {
            Process taker = Jvm.program(HandoverProbe.class, path.toString(), Integer.toString(uid))
                    .start();
            assertThat(handover.giveNumbers(given, SOON)).isTrue();
            int port = OwnedSockets.port(tcp);
            sockets.close(); // ours: the taker's are its own

            try (BufferedReader output = new BufferedReader(new InputStreamReader(taker.getInputStream(), UTF_8))) {
                assertThat(output.readLine()).isEqualTo("[web, admin]");
                assertThat(OwnedSockets.askTcp(port)).isEqualTo("web by " + taker.pid());
                assertThat(OwnedSockets.askUnix(served)).isEqualTo("admin by " + taker.pid());
            }
            assertThat(taker.waitFor()).isZero();
            taker.getOutputStream().close();
            taker.getErrorStream().close();
            assertThat(path).exists();
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void whatArrives() throws Exception {
        List<NamedSocket> given = List.of(
                new NamedSocket("tcp", sockets.tcp()),
                new NamedSocket("udp", sockets.udp()),
                new NamedSocket(
                        "seqpacket", sockets.listen(UnixAddress.parse(address + "s"), Constants.SOCK_SEQPACKET)),
                new NamedSocket("tcp", sockets.tcp()));
        try (SocketHandover handover = SocketHandover.bind(address, ANYBODY)) {
            CompletableFuture<List<NamedSocket>> taking = taking(ANYBODY, SOON);
            assertThat(handover.giveNumbers(given, SOON)).isTrue();

            List<NamedSocket> taken = taking.join();

            assertThat(taken).extracting(NamedSocket::name).containsExactly("tcp", "udp", "seqpacket", "tcp");
            for (int i = 0; i < taken.size(); i++) {
                int fd = sockets.keep(taken.get(i).descriptor());
                assertThat(link(fd)).isEqualTo(link(given.get(i).descriptor()));
                assertThat(OwnedSockets.LIBC.fcntl(fd, Constants.F_GETFD, 0)).isEqualTo(Constants.FD_CLOEXEC);
            }
        }
    }

    private static Path link(int fd) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd));
    }

    @Test
    void asManyAsOneMessageCarriesWithTheLongestNames() throws Exception {
        int tcp = sockets.tcp();
        List<NamedSocket> most = Collections.nCopies(Constants.SCM_MAX_FD, new NamedSocket("n".repeat(255), tcp));
        List<NamedSocket> tooMany = new ArrayList<>(most);
        tooMany.add(most.get(0));
        try (SocketHandover handover = SocketHandover.bind(address, ANYBODY)) {
            CompletableFuture<List<NamedSocket>> taking = taking(ANYBODY, SOON);
            assertThat(handover.giveNumbers(most, SOON)).isTrue();
            taking.join().forEach(socket -> sockets.keep(socket.descriptor()));
            assertThat(taking.join())
                    .hasSize(Constants.SCM_MAX_FD)
                    .extracting(NamedSocket::name)
                    .containsOnly("n".repeat(255));

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> handover.giveNumbers(tooMany, SHORT))
                    .withMessageStartingWith("sockets: 254");
            assertThatIllegalArgumentException().isThrownBy(() -> handover.giveNumbers(List.of(), SHORT));
        }
    }

    @Test
    void oneAfterTheOther() throws Exception {
        List<NamedSocket> given = web();
        try (SocketHandover handover = SocketHandover.bind(address, ANYBODY)) {
            for (int i = 0; i < 20; i++) {
                CompletableFuture<List<NamedSocket>> taking = taking(ANYBODY, SOON);
                assertThat(handover.giveNumbers(given, SOON)).isTrue();
                sockets.keep(taking.join().get(0).descriptor());
            }
        }
    }

    @Test
    void nobodyComes() throws Exception {
        try (SocketHandover handover = SocketHandover.bind(address, ANYBODY)) {
            assertThat(handover.address()).isEqualTo(address);
            assertThat(handover.giveNumbers(web(), SHORT)).isFalse();
        }
    }

    @Test
    void closingEndsTheWait() throws Exception {
        Path path = directory.resolve("s");
        try (SocketHandover handover = SocketHandover.bind(path.toString(), ANYBODY)) {
            CompletableFuture<Boolean> giving = giving(handover, web(), Duration.ofDays(100_000_000));
            handover.close();

            // Either it waited already, or it came after the end.
            assertThat(giving.handle((given, e) -> e == null ? given : Boolean.FALSE)
                            .join())
                    .isFalse();
            assertThatThrownBy(() -> handover.giveNumbers(web(), SHORT))
                    .hasMessage("accept4(" + path + "): EBADF (9): this SocketHandover is closed");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void nobodyGives() {
        assertThatThrownBy(() -> SocketHandover.takeNumbers(address, ANYBODY, SHORT))
                .isInstanceOf(SystemCallException.class)
                .hasMessage("connect(" + address + "): ECONNREFUSED (111): nobody gives sockets there");
        assertThatThrownBy(() -> SocketHandover.takeNumbers(directory + "/none", ANYBODY, SHORT))
                .hasMessageStartingWith("connect(" + directory + "/none): ENOENT (2): nothing is there");
        sockets.unix(directory.resolve("stream"));
        assertThatThrownBy(() -> SocketHandover.takeNumbers(directory + "/stream", ANYBODY, SHORT))
                .hasMessageEndingWith(": that is a socket of another type, and no hand-over");
    }

    @Test
    void addressesThatAreTakenOrWrong() throws Exception {
        Path path = Files.createFile(directory.resolve("taken"));
        assertThatThrownBy(() -> SocketHandover.bind(path.toString(), ANYBODY))
                .hasMessage("bind(" + path + "): EADDRINUSE (98): remove it if nobody listens there");
        assertThat(path).exists();
        for (String wrong : List.of("", "@", "relative", "/nul\0", "/" + "x".repeat(107))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> SocketHandover.bind(wrong, ANYBODY))
                    .withMessageStartingWith("address:");
            assertThatIllegalArgumentException().isThrownBy(() -> SocketHandover.takeNumbers(wrong, ANYBODY, SHORT));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SocketHandover.takeNumbers(address, ANYBODY, Duration.ofMillis(-1)))
                .withMessageStartingWith("timeout:");
    }

    @Test
    void aPathThatAKilledGiverLeftIsReplacedAndOneInUseIsNot() throws Exception {
        Path path = directory.resolve("s");
        String text = path.toString();
        try (SocketHandover alive = SocketHandover.bind(text, ANYBODY)) {
            assertThatThrownBy(() -> SocketHandover.bindReplacingStale(text, ANYBODY))
                    .hasMessageStartingWith("bind(" + path + "): EADDRINUSE (98)");
            CompletableFuture<Boolean> giving = giving(alive, web(), SOON);
            SocketHandover.takeNumbers(text, ANYBODY, SOON).forEach(socket -> sockets.keep(socket.descriptor()));
            assertThat(giving.join()).as("nobody disturbed it").isTrue();
        }
        leaveASocket(path);
        assertThatThrownBy(() -> SocketHandover.bind(text, ANYBODY)).hasMessageContaining("EADDRINUSE");
        try (SocketHandover handover = SocketHandover.bindReplacingStale(text, ANYBODY)) {
            CompletableFuture<Boolean> giving = giving(handover, web(), SOON);
            SocketHandover.takeNumbers(text, ANYBODY, SOON).forEach(socket -> sockets.keep(socket.descriptor()));
            assertThat(giving.join()).isTrue();
        }
        assertThat(path).doesNotExist();
        SocketHandover.bindReplacingStale(text, ANYBODY).close(); // nothing there
        SocketHandover.bindReplacingStale(address, ANYBODY).close(); // no path
    }

    /** As a process does that is killed. */
    private void leaveASocket(Path path) throws IOException {
        Path kept = directory.resolve("kept");
        try (SocketHandover handover = SocketHandover.bind(path.toString(), ANYBODY)) {
            Files.createLink(kept, Path.of(handover.address()));
        }
        Files.move(kept, path);
    }

    @Test
    void whatIsNotAGiversThatWasKilledStays() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "precious");
        Path bound = directory.resolve("bound"); // and does not listen yet
        Path stream = directory.resolve("stream");
        int fd = sockets.keep(
                OwnedSockets.LIBC.socket(Constants.AF_UNIX, Constants.SOCK_SEQPACKET | Constants.SOCK_CLOEXEC, 0));
        Memory memory = Memory.allocate(OwnedSockets.LIBC, 128);
        OwnedSockets.check(OwnedSockets.LIBC.bind(
                fd, memory.address(), UnixAddress.parse(bound.toString()).write(memory.bytes())));
        memory.keepAlive();
        sockets.unix(stream);
        for (Path path : List.of(file, bound, stream)) {
            assertThatThrownBy(() -> SocketHandover.bindReplacingStale(path.toString(), ANYBODY))
                    .hasMessageContaining("EADDRINUSE");
            assertThat(path).exists();
        }
        assertThat(file).hasContent("precious");
    }

    /** Nothing of it is left: no descriptor (see {@link #nothingIsLeftOpen}), no path. */
    @Test
    void aBeginningThatFails() {
        UnixAddress path = UnixAddress.parse(directory.resolve("s").toString());
        assertThatThrownBy(() -> SocketHandover.bind(
                        OwnedSockets.instead("listen", arguments -> -Errno.EADDRINUSE), path, (pid, uid) -> null))
                .hasMessage("listen(" + path + "): EADDRINUSE (98)");
        assertThat(directory).isEmptyDirectory();

        int fd = OwnedSockets.check(OwnedSockets.LIBC.socket(Constants.AF_UNIX, Constants.SOCK_SEQPACKET, 0));
        Libc withoutMemory = OwnedSockets.instead("address", arguments -> {
            throw new OutOfMemoryError("direct memory");
        });
        assertThatThrownBy(() -> new HandoverPeer(withoutMemory, fd, address, 0, 1))
                .isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void aTakerThatIsNotAllowed() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        IntPredicate nobody = uid -> {
            asked.set(uid);
            return false;
        };
        int uid = OwnedSockets.LIBC.getuid();
        try (SocketHandover handover = SocketHandover.bind(address, nobody)) {
            CompletableFuture<List<NamedSocket>> taking = taking(ANYBODY, SOON);

            assertThatThrownBy(() -> handover.giveNumbers(web(), SOON))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessage("handover(" + address + "): EPERM (1): user " + uid + " is not allowed");

            assertThat(failure(taking))
                    .hasMessageStartingWith("handover(" + address + "): ECONNREFUSED (111): the other side refused: ")
                    .hasMessageContaining("user " + uid + " is not allowed");
            assertThat(asked).hasValue(uid);
        }
    }

    @Test
    void takersToldApartByTheirProcess() throws Exception {
        long self = ProcessHandle.current().pid();
        int uid = OwnedSockets.LIBC.getuid();
        AtomicBoolean open = new AtomicBoolean();
        try (SocketHandover handover =
                SocketHandover.bind(address, (pid, user) -> pid == self && user == uid && open.get())) {
            CompletableFuture<List<NamedSocket>> refused = taking(ANYBODY, SOON);

            assertThatThrownBy(() -> handover.giveNumbers(web(), SOON))
                    .hasMessage("handover(" + address + "): EPERM (1): process " + self + " of user " + uid
                            + " is not allowed");
            assertThat(failure(refused)).hasMessageContaining("process " + self + " of user " + uid);

            open.set(true);
            CompletableFuture<List<NamedSocket>> taken = taking(ANYBODY, SOON);
            assertThat(handover.giveNumbers(web(), SOON)).isTrue();
            taken.join().forEach(socket -> sockets.keep(socket.descriptor()));
            assertThat(taken.join()).hasSize(1);
        }
    }

    @Test
    void aGiverThatIsNotAllowed() throws Exception {
        try (SocketHandover handover = SocketHandover.bind(address, ANYBODY)) {
            CompletableFuture<List<NamedSocket>> taking = taking(uid -> uid == -2, SOON);

            assertThatThrownBy(() -> handover.giveNumbers(web(), SOON))
                    .hasMessageContaining("the other side refused: ")
                    .hasMessageContaining("is not allowed");

            assertThat(failure(taking).errno()).isEqualTo(Errno.EPERM);
        }
    }

    @Test
    void aPredicateThatThrows() throws Exception {
        try (SocketHandover handover = SocketHandover.bind(address, uid -> {
            throw new IllegalStateException("no idea");
        })) {
            CompletableFuture<List<NamedSocket>> taking = taking(ANYBODY, SOON);

            assertThatThrownBy(() -> handover.giveNumbers(web(), SOON)).hasMessage("no idea");

            assertThat(failure(taking).errno()).isEqualTo(Errno.ECONNRESET);
        }
    }

    @Test
    void theRefusalThatATakerReads() throws Exception {
        Path path = directory.resolve("s");
        try (SocketHandover handover = SocketHandover.bind(path.toString(), uid -> uid == -2)) {
            int raw = sockets.connect(path.toString());

            assertThatThrownBy(() -> handover.giveNumbers(web(), SOON)).hasMessageContaining("is not allowed");

            assertThat(text(raw)).startsWith("SOCKET_HANDOVER=1\nREFUSED=handover(" + path + "): EPERM (1)");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'GET / HTTP/1.1\r\n', what came is not a hand-over: GET / HTTP/1.1.",
        "'SOCKET_HANDOVER=2\n', the other side speaks another version: SOCKET_HANDOVER=2",
        "'SOCKET_HANDOVER=11\n', the other side speaks another version: SOCKET_HANDOVER=11",
        "'\nSOCKET_HANDOVER=1\n', 'what came is not a hand-over: '",
        "'SOCKET_HANDOVER=1\nREFUSED=not \u001b[31mred\n', the other side refused: not .[31mred",
    })
    void takersThatSaySomethingElse(String hello, String told) throws Exception {
        try (SocketHandover handover = SocketHandover.bind(address, ANYBODY)) {
            int raw = sockets.connect(address);
            send(raw, hello);

            assertThatThrownBy(() -> handover.giveNumbers(web(), SOON))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageEndingWith(told);

            assertThat(text(raw)).startsWith("SOCKET_HANDOVER=1\nREFUSED=").contains(told.strip());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"SOCKET_HANDOVER=1\n", "SOCKET_HANDOVER=1\nACCEPTED=0\n", "SOCKET_HANDOVER=1\nACCEPTED=x\n"})
    void takersThatDoNotAccept(String answer) throws Exception {
        try (SocketHandover handover = SocketHandover.bind(address, ANYBODY)) {
            int raw = sockets.connect(address);
            send(raw, "SOCKET_HANDOVER=1\n");
            send(raw, answer);

            assertThatThrownBy(() -> handover.giveNumbers(web(), SOON))
                    .hasMessageContaining("of 1 sockets were accepted: ");
        }
    }

    @Test
    void aTakerThatIsSlow() throws Exception {
        List<NamedSocket> given = web();
        try (SocketHandover handover = SocketHandover.bind(address, ANYBODY)) {
            int silent = sockets.connect(address);
            assertThatThrownBy(() -> handover.giveNumbers(given, SHORT))
                    .hasMessage("recvmsg(" + address + "): ETIMEDOUT (110): the other side is there and says nothing");
            assertThat(text(silent)).contains("REFUSED=").contains("ETIMEDOUT");

            // The next one is not kept from it.
            CompletableFuture<List<NamedSocket>> taking = taking(ANYBODY, SOON);
            assertThat(handover.giveNumbers(given, SOON)).isTrue();
            sockets.keep(taking.join().get(0).descriptor());
        }
    }

    @Test
    void takersThatGoAway() throws Exception {
        List<NamedSocket> given = web();
        try (SocketHandover handover = SocketHandover.bind(address, ANYBODY);
                OwnedSockets early = new OwnedSockets()) {
            early.connect(address);
            early.close();
            assertThatThrownBy(() -> handover.giveNumbers(given, SOON)).hasMessageContaining("ECONNRESET");

            send(early.connect(address), "SOCKET_HANDOVER=1\n");
            early.close();
            assertThatThrownBy(() -> handover.giveNumbers(given, SOON)).hasMessageContaining("EPIPE");

            int raw = early.connect(address);
            send(raw, "SOCKET_HANDOVER=1\n");
            CompletableFuture<Boolean> giving = giving(handover, given, SOON);
            assertThat(new PollFd(OwnedSockets.LIBC).await(raw, Constants.POLLIN, Deadline.in(SOON)))
                    .isPositive();
            early.close(); // with the sockets unread: they are closed on their way
            assertThat(failure(giving).errno()).isEqualTo(Errno.ECONNRESET);
        }
    }

    /** Descriptors that nobody asked for are closed, in the greeting and in the answer. */
    @Test
    void aTakerThatSendsDescriptors() throws Exception {
        try (SocketHandover handover = SocketHandover.bind(address, ANYBODY)) {
            int raw = sockets.connect(address);
            send(raw, "SOCKET_HANDOVER=1\n", 0, 1, 2);
            send(raw, "SOCKET_HANDOVER=1\nACCEPTED=1\n", 0, 1, 2);
            Set<String> open = OwnedSockets.opened();

            List<NamedSocket> given = web();
            assertThat(handover.giveNumbers(given, SOON)).isTrue();

            OwnedSockets.assertOpenedSince(open, 1);
        }
    }

    @Test
    void aSocketThatIsNotOpen() throws Exception {
        int closed = OwnedSockets.check(OwnedSockets.LIBC.fcntl(0, Constants.F_DUPFD_CLOEXEC, 200));
        OwnedSockets.check(OwnedSockets.LIBC.close(closed));
        try (SocketHandover handover = SocketHandover.bind(address, ANYBODY)) {
            CompletableFuture<List<NamedSocket>> taking = taking(ANYBODY, SOON);

            assertThatThrownBy(() -> handover.giveNumbers(List.of(new NamedSocket("web", closed)), SOON))
                    .hasMessage("sendmsg(" + address + "): EBADF (9): one of the sockets is not open");

            assertThat(failure(taking)).hasMessageContaining("one of the sockets is not open");
        }
    }

    /** Each of these giver's answers, with two listening sockets unless it says otherwise. */
    @ParameterizedTest
    @CsvSource({
        "'HTTP/1.1 400\n', what came is not a hand-over: HTTP/1.1 400",
        "'SOCKET_HANDOVER=2\n', the other side speaks another version: SOCKET_HANDOVER=2",
        "'SOCKET_HANDOVER=1\n', 2 descriptors came with LISTEN_FDS=nothing",
        "'SOCKET_HANDOVER=1\nLISTEN_FDS=3\nLISTEN_FDNAMES=a:b:c\n', 2 descriptors came with LISTEN_FDS=3",
        "'SOCKET_HANDOVER=1\nLISTEN_FDS=02\nLISTEN_FDNAMES=a:b\n', 2 descriptors came with LISTEN_FDS=02",
        "'SOCKET_HANDOVER=1\nLISTEN_FDS=2\n', 1 names came for 2 descriptors",
        "'SOCKET_HANDOVER=1\nLISTEN_FDS=2\nLISTEN_FDNAMES=a:b:c\n', 3 names came for 2 descriptors",
        "'SOCKET_HANDOVER=1\nLISTEN_FDS=2\nLISTEN_FDNAMES=a:\n', 'a name is empty, too long or not printable ASCII: '",
        "'SOCKET_HANDOVER=1\nLISTEN_FDS=2\nLISTEN_FDNAMES=a:\u0007\n', 'too long or not printable ASCII: .'",
    })
    void giversThatSaySomethingElse(String offer, String told) throws Exception {
        int tcp = sockets.tcp();
        SystemCallException failure = failureWith(offer, tcp, tcp);

        assertThat(failure.errno()).isEqualTo(Errno.EPROTO);
        assertThat(failure).hasMessageEndingWith(told);
    }

    @Test
    void giversWithOtherThingsThanListeners() throws Exception {
        String one = "SOCKET_HANDOVER=1\nLISTEN_FDS=1\nLISTEN_FDNAMES=a\n";
        int[] pair = pair(Constants.SOCK_STREAM);

        assertThat(failureWith(one, 0)).hasMessageEndingWith(": a is not a socket");
        assertThat(failureWith(one, pair[0])).hasMessageEndingWith(": a does not listen");
    }

    @Test
    void giversWithNothingAtAll() throws Exception {
        assertThat(failureWith("SOCKET_HANDOVER=1\nLISTEN_FDS=0\nLISTEN_FDNAMES=\n"))
                .hasMessageEndingWith(": 1 names came for 0 descriptors");
    }

    /** A message longer than any should be, and one with more than there is room for. */
    @Test
    void giversThatSendTooMuch() throws Exception {
        String one = "SOCKET_HANDOVER=1\nLISTEN_FDS=1\nLISTEN_FDNAMES=a\n";
        assertThat(failureWith(one + "x".repeat(HandoverMessage.MAX_BYTES), sockets.tcp()))
                .hasMessageContaining("EPROTO (71): a message of more than ");

        int[] many = new int[20];
        Arrays.fill(many, sockets.tcp());
        RawGiver giver = new RawGiver(2, ANYBODY);
        giver.accept();
        giver.send("SOCKET_HANDOVER=1\nLISTEN_FDS=20\n", many);
        assertThat(giver.failure())
                .hasMessage(
                        "recvmsg(" + address + "): EMFILE (24): descriptors got lost on their way: raise LimitNOFILE");
        giver.leave();
    }

    @Test
    void aGiverThatIsSlow() throws Exception {
        sockets.listen(UnixAddress.parse(address), Constants.SOCK_SEQPACKET);

        assertThatThrownBy(() -> SocketHandover.takeNumbers(address, ANYBODY, SHORT))
                .hasMessage("recvmsg(" + address + "): ETIMEDOUT (110): the other side is there and says nothing");
    }

    /** Its queue is full: connecting alone takes too long. */
    @Test
    void aGiverThatIsBusy() throws Exception {
        int listener = sockets.listen(UnixAddress.parse(address), Constants.SOCK_SEQPACKET);
        OwnedSockets.check(OwnedSockets.LIBC.listen(listener, 0));
        sockets.connect(address);

        assertThatThrownBy(() -> SocketHandover.takeNumbers(address, ANYBODY, SHORT))
                .hasMessage("connect(" + address + "): EAGAIN (11): whoever gives sockets there is busy with others");
    }

    @Test
    void aGiverThatGoesAway() throws Exception {
        RawGiver giver = new RawGiver(Constants.SCM_MAX_FD, ANYBODY);
        giver.accept();
        giver.leave();

        assertThat(giver.failure().errno()).isEqualTo(Errno.ECONNRESET);
    }

    /** It left without reading our greeting: the kernel tells that first, and then what it said. */
    @Test
    void aRefusalBehindAReset() {
        int[] pair = pair(Constants.SOCK_SEQPACKET);
        int ours = OwnedSockets.check(OwnedSockets.LIBC.fcntl(pair[0], Constants.F_DUPFD_CLOEXEC, 0));
        send(pair[1], "SOCKET_HANDOVER=1\nREFUSED=not today\n");
        AtomicInteger calls = new AtomicInteger();
        Libc libc = OwnedSockets.instead("recvmsg", arguments -> {
            if (calls.incrementAndGet() == 1) {
                sockets.close();
            }
            return OwnedSockets.LIBC.recvmsg((int) arguments[0], (long) arguments[1], (int) arguments[2]);
        });

        try (HandoverPeer peer = new HandoverPeer(libc, ours, "test", Deadline.in(SOON), Constants.SCM_MAX_FD)) {
            assertThatThrownBy(() -> peer.take(ANYBODY))
                    .hasMessage("handover(test): ECONNREFUSED (111): the other side refused: not today");
        }
        assertThat(calls).hasValue(2);
    }

    /** It offered and left: whether it knows that we have them cannot be told, so we have none. */
    @Test
    void aGiverThatDoesNotWaitForTheAnswer() throws Exception {
        int tcp = sockets.tcp();
        CountDownLatch gone = new CountDownLatch(1);
        RawGiver giver = new RawGiver(Constants.SCM_MAX_FD, uid -> {
            try {
                return gone.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                return false;
            }
        });
        giver.accept();
        giver.send("SOCKET_HANDOVER=1\nLISTEN_FDS=1\nLISTEN_FDNAMES=a\n", tcp);
        giver.leave();
        gone.countDown();

        assertThat(giver.failure().errno()).isEqualTo(Errno.EPIPE);
    }

    /** The bytes of docs/handover.md, which another language's side may rely on. */
    @Test
    void theProtocolAsItIsWritten() throws Exception {
        int tcp = sockets.tcp();
        try (SocketHandover handover = SocketHandover.bind(address, ANYBODY)) {
            CompletableFuture<Boolean> giving =
                    giving(handover, List.of(new NamedSocket("web", tcp), new NamedSocket("admin", tcp)), SOON);
            int raw = sockets.connect(address);
            send(raw, "SOCKET_HANDOVER=1\nFIELD_OF_THE_FUTURE=x\n");
            assertThat(text(raw)).isEqualTo("SOCKET_HANDOVER=1\nLISTEN_FDS=2\nLISTEN_FDNAMES=web:admin\n");
            send(raw, "SOCKET_HANDOVER=1\nACCEPTED=2\n");
            assertThat(giving.join()).isTrue();
        }
        RawGiver giver = new RawGiver(Constants.SCM_MAX_FD, ANYBODY);
        giver.accept();
        assertThat(giver.text()).isEqualTo("SOCKET_HANDOVER=1\n");
        giver.send("SOCKET_HANDOVER=1\nMORE=y\nLISTEN_FDS=1\nLISTEN_FDNAMES=web\nLISTEN_FDS=5\n", tcp);
        assertThat(giver.text()).isEqualTo("SOCKET_HANDOVER=1\nACCEPTED=1\n");
        sockets.keep(giver.taking.join().get(0).descriptor());
        giver.leave();
    }

    private SystemCallException failureWith(String offer, int... descriptors) throws IOException {
        RawGiver giver = new RawGiver(Constants.SCM_MAX_FD, ANYBODY);
        giver.accept();
        giver.send(offer, descriptors);
        SystemCallException failure = giver.failure();
        giver.leave();
        return failure;
    }

    private int[] pair(int type) {
        Memory memory = Memory.allocate(OwnedSockets.LIBC, 8);
        OwnedSockets.check(
                OwnedSockets.LIBC.socketpair(Constants.AF_UNIX, type | Constants.SOCK_CLOEXEC, 0, memory.address()));
        memory.keepAlive();
        return new int[] {
            sockets.keep(memory.bytes().getInt(0)), sockets.keep(memory.bytes().getInt(4))
        };
    }

    private static void send(int fd, String text, int... descriptors) {
        byte[] bytes = text.getBytes(UTF_8);
        Message message = new Message(OwnedSockets.LIBC, bytes.length, descriptors.length);
        message.payload().put(message.payloadOffset(), bytes);
        OwnedSockets.check((int) message.send(fd, bytes.length, descriptors, new int[0], Constants.MSG_NOSIGNAL));
    }

    /** The next message; its descriptors are closed. */
    private static String text(int fd) {
        Message message = new Message(OwnedSockets.LIBC, HandoverMessage.MAX_BYTES, Constants.SCM_MAX_FD);
        long length = message.receive(fd, 0);
        if (length == -Errno.ECONNRESET) {
            length = message.receive(fd, 0);
        }
        byte[] bytes = new byte[OwnedSockets.check((int) length)];
        message.payload().get(message.payloadOffset(), bytes);
        for (int descriptor : message.descriptors()) {
            OwnedSockets.check(OwnedSockets.LIBC.close(descriptor));
        }
        return new String(bytes, UTF_8);
    }

    /** A giver by hand, and one that takes from it with room for so many descriptors. */
    private final class RawGiver {

        private final OwnedSockets own = new OwnedSockets();
        private final int listener;
        private final CompletableFuture<List<NamedSocket>> taking;
        private int connection;

        RawGiver(int room, IntPredicate allowed) {
            listener = own.listen(UnixAddress.parse(address), Constants.SOCK_SEQPACKET);
            taking = CompletableFuture.supplyAsync(() -> {
                try {
                    return SocketHandover.takeNumbers(address, allowed, SOON, room);
                } catch (IOException e) {
                    throw new CompletionException(e);
                }
            });
        }

        void accept() {
            connection = own.keep(OwnedSockets.LIBC.accept4(listener, 0, 0, Constants.SOCK_CLOEXEC));
        }

        void send(String text, int... descriptors) {
            SocketHandoverIT.send(connection, text, descriptors);
        }

        String text() {
            return SocketHandoverIT.text(connection);
        }

        void leave() {
            own.close();
        }

        SystemCallException failure() {
            return SocketHandoverIT.failure(taking);
        }
    }
}
