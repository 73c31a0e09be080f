package io.github.systemd4j.samples.notifyrelay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/** A transient unit of the box's systemd whose main process is the relay, and a {@link Client} below that. */
final class RelayedUnit implements AutoCloseable {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String name = "relayed-" + COUNT.incrementAndGet() + ".service";
    private final Path fifos;
    private final PrintStream commands;
    private final BufferedReader answers;

    /** Starts it with the relay's options and the unit's properties, and waits until it takes commands. */
    RelayedUnit(List<String> options, String... properties) throws Exception {
        fifos = Files.createTempDirectory("relay-box");
        assertThat(run("mkfifo", fifos + "/in", fifos + "/out")).isEmpty();
        List<String> command = new ArrayList<>(List.of("systemd-run", "--quiet", "--no-block", "--unit=" + name));
        command.addAll(List.of("-p", "Type=notify", "-p", "NotifyAccess=main", "-p", "TimeoutStartSec=60"));
        for (String property : properties) {
            command.addAll(List.of("-p", property));
        }
        String java = System.getProperty("java.home") + "/bin/java";
        command.addAll(List.of(
                java,
                "-jar",
                Path.of("target", "notify-relay.jar").toAbsolutePath().toString()));
        command.addAll(options);
        command.addAll(List.of("--", java, "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Client.class.getName(), fifos.toString()));
        assertThat(run(command.toArray(String[]::new))).isEmpty();
        commands = new PrintStream(Files.newOutputStream(fifos.resolve("in")), true, UTF_8);
        answers = Files.newBufferedReader(fifos.resolve("out"), UTF_8);
    }

    /** Has the service do something that it does not answer. */
    void tell(String command) {
        commands.println(command);
    }

    /** Has the service do something and returns its answer. */
    String say(String command) throws IOException {
        tell(command);
        return Objects.requireNonNull(answers.readLine(), () -> name + " ended instead of answering " + command);
    }

    /** Has the service send something, and waits until systemd has read it. */
    void send(String command) throws IOException {
        assertThat(say(command)).isEqualTo("Sent[]");
    }

    String show(String property) throws Exception {
        return run("systemctl", "show", "--value", "-p", property, name);
    }

    /** Waits for what systemd does by itself; the tests' time-out is the bound. */
    void await(String property, String value) throws Exception {
        while (!show(property).equals(value)) {
            Thread.onSpinWait();
        }
    }

    String name() {
        return name;
    }

    @Override
    public void close() throws IOException {
        run("systemctl", "kill", "--signal=KILL", name);
        run("systemctl", "stop", name);
        run("systemctl", "reset-failed", name);
        commands.close();
        answers.close();
    }

    /** Output and errors of a command, without the last newline. */
    static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e); // the test's time is over
        }
        return output;
    }
}
