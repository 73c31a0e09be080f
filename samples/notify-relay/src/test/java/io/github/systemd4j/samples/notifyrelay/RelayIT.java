package io.github.systemd4j.samples.notifyrelay;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.sdnotify.NotifyReceiver;
import io.github.systemd4j.sdnotify.ReceivedNotification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged jar as a process, on each JDK and back-end, between this test and a shell or a {@link Speaker}. */
@Timeout(120)
class RelayIT {

    private static final String BACKEND = "io.github.systemd4j.linux.backend";
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private NotifyReceiver manager;

    @BeforeEach
    void bind() throws IOException {
        manager = NotifyReceiver.bind(directory.resolve("up").toString());
    }

    @AfterEach
    void close() throws IOException {
        manager.close();
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.filter(file -> Files.isDirectory(file) || file.endsWith("notify")))
                    .isEmpty();
        }
    }

    @Test
    void itsLastWordsArriveBeforeItsStatus() throws Exception {
        Process relay = start(List.of("--status-prefix", "web: "), Speaker.command("READY=1", "STATUS=bye", "exit 7"));

        assertThat(next()).isEqualTo("READY=1");
        assertThat(next()).isEqualTo("STATUS=web: bye");
        assertThat(relay.waitFor(1, TimeUnit.MILLISECONDS)).isFalse(); // it waits for us
        assertThat(next()).isEqualTo("BARRIER=1");
        assertThat(status(relay)).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "HUP", "USR1"})
    void signalsGoToTheCommandAndItsEndIsOurs(String signal) throws Exception {
        Path trace = directory.resolve("trace");
        String script = "trap 'echo " + signal + " > " + trace + "; exit 3' " + signal
                + "; echo up; while :; do sleep 0.05; done";
        Process relay = start(List.of(), List.of("/bin/sh", "-c", script));
        try (var out = relay.inputReader()) {
            assertThat(out.readLine()).isEqualTo("up");
            assertThat(new ProcessBuilder("/bin/sh", "-c", "kill -s " + signal + " " + relay.pid())
                            .start()
                            .waitFor())
                    .isZero();

            assertThat(status(relay)).isEqualTo(3);
        }
        assertThat(trace).hasContent(signal);
    }

    @Test
    void aCommandThatASignalEndedIs128AndTheNumber() throws Exception {
        assertThat(status(start(List.of(), List.of("/bin/sh", "-c", "kill -9 $$"))))
                .isEqualTo(137);
    }

    @Test
    void theCommandHasItsOwnSocketAndOurWatchdog() throws Exception {
        String script = "echo $NOTIFY_SOCKET; echo $WATCHDOG_USEC $((WATCHDOG_PID == $$)); echo ${LISTEN_FDS-none}";
        Path socket = directory.resolve("socket");
        Process relay =
                start(List.of("--socket", socket.toString(), "--mode", "600"), List.of("/bin/sh", "-c", script));
        try (var out = relay.inputReader()) {
            assertThat(out.lines()).containsExactly(socket.toString(), "5000000 1", "none");
        }
        assertThat(status(relay)).isZero();
        assertThat(socket).doesNotExist();
    }

    @Test
    void whatDidNotGetThroughIsSaid() throws Exception {
        Path err = directory.resolve("err");
        manager.close();
        ProcessBuilder relay = relay(List.of("--allow-uid", "4294"), Speaker.command("READY=1", "exit 0"));

        assertThat(status(relay.redirectError(err.toFile()).start())).isZero();
        assertThat(err).hasContent("notify-relay: 1 of 1 datagrams were void, or from someone who is not heard");
    }

    @Test
    void aManagerThatIsNotThereIsSaid() throws Exception {
        Path err = directory.resolve("err");
        manager.close();
        ProcessBuilder relay = relay(List.of(), Speaker.command("READY=1", "exit 0"));

        assertThat(status(relay.redirectError(err.toFile()).start())).isZero();
        assertThat(Files.readString(err))
                .startsWith("notify-relay: 1 of 1 datagrams were not sent on: ")
                .contains("ENOENT");
    }

    @Test
    void whatCannotBeStartedIsASentenceAndAStatus() throws Exception {
        Path text = Files.writeString(directory.resolve("text"), "no program");

        assertThat(refused("--mode", "x", "--", "true")).isEqualTo("64 notify-relay: --mode x: must be a number\n");
        assertThat(refused("--", "no-such-command"))
                .isEqualTo("127 notify-relay: no-such-command: there is no such command\n");
        assertThat(refused("--", text.toString()))
                .isEqualTo("126 notify-relay: " + text + ": this user may not execute it\n");
        assertThat(refused("--socket", text.toString(), "--", "true"))
                .isEqualTo("1 notify-relay: bind(" + text + "): EADDRINUSE (98)\n");
    }

    private String refused(String... arguments) throws Exception {
        Path err = directory.resolve("err");
        Process relay = process(List.of(arguments)).redirectError(err.toFile()).start();
        return status(relay) + " " + Files.readString(err);
    }

    private String next() throws IOException {
        try (ReceivedNotification next = manager.receive(SOON).orElseThrow()) {
            return next.toString();
        }
    }

    private static int status(Process relay) throws InterruptedException {
        boolean ended = relay.waitFor(SOON.toSeconds(), TimeUnit.SECONDS);
        relay.descendants().forEach(ProcessHandle::destroyForcibly);
        relay.destroyForcibly();
        assertThat(ended).isTrue();
        return relay.exitValue();
    }

    private Process start(List<String> options, List<String> command) throws IOException {
        return relay(options, command).start();
    }

    private ProcessBuilder relay(List<String> options, List<String> command) {
        List<String> arguments = new ArrayList<>(options);
        arguments.add("--");
        arguments.addAll(command);
        return process(arguments);
    }

    private ProcessBuilder process(List<String> arguments) {
        // Whatever started this test may ignore INT or HUP, as a shell does for what is in its background, and nohup.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal"));
        command.addAll(Speaker.java());
        command.add("-Djava.io.tmpdir=" + directory);
        String backend = System.getProperty(BACKEND);
        if (backend != null) {
            command.add("-D" + BACKEND + "=" + backend);
        }
        command.add("-jar");
        command.add(Objects.requireNonNull(System.getProperty("systemd4j.jar")));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("NOTIFY_SOCKET", directory.resolve("up").toString());
        builder.environment().put("WATCHDOG_USEC", "5000000");
        builder.environment().put("LISTEN_FDS", "1");
        return builder;
    }
}
