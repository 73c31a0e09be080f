package io.github.systemd4j.samples.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The supervisor in this JVM, over real processes. */
@Timeout(120)
class SupervisorTest {

    @TempDir
    Path directory;

    private final Lines lines = new Lines();
    private final List<Supervisor> supervisors = new ArrayList<>();

    @AfterEach
    void stop() {
        supervisors.forEach(Supervisor::stop);
    }

    @Test
    void itsStatusIsTheServices() throws Exception {
        assertThat(run("", "sh", "-c", "exit 0")).isZero();
        assertThat(lines.text()).contains("ended with status 0, and was never ready");
        assertThat(run("", "sh", "-c", "exit 7")).isEqualTo(7);
        assertThat(run("", "sh", "-c", "kill -TERM $$")).isEqualTo(143); // not our doing, so no clean stop
        assertThat(lines.text()).contains("ended with status 143 (SIGTERM)");
    }

    @Test
    void theServiceHasWhatSystemdGivesIt() throws Exception {
        Path out = directory.resolve("out");
        String script = "echo \"$NOTIFY_SOCKET $WATCHDOG_USEC $((WATCHDOG_PID - $$))\" > " + out;

        assertThat(run("--watchdog 1.5 --socket " + socket(), "sh", "-c", script))
                .isZero();

        assertThat(Files.readString(out)).isEqualTo(socket() + " 1500000 0\n");
        assertThat(socket()).doesNotExist();
    }

    @Test
    void whatTheServicePrintsBecomesRecords() throws Exception {
        String script = "echo one; echo '<4>two'; printf three >&2";

        assertThat(run("--journal web --show-records", "sh", "-c", script)).isZero();

        assertThat(lines.text())
                .containsPattern("(?m)journal +PRIORITY=6 SYSLOG_IDENTIFIER=web SYSLOG_PID=\\d+ MESSAGE=one$")
                .containsPattern("(?m)journal +PRIORITY=4 SYSLOG_IDENTIFIER=web SYSLOG_PID=\\d+ MESSAGE=two$")
                .containsPattern("(?m)journal +PRIORITY=3 SYSLOG_IDENTIFIER=web SYSLOG_PID=\\d+ MESSAGE=three$");
    }

    @Test
    void theServiceHasTheSocketsWithItsOwnPid() throws Exception {
        Path out = directory.resolve("out");
        Path path = directory.resolve("web");
        String script = "echo \"$LISTEN_FDS $LISTEN_FDNAMES $((LISTEN_PID - $$)) $((WATCHDOG_PID - $$))" + "\" > " + out
                + "; readlink /proc/$$/fd/3 /proc/$$/fd/4 | sed 's/:.*//' >> " + out;

        assertThat(run("--watchdog 1 --listen http=0 --listen " + path, "sh", "-c", script))
                .isZero();

        assertThat(Files.readString(out)).isEqualTo("2 http:unknown 0 0\nsocket\nsocket\n");
        assertThat(lines.text())
                .containsPattern("listens on 127\\.0\\.0\\.1:\\d+ \\(http\\)\n.*listens on " + path + " \\(unknown\\)");
        assertThat(path).doesNotExist();
    }

    @Test
    void whoConnectsWhileThereIsNoServiceIsServedByTheNext() throws Exception {
        Path path = directory.resolve("web");
        CompletableFuture<Integer> status =
                start("--restarts 1 --listen " + path, Program.command("ready", "answer", "hang"));
        Matcher started = Pattern.compile("started pid (\\d+)").matcher(lines.await("started pid"));
        assertThat(started.find()).isTrue();
        ProcessHandle service =
                ProcessHandle.of(Long.parseLong(started.group(1))).orElseThrow();
        lines.await("READY=1  -> active");
        try (SocketChannel first = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            assertThat(said(first)).isEqualTo("answer");
        }

        // It has answered once and does not accept any more: this one waits in the queue.
        try (SocketChannel waiting = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            service.destroyForcibly();
            assertThat(said(waiting)).isEqualTo("answer");
        }
        lines.await("restart 1 of 1");
        supervisors.get(0).stop();
        assertThat(status.get(60, TimeUnit.SECONDS)).isZero();
        assertThat(path).doesNotExist();
    }

    private static String said(SocketChannel channel) throws IOException {
        return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
    }

    @Test
    void anAddressThatIsTakenIsASentence() throws Exception {
        Path path = Files.createFile(directory.resolve("taken"));

        assertThatIOException()
                .isThrownBy(() -> run("--listen 0 --listen " + path, "true"))
                .withMessageStartingWith("cannot listen on " + path + ": ");
        assertThat(path).exists();
    }

    @Test
    void aFailureIsStartedAgainAsOftenAsAllowed() throws Exception {
        assertThat(run("--restarts 2", "sh", "-c", "exit 5")).isEqualTo(5);

        assertThat(lines.text())
                .containsSubsequence("status 5", "restart 1 of 2", "status 5", "restart 2 of 2", "status 5")
                .doesNotContain("restart 3");
    }

    @Test
    void aFailureToStartIsOneAsAnyOther() throws Exception {
        Options options = options("--restarts 2", List.of("sh", "-c", "exit 5"));
        Troubled keeping = new Troubled(Keeping.nothing(options), 2);
        List<String> standings = new ArrayList<>();

        assertThat(supervisor(options, keeping, standings::add).run()).isEqualTo(5);

        assertThat(lines.text())
                .containsSubsequence(
                        "cannot be started: no room", "restart 1 of 2", "no room", "restart 2 of 2", "status 5");
        assertThat(standings).first().isEqualTo("cannot be started");
    }

    @Test
    void aStateThatCannotBeWrittenDownEndsNothing() throws Exception {
        Options options = options("", Program.command("ready", "stopping"));

        assertThat(supervisor(options, new Troubled(Keeping.nothing(options), 0), text -> {})
                        .run())
                .isZero();

        assertThat(lines.text())
                .containsOnlyOnce("cannot write down how it is")
                .containsSubsequence("-> active", "-> stopping", "ended with status 0");
    }

    /** One that has no room: for some starts, and for any state. */
    private static final class Troubled implements Keeping {

        private final Keeping keeping;
        private int failures;

        Troubled(Keeping keeping, int failures) {
            this.keeping = keeping;
            this.failures = failures;
        }

        @Override
        public NotifySocket notifySocket() throws IOException {
            return keeping.notifySocket();
        }

        @Override
        public Listeners listeners() throws IOException {
            return keeping.listeners();
        }

        @Override
        public @Nullable Child survivor(@Nullable Journal journal) throws IOException {
            return keeping.survivor(journal);
        }

        @Override
        public Lifecycle lifeOf(Child survivor, long now) {
            return keeping.lifeOf(survivor, now);
        }

        @Override
        public Child start(NotifySocket socket, Listeners listeners, @Nullable Journal journal) throws IOException {
            if (failures-- > 0) {
                throw new IOException("no room");
            }
            return keeping.start(socket, listeners, journal);
        }

        @Override
        public void changed(Child child, Lifecycle life) throws IOException {
            throw new IOException("no room");
        }

        @Override
        public void ended(Child child) {
            keeping.ended(child);
        }

        @Override
        public void over() {
            keeping.over();
        }
    }

    @Test
    void aServiceThatIsReadyAndStopsWhenToldIsACleanStop() throws Exception {
        CompletableFuture<Integer> status = start("--watchdog 20", Program.command("ready", "pings", "hang"));
        lines.await("READY=1  -> active");
        lines.await("WATCHDOG=1  ping 1");

        supervisors.get(0).stop();

        assertThat(status.get(60, TimeUnit.SECONDS)).isZero();
        lines.await("-> stopping");
        lines.await("ended with status 143 (SIGTERM)");
    }

    @Test
    void aServiceThatDoesNotStopIsKilled() throws Exception {
        CompletableFuture<Integer> status = start("--stop-timeout 0.2", Program.command("deaf", "ready", "hang"));
        lines.await("READY=1");

        supervisors.get(0).stop();

        assertThat(status.get(60, TimeUnit.SECONDS)).isEqualTo(137);
        lines.await("not stopped in time: SIGKILL");
    }

    @Test
    void whatTheServiceStartedDoesNotOutliveTheStop() throws Exception {
        Path file = directory.resolve("pid");
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "sleep 1000 & echo $! > " + file + "; exec \"$@\"", "sh"));
        command.addAll(Program.command("ready", "hang"));
        CompletableFuture<Integer> status = start("", command);
        lines.await("READY=1");
        ProcessHandle sleep =
                ProcessHandle.of(Long.parseLong(Files.readString(file).strip())).orElseThrow();

        supervisors.get(0).stop();

        assertThat(status.get(60, TimeUnit.SECONDS)).isZero();
        lines.await("killed 1 of its processes that were left");
        sleep.onExit().get(60, TimeUnit.SECONDS);
    }

    @Test
    void aMissedWatchdogIsKilledAndStartedAgain() throws Exception {
        CompletableFuture<Integer> status =
                start("--watchdog 1.5 --restarts 1", Program.command("ready", "ping", "hang"));

        assertThat(status.get(60, TimeUnit.SECONDS)).isEqualTo(137);
        lines.await("READY=1  -> active");
        lines.await("ping 1");
        lines.await("watchdog missed: SIGKILL");
        lines.await("ended with status 137 (SIGKILL)");
        lines.await("restart 1 of 1");
        lines.await("READY=1  -> active");
        lines.await("watchdog missed: SIGKILL");
        lines.await("ended with status 137 (SIGKILL)");
    }

    @Test
    void aTriggerIsAMiss() throws Exception {
        CompletableFuture<Integer> status = start("--watchdog 100", Program.command("ready", "trigger", "hang"));

        assertThat(status.get(60, TimeUnit.SECONDS)).isEqualTo(137);
        lines.await("WATCHDOG=trigger  the service says itself that it is broken");
        lines.await("watchdog missed: SIGKILL");
    }

    @Test
    void aStartThatTakesTooLongIsStopped() throws Exception {
        CompletableFuture<Integer> status = start("--start-timeout 0.3", List.of("sleep", "1000"));

        assertThat(status.get(60, TimeUnit.SECONDS)).isEqualTo(143);
        lines.await("no READY=1 in time: SIGTERM");
        lines.await("ended with status 143 (SIGTERM), and was never ready");
    }

    @Test
    void onlyTheMainProcessIsHeard() throws Exception {
        CompletableFuture<Integer> status = start("", Program.command("child ready", "ready"));

        assertThat(status.get(60, TimeUnit.SECONDS)).isZero();
        lines.await("READY=1  (ignored: not from the main process");
        lines.await("READY=1  -> active");
    }

    @Test
    void allOfTheServiceIsHeardIfWanted() throws Exception {
        CompletableFuture<Integer> status = start("--access all", Program.command("child ready", "stopping"));

        assertThat(status.get(60, TimeUnit.SECONDS)).isZero();
        lines.await("READY=1  -> active");
        lines.await("STOPPING=1  -> stopping");
    }

    @Test
    void descriptorsAreClosedAndABarrierIsAnswered() throws Exception {
        CompletableFuture<Integer> status = start("", Program.command("ready", "store", "barrier"));

        assertThat(status.get(60, TimeUnit.SECONDS)).isZero(); // it fails unless the barrier is answered
        lines.await("2 descriptors closed, nothing is stored here");
        lines.await("BARRIER=1  answered");
    }

    @Test
    void theSocketIsPrivateAndRemoved() throws Exception {
        Path path;
        try (NotifySocket socket = NotifySocket.bind(null)) {
            path = Path.of(socket.address());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path.getParent())))
                    .isEqualTo("rwx------");
        }
        assertThat(path.getParent()).doesNotExist();
    }

    @Test
    void aSocketThatCannotBeBoundIsAnsweredWithASentence() {
        assertThatIOException()
                .isThrownBy(() -> run("--socket " + directory, "true"))
                .withMessageStartingWith("bind(" + directory + "): EADDRINUSE");
    }

    @Test
    void whatIsPrintedCannotCommandTheTerminal() {
        new Timeline(new PrintStream(lines, true, UTF_8)).of(1, "STATUS=\u001b[2J\u202e\u0007");
        assertThat(lines.text()).endsWith("pid 1        STATUS=?[2J??");
    }

    private Path socket() {
        return directory.resolve("notify");
    }

    private int run(String options, String... command) throws IOException, UsageException {
        return supervisor(options, Arrays.asList(command)).run();
    }

    private CompletableFuture<Integer> start(String options, List<String> command) throws UsageException {
        Supervisor supervisor = supervisor(options, command);
        return CompletableFuture.supplyAsync(() -> {
            try {
                return supervisor.run();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private Supervisor supervisor(String options, List<String> command) throws UsageException {
        Options parsed = options(options, command);
        return supervisor(parsed, Keeping.nothing(parsed), text -> {});
    }

    private Supervisor supervisor(Options options, Keeping keeping, Consumer<String> standing) {
        Supervisor supervisor =
                new Supervisor(options, new Timeline(new PrintStream(lines, true, UTF_8)), keeping, standing);
        supervisors.add(supervisor);
        return supervisor;
    }

    private static Options options(String options, List<String> command) throws UsageException {
        List<String> arguments = new ArrayList<>(options.isEmpty() ? List.of() : List.of(options.split(" ", -1)));
        arguments.add("--");
        arguments.addAll(command);
        return Options.parse(arguments);
    }
}
