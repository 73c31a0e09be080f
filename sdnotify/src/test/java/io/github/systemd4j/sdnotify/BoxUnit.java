package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** A transient unit that runs {@link BoxService} under the box's systemd. */
final class BoxUnit implements AutoCloseable {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String name = "notify-" + COUNT.incrementAndGet() + ".service";
    private final Path fifos;
    private final PrintStream commands;
    private BufferedReader answers;

    /** Starts it with the unit's properties and waits until it takes commands. */
    BoxUnit(String... properties) throws Exception {
        fifos = Files.createTempDirectory("notify-box");
        assertThat(run("mkfifo", fifos + "/in", fifos + "/out")).isEmpty();
        List<String> command = new ArrayList<>(List.of("systemd-run", "--quiet", "--no-block", "--unit=" + name));
        command.addAll(List.of("-p", "Type=notify", "-p", "NotifyAccess=main", "-p", "TimeoutStartSec=60"));
        for (String property : properties) {
            command.addAll(List.of("-p", property));
        }
        command.addAll(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                BoxService.class.getName(),
                fifos.toString()));
        assertThat(run(command.toArray(String[]::new))).isEmpty();
        // A FIFO opened for both directions does not wait, and keeps the service's reading side open over a restart.
        commands = new PrintStream(Files.newOutputStream(fifos.resolve("in")), true, UTF_8);
        answers = Files.newBufferedReader(fifos.resolve("out"), UTF_8);
    }

    /** The service has another process now; its FIFO must be opened anew. */
    BoxUnit restart() throws Exception {
        assertThat(run("systemctl", "restart", "--no-block", name)).isEmpty();
        assertThat(answers.readLine()).isNull();
        answers.close();
        answers = Files.newBufferedReader(fifos.resolve("out"), UTF_8);
        return this;
    }

    /** Has the service do something. */
    void tell(String command) {
        commands.println(command);
    }

    /** Has the service do something and returns its answer. */
    String say(String command) throws IOException {
        tell(command);
        String answer = answers.readLine();
        if (answer == null) {
            throw new AssertionError(name + " ended instead of answering " + command);
        }
        return answer;
    }

    /** Has it send something, and waits until systemd has read it. */
    void send(String command) throws IOException {
        assertThat(say(command)).isEqualTo("Sent[]");
        assertThat(say("barrier")).isEqualTo("Sent[]");
    }

    String show(String property) throws Exception {
        return run("systemctl", "show", "--value", "-p", property, name);
    }

    /** Properties as they are on the bus, where systemctl would make them fit for people; numbers and text. */
    List<String> properties(String type, String... properties) throws Exception {
        List<String> command = new ArrayList<>(List.of("busctl", "--json=short", "get-property"));
        command.add("org.freedesktop.systemd1");
        command.add("/org/freedesktop/systemd1/unit/" + name.replace("-", "_2d").replace(".", "_2e"));
        command.add("org.freedesktop.systemd1." + type);
        command.addAll(List.of(properties));
        List<String> values = new ArrayList<>();
        for (String line : run(command.toArray(String[]::new)).split("\n", -1)) {
            String value = line.substring(line.indexOf("\"data\":") + 7, line.length() - 1);
            values.add(value.startsWith("\"") ? unescaped(value.substring(1, value.length() - 1)) : value);
        }
        assertThat(values).hasSize(properties.length);
        return values;
    }

    private static String unescaped(String json) {
        String text = json.replace("\\\\", "\0")
                .replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\\t", "\t")
                .replace("\\b", "\b")
                .replace("\\f", "\f")
                .replace("\\\"", "\"");
        return Pattern.compile("\\\\u([0-9a-f]{4})")
                .matcher(text)
                .replaceAll(code -> Character.toString(Integer.parseInt(code.group(1), 16)))
                .replace("\0", "\\");
    }

    /** Waits for what systemd does by itself; the tests' time-out is the bound. */
    void await(String property, String value) throws Exception {
        while (!show(property).equals(value)) {
            TimeUnit.MILLISECONDS.sleep(20); // between two looks, each of which is a process
        }
    }

    @Override
    public void close() throws IOException {
        run("systemctl", "kill", "--signal=KILL", name);
        run("systemctl", "stop", name);
        run("systemctl", "reset-failed", name);
        commands.close();
        answers.close();
        Files.delete(fifos.resolve("in"));
        Files.delete(fifos.resolve("out"));
        Files.delete(fifos);
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
