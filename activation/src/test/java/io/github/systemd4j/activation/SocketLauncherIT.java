package io.github.systemd4j.activation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.systemd4j.linux.Diagnostics;
import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real children: what they have, what they have not, and what is left of them here. */
@Timeout(120)
class SocketLauncherIT {

    /** Without a process of its own for any of it. */
    private static final String SAY_DESCRIPTORS =
            "i=0; while [ $i -lt 400 ]; do [ -e /proc/$$/fd/$i ] && echo $i; i=$((i+1)); done; ";

    private static final String SAY_VARIABLES = "echo $LISTEN_PID $$ $LISTEN_FDS $LISTEN_FDNAMES; ";

    @TempDir
    Path directory;

    private final OwnedSockets sockets = new OwnedSockets();
    private Set<String> before = Set.of();

    @BeforeEach
    void countDescriptors() throws Exception {
        // Once, so that classes and jars are open that the first of all tests would open.
        run(new SocketLauncher(new ProcessBuilder("true")));
        OwnedSockets.warmUp();
        before = OwnedSockets.opened();
    }

    @AfterEach
    void nothingIsLeftOpen() {
        sockets.close();
        OwnedSockets.assertOpenedSince(before, 0);
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    private static SocketLauncher shell(String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        command.addAll(List.of(arguments));
        return new SocketLauncher(new ProcessBuilder(command).redirectErrorStream(true));
    }

    /** Runs it to its end and answers what it said; its exit status must be 0. */
    private static String run(SocketLauncher launcher) throws Exception {
        SocketProcess process = launcher.start();
        String said = said(process);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static String said(Process process) throws IOException {
        process.getOutputStream().close();
        try (var output = process.getInputStream();
                var error = process.getErrorStream()) {
            return new String(output.readAllBytes(), UTF_8) + new String(error.readAllBytes(), UTF_8);
        }
    }

    private static void close(Process process) throws IOException {
        process.getOutputStream().close();
        process.getInputStream().close();
        process.getErrorStream().close();
    }

    @Test
    void isTheBackEndThatThisRunIsAbout() {
        assertThat(Diagnostics.current().backend()).isEqualTo(System.getProperty("systemd4j.expected.backend"));
    }

    @Test
    void socketsFromThreeUpAndNothingElse() throws Exception {
        int tcp = sockets.tcp();
        int unix = sockets.unix(directory.resolve("s"));

        SocketProcess process = shell(SAY_VARIABLES + SAY_DESCRIPTORS)
                .socket("web", tcp)
                .socket("admin", unix)
                .socket("web", tcp)
                .start();
        String[] said = said(process).split("\n", -1);

        assertThat(said[0]).isEqualTo(process.pid() + " " + process.pid() + " 3 web:admin:web");
        assertThat(List.of(said).subList(1, said.length)).containsExactly("0", "1", "2", "3", "4", "5", "");
        assertThat(process.waitFor()).isZero();
    }

    /** It is a flag of the socket, which no copy of a descriptor has for itself. */
    @Test
    void blockingModeIsShared() throws Exception {
        try (ServerSocketChannel channel = ServerSocketChannel.open()) {
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int flags = Constants.O_NONBLOCK;
            String look = "echo $(( $(sed -n 's/^flags:[^0-9]*/0/p' /proc/self/fdinfo/3) & " + flags + " ))";

            assertThat(run(shell(look).socket("web", channel))).isEqualTo("0\n");
            channel.configureBlocking(false);
            assertThat(run(shell(look).socket("web", channel))).isEqualTo(flags + "\n");
        }
    }

    @Test
    void eachSocketIsInItsPlace() throws Exception {
        int tcp = sockets.tcp();
        int udp = sockets.udp();

        String said = run(shell("readlink /proc/self/fd/3 /proc/self/fd/4 /proc/self/fd/5")
                .socket("a", udp)
                .socket("b", tcp)
                .socket("c", udp));

        assertThat(said).isEqualTo(link(udp) + "\n" + link(tcp) + "\n" + link(udp) + "\n");
    }

    private static Path link(int fd) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd));
    }

    /** More than this JVM has open: the child's numbers are everywhere among ours. */
    @Test
    void moreTargetsThanWeHaveDescriptors() throws Exception {
        int last = 302;
        SocketLauncher launcher = shell(
                "i=3; while [ $i -le " + last
                        + " ]; do set -- \"$@\" /proc/self/fd/$i; i=$((i + 1)); done; shift; readlink \"$@\"",
                "shifted");
        int[] sources = {sockets.tcp(), sockets.udp(), 0};
        StringBuilder expected = new StringBuilder();
        for (int target = 3; target <= last; target++) {
            int source = sources[target % 3];
            launcher.socket("n" + target, source);
            expected.append(link(source)).append('\n');
        }

        assertThat(run(launcher)).isEqualTo(expected.toString());
    }

    @Test
    void anOlderCLibraryWithoutCloseFrom() throws Exception {
        Libc old = without("posix_spawn_file_actions_addclosefrom_np");

        SocketProcess process =
                shell(SAY_DESCRIPTORS).socket("web", sockets.tcp()).start(old);

        assertThat(said(process)).isEqualTo("0\n1\n2\n3\n");
        assertThat(process.waitFor()).isZero();
    }

    private static Libc without(String function) {
        return OwnedSockets.instead(function, arguments -> -Errno.ENOSYS);
    }

    @Test
    void cleanSignals() throws Exception {
        String signals = run(new SocketLauncher(new ProcessBuilder("grep", "^Sig\\(Blk\\|Ign\\)", "/proc/self/status"))
                .socket("web", sockets.tcp()));

        assertThat(signals.replaceAll("\\s", "")).isEqualTo("SigBlk:0000000000000000SigIgn:0000000000000000");
    }

    /** Debian's shell cleans the mask itself, others don't. */
    @Test
    void cleanSignalsWithoutAShellInBetween() throws Exception {
        String blocked = "SigBlk:\t0000000000000000\n";
        assertThat(Files.readString(Path.of("/proc/thread-self/status")))
                .contains("SigBlk:")
                .doesNotContain(blocked);
        List<byte[]> command = List.of(
                OwnedSockets.text("/bin/grep"), OwnedSockets.text("SigBlk"), OwnedSockets.text("/proc/self/status"));
        ProcessBuilder streams = new ProcessBuilder("grep");
        SocketProcess process;
        try (ChildDescriptors descriptors = ChildDescriptors.prepare(OwnedSockets.LIBC, streams, List.of())) {
            Spawn spawn = new Spawn(OwnedSockets.LIBC, "grep", command, List.of());
            process = SocketProcess.start(OwnedSockets.LIBC, spawn, descriptors);
        }

        assertThat(said(process)).isEqualTo(blocked);
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void sigquitGivesAThreadDumpAndBothSidesServe() throws Exception {
        int tcp = sockets.tcp();
        Path path = directory.resolve("s");
        ProcessBuilder program = Jvm.program(ListenProbe.class).redirectErrorStream(true);
        SocketProcess process = new SocketLauncher(program)
                .socket("web", tcp)
                .socket("admin", sockets.unix(path))
                .start();
        try (BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            assertThat(output.readLine()).isEqualTo("true 2 web:admin");
            assertThat(OwnedSockets.askTcp(OwnedSockets.port(tcp))).isEqualTo("web by " + process.pid());
            assertThat(OwnedSockets.askUnix(path)).isEqualTo("admin by " + process.pid());

            assertThat(process.sendSignal(3)).isTrue();
            String line = output.readLine();
            while (line != null && !line.startsWith("Full thread dump")) {
                line = output.readLine();
            }
            assertThat(line).startsWith("Full thread dump");
            assertThat(process.isAlive()).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        close(process);
        CompletableFuture<String> ours = CompletableFuture.supplyAsync(() -> {
            try {
                return OwnedSockets.askTcp(OwnedSockets.port(tcp));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        OwnedSockets.answer(tcp, "still here");
        assertThat(ours.get()).isEqualTo("still here");
    }

    @Test
    void exitStatusAndSignal() throws Exception {
        SocketProcess ended = shell("exit 5").start();
        assertThat(ended.waitFor()).isEqualTo(5);
        assertThat(ended.exitValue()).isEqualTo(5);
        assertThat(ended.exitSignal()).isEmpty();
        close(ended);

        SocketProcess killed = shell("read line").start();
        assertThat(killed.isAlive()).isTrue();
        assertThatExceptionOfType(IllegalThreadStateException.class).isThrownBy(killed::exitValue);
        assertThat(killed.exitSignal()).isEmpty();
        assertThat(killed.waitFor(1, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(killed).asString().endsWith(", running]");
        killed.destroy();
        assertThat(killed.onExit().get(30, TimeUnit.SECONDS)).isSameAs(killed);
        assertThat(killed.exitValue()).isEqualTo(143);
        assertThat(killed.exitSignal()).hasValue(15);
        assertThat(killed.isAlive()).isFalse();
        assertThat(killed).asString().endsWith(", exitValue=143]");
        close(killed);

        // A program that says of itself what a signal would have made of it.
        SocketProcess itself = shell("exit 143").start();
        assertThat(itself.waitFor()).isEqualTo(143);
        assertThat(itself.exitSignal()).isEmpty();
        close(itself);
    }

    @Test
    void signalsAreSentToTheLivingAlone() throws Exception {
        SocketProcess process = shell("trap 'echo hup; exit 0' HUP; echo ready; while :; do read line; done")
                .start();
        try (BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            assertThat(output.readLine()).isEqualTo("ready");
            assertThat(process.sendSignal(1)).isTrue();
            process.getOutputStream().close();
            assertThat(output.readLine()).isEqualTo("hup");
        }
        assertThat(process.waitFor()).isZero();

        assertThat(process.sendSignal(1)).isFalse();
        process.destroy();
        assertThat(process.destroyForcibly()).isSameAs(process);
        assertThat(process.supportsNormalTermination()).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> process.sendSignal(0))
                .withMessageContaining("signal");
        assertThatIllegalArgumentException().isThrownBy(() -> process.sendSignal(65));
        close(process);
    }

    @Test
    void aHandleLikeThatOfAnyProcess() throws Exception {
        SocketProcess process = shell("read line").start();
        ProcessHandle handle = process.toHandle();

        assertThat(handle.pid()).isEqualTo(process.pid());
        assertThat(handle.parent())
                .get()
                .extracting(ProcessHandle::pid)
                .isEqualTo(ProcessHandle.current().pid());
        assertThat(process.info().command()).isPresent();
        assertThat(process.children()).isEmpty();
        assertThat(handle.destroy()).isTrue();
        assertThat(handle.onExit().get(30, TimeUnit.SECONDS)).isEqualTo(handle);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitSignal()).hasValue(15);
        assertThat(process.toHandle()).isEqualTo(handle);
        close(process);
    }

    @Test
    void theWaitingThreadIsADaemonWithAName() throws Exception {
        SocketProcess process = shell("read line").start();

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().equals("systemd4j-child-" + process.pid()))
                .singleElement()
                .matches(Thread::isDaemon);

        process.getOutputStream().close();
        process.waitFor();
        close(process);
    }

    /** The kernel sends that signal when the thread ends that started the process. */
    @Test
    void aChildOutlivesTheThreadThatAskedForIt() throws Exception {
        SocketLauncher launcher = new SocketLauncher(
                new ProcessBuilder("setpriv", "--pdeathsig", "TERM", "sh", "-c", "echo up; read line; echo $line"));
        ExecutorService thread = Executors.newSingleThreadExecutor();
        SocketProcess process = thread.submit(() -> launcher.start()).get();
        try (BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            assertThat(output.readLine()).isEqualTo("up");
            thread.shutdown();
            assertThat(thread.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

            process.getOutputStream().write("still\n".getBytes(UTF_8));
            process.getOutputStream().close();
            assertThat(output.readLine()).isEqualTo("still");
        }
        assertThat(process.waitFor()).isZero();
        close(process);
    }

    @Test
    void anInterruptedCallerGetsItsChildAndStaysInterrupted() throws Exception {
        Thread.currentThread().interrupt();
        SocketProcess process = shell("exit 0").start();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(process.waitFor()).isZero();
        close(process);
    }

    @Test
    void redirections() throws Exception {
        Path in = Files.writeString(directory.resolve("in"), "from a file\n");
        Path out = Files.writeString(directory.resolve("out"), "old\n");
        Path err = directory.resolve("err");
        SocketLauncher launcher = new SocketLauncher(new ProcessBuilder("sh", "-c", "cat; echo error >&2")
                .redirectInput(in.toFile())
                .redirectOutput(Redirect.appendTo(out.toFile()))
                .redirectError(err.toFile()));

        SocketProcess process = launcher.start();

        assertThat(process.waitFor()).isZero();
        assertThat(said(process)).isEmpty();
        assertThat(out).hasContent("old\nfrom a file\n");
        assertThat(err).hasContent("error\n");
        assertThat(launcher.start().waitFor()).isZero();
        assertThat(out).hasContent("old\nfrom a file\nfrom a file\n");
        assertThat(err).hasContent("error\n");
    }

    @Test
    void inheritedAndDiscarded() throws Exception {
        SocketProcess process = new SocketLauncher(new ProcessBuilder(
                                "sh",
                                "-c",
                                "said=$(readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2); echo \"$said\" >&3")
                        .redirectInput(Redirect.INHERIT)
                        .redirectOutput(Redirect.INHERIT)
                        .redirectError(Redirect.DISCARD))
                .socket("report", reportTo(directory.resolve("report")))
                .start();

        assertThat(process.waitFor()).isZero();
        assertThat(directory.resolve("report")).hasContent(link(0) + "\n" + link(1) + "\n/dev/null\n");
    }

    private int reportTo(Path file) {
        var path = Memory.text(OwnedSockets.LIBC, PlatformText.bytes(file.toString()));
        int fd = OwnedSockets.LIBC.open(
                path.address(), Constants.O_WRONLY | Constants.O_CREAT | Constants.O_CLOEXEC, 0600);
        path.keepAlive();
        return sockets.keep(fd);
    }

    @Test
    void separateStreams() throws Exception {
        SocketProcess process =
                new SocketLauncher(new ProcessBuilder("sh", "-c", "read a; echo out $a; echo err $a >&2")).start();
        process.getOutputStream().write("x\n".getBytes(UTF_8));

        assertThat(said(process)).isEqualTo("out x\nerr x\n");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void theWorkingDirectory() throws Exception {
        Path odd = Files.createDirectory(directory.resolve("- it's \"odd\" $HOME"));
        Path script = Files.writeString(odd.resolve("script"), "#!/bin/sh\npwd -P; printf '%s\\n' \"$1\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));

        String said = run(new SocketLauncher(
                        new ProcessBuilder("./script", "$(it) 'is' * \"not\" expanded \\n").directory(odd.toFile()))
                .socket("web", sockets.tcp()));

        assertThat(said).isEqualTo(odd.toRealPath() + "\n$(it) 'is' * \"not\" expanded \\n\n");
    }

    @Test
    void theEnvironmentIsAValue() throws Exception {
        ProcessBuilder program = new ProcessBuilder("env");
        program.environment().clear();
        program.environment()
                .putAll(Map.of("LISTEN_PID", "1", "LISTEN_FDS", "7", "LISTEN_FDNAMES", "old", "KEPT", "a b\tc"));
        program.environment().put("LISTEN_PIDFDID", "5");

        SocketProcess process =
                new SocketLauncher(program).socket("web", sockets.tcp()).start();

        assertThat(said(process).lines().filter(line -> !line.startsWith("PWD=")))
                .containsExactlyInAnyOrder(
                        "KEPT=a b\tc", "LISTEN_PID=" + process.pid(), "LISTEN_FDS=1", "LISTEN_FDNAMES=web");
        assertThat(process.waitFor()).isZero();
        assertThat(program.environment()).containsEntry("LISTEN_FDS", "7");
        assertThat(run(new SocketLauncher(program))).contains("KEPT").doesNotContain("LISTEN");
    }

    @Test
    void scrubbed() {
        ProcessBuilder builder = new ProcessBuilder("true");
        builder.environment()
                .putAll(Map.of("LISTEN_PID", "1", "LISTEN_FDS", "1", "LISTEN_FDNAMES", "web", "LISTEN_PIDFDID", "1"));
        builder.environment().put("LISTEN_ON", "kept");

        assertThat(SocketLauncher.scrub(builder)).isSameAs(builder);

        assertThat(builder.environment())
                .containsEntry("LISTEN_ON", "kept")
                .doesNotContainKeys("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID");
    }

    /** The JDK has spoilt what it decoded; a child must get the bytes all the same. */
    @Test
    void variablesThatThePlatformsCharsetCannotSpell() throws Exception {
        ProcessBuilder program = Jvm.program(EnvironmentProbe.class);
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "ODD=\"$(printf 'm\\303\\274d\\377')\" exec \"$@\"", "sh"));
        command.addAll(program.command());
        program.command(command).environment().put("LC_ALL", "C");
        Process process = program.start();
        process.getOutputStream().close();

        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).isZero();
        close(process);

        assertThat(said.replaceAll("\\s+", " ").strip()).isEqualTo("6d c3 bc 64 ff");
    }

    @Test
    void aProgramThatIsNotThere() {
        assertThatThrownBy(() -> new SocketLauncher(new ProcessBuilder("no-such-program"))
                        .socket("web", sockets.tcp())
                        .start())
                .isInstanceOf(SystemCallException.class)
                .hasMessageStartingWith("execve(no-such-program): ENOENT (2): in none of the directories of PATH: ");
        assertThatThrownBy(() -> new SocketLauncher(new ProcessBuilder("/no/such/program")).start())
                .hasMessage("execve(/no/such/program): ENOENT (2): no such program");
        assertThatThrownBy(() -> new SocketLauncher(new ProcessBuilder("./passwd").directory(new File("/etc"))).start())
                .hasMessageStartingWith("execve(./passwd): EACCES (13): /etc/./passwd cannot be executed");
        assertThatThrownBy(() -> new SocketLauncher(new ProcessBuilder("/etc")).start())
                .hasMessageStartingWith("execve(/etc): EACCES (13)");
        ProcessBuilder elsewhere = new ProcessBuilder("passwd");
        elsewhere.environment().put("PATH", ":relative:/etc");
        assertThatThrownBy(() -> new SocketLauncher(elsewhere).start())
                .hasMessageStartingWith("execve(passwd): EACCES (13): /etc/passwd cannot be executed");
    }

    @Test
    void otherThingsThatAreNotThere() throws Exception {
        ProcessBuilder program = new ProcessBuilder("true");
        assertThatThrownBy(() -> new SocketLauncher(program.directory(new File("/no/directory"))).start())
                .hasMessage("chdir(/no/directory): ENOENT (2): no such working directory");
        assertThatThrownBy(() -> new SocketLauncher(program.directory(new File("/etc/passwd"))).start())
                .hasMessageStartingWith("chdir(/etc/passwd): ENOTDIR (20)");
        program.directory(null);
        assertThatThrownBy(() -> new SocketLauncher(program.redirectOutput(new File("/no/log"))).start())
                .hasMessage("open(/no/log): ENOENT (2)");
        program.redirectOutput(Redirect.PIPE);
        int closed = OwnedSockets.check(OwnedSockets.LIBC.dup(0));
        OwnedSockets.check(OwnedSockets.LIBC.close(closed));
        assertThatThrownBy(
                        () -> new SocketLauncher(program).socket("web", closed).start())
                .hasMessageStartingWith("fcntl(F_DUPFD_CLOEXEC)(descriptor " + closed + ", web): EBADF (9): ");
    }

    @Test
    void moreThanTheKernelTakes() {
        assertThatThrownBy(() -> new SocketLauncher(new ProcessBuilder("true", "x".repeat(1 << 22))).start())
                .isInstanceOf(SystemCallException.class)
                .hasMessage("posix_spawn(true): E2BIG (7)");
    }

    @Test
    void withoutAProcessToBeHad() {
        Libc none = without("posix_spawn");

        assertThatThrownBy(() -> shell("true").socket("web", sockets.tcp()).start(none))
                .isInstanceOf(SystemCallException.class)
                .hasMessage("posix_spawn(sh): ENOSYS (38)");
    }

    @Test
    void theCallersMistakes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SocketLauncher(new ProcessBuilder(List.of())).start())
                .withMessage("command: empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SocketLauncher(new ProcessBuilder("true", "a\0b")).start())
                .withMessageStartingWith("command:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:b", "tab\t", "\u00fc", "\u007f"})
    void namesThatSystemdWouldNotTake(String name) {
        SocketLauncher launcher = new SocketLauncher(new ProcessBuilder("true"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> launcher.socket(name, 0))
                .withMessageStartingWith("name:");
        assertThatIllegalArgumentException().isThrownBy(() -> launcher.socket("x".repeat(256), 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> launcher.socket("web", -1))
                .withMessageStartingWith("descriptor:");
    }

    @Test
    void twoHundredLaunchesFromManyThreadsLeaveNothing() throws Exception {
        int tcp = sockets.tcp();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<Void>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int number = i;
            Callable<Void> launch = () -> {
                SocketProcess process = shell(SAY_VARIABLES + "exit " + number)
                        .socket("n" + number, tcp)
                        .start();
                assertThat(said(process)).isEqualTo(process.pid() + " " + process.pid() + " 1 n" + number + "\n");
                assertThat(process.waitFor()).isEqualTo(number);
                return null;
            };
            all.add(threads.submit(launch));
        }
        for (Future<Void> each : all) {
            each.get();
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void besideChildrenOfTheJdk() throws Exception {
        Process jdk = new ProcessBuilder("sh", "-c", "read line; exit 7").start();
        SocketProcess ours = shell("read line; exit 8").start();

        jdk.getOutputStream().close();
        ours.getOutputStream().close();

        assertThat(jdk.waitFor()).isEqualTo(7);
        assertThat(ours.waitFor()).isEqualTo(8);
        close(jdk);
        close(ours);
    }

    /** Somebody else, such as a native library, took the status: that is said, and nobody waits for ever. */
    @Test
    void aStatusThatSomebodyElseTook() throws Exception {
        Libc robbed = without("waitid");

        SocketProcess process = shell("exit 5").start(robbed);

        assertThat(process.waitFor(Duration.ofSeconds(30).toMillis(), TimeUnit.MILLISECONDS))
                .isTrue();
        assertThat(process.exitValue()).isEqualTo(-1);
        assertThat(process.exitSignal()).isEmpty();
        assertThat(process.sendSignal(9)).isFalse();
        close(process);
        var info = io.github.systemd4j.linux.libc.Memory.allocate(OwnedSockets.LIBC, 128);
        OwnedSockets.check(
                OwnedSockets.LIBC.waitid(Constants.P_PID, (int) process.pid(), info.address(), Constants.WEXITED));
        info.keepAlive();
    }
}
