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
import java.util.concurrent.TimeUnit;
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
        this(options, List.of(), properties);
    }

    /** The same with words before the service's command, which make a container of it, or another user. */
    RelayedUnit(List<String> options, List<String> prefix, String... properties) throws Exception {
        fifos = Files.createTempDirectory("relay-box");
        assertThat(run("mkfifo", fifos + "/in", fifos + "/out")).isEmpty();
        assertThat(run("chmod", "-R", "a+rwX", fifos.toString())).isEmpty(); // for a service of another user
        List<String> command = new ArrayList<>(List.of("systemd-run", "--quiet", "--no-block", "--unit=" + name));
        command.addAll(List.of("-p", "Type=notify", "-p", "NotifyAccess=main", "-p", "TimeoutStartSec=60"));
        for (String property : properties) {
            command.addAll(List.of("-p", property));
        }
        String java = System.getProperty("java.home") + "/bin/java";
        String jar = Path.of("target", "notify-relay.jar").toAbsolutePath().toString();
        command.addAll(List.of(java, "-jar", jar));
        command.addAll(options);
        command.add("--");
        command.addAll(prefix);
        command.addAll(List.of(java, "-XX:TieredStopAtLevel=1"));
        // Not our own class path: another user may not look into this one's home.
        command.addAll(
                List.of("-cp", jar + ":" + Path.of("target", "test-classes").toAbsolutePath()));
        command.addAll(List.of(Client.class.getName(), fifos.toString()));
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
            TimeUnit.MILLISECONDS.sleep(20); // between two looks, each of which is a process
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
