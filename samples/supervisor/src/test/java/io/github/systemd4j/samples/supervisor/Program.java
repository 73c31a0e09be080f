package io.github.systemd4j.samples.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.sdnotify.Notification;
import io.github.systemd4j.sdnotify.Notifier;
import io.github.systemd4j.sdnotify.Watchdog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A small service: does what its arguments say, one after the other. */
public final class Program {

    private Program() {}

    public static void main(String[] steps) throws Exception {
        Notifier notifier = Notifier.fromEnvironment();
        for (String step : steps) {
            switch (step) {
                case "ready" -> notifier.ready().orThrow();
                case "stopping" -> notifier.stopping().orThrow();
                case "ping" -> notifier.watchdog().orThrow();
                case "pings" -> notifier.pingWatchdog(Watchdog.fromEnvironment(), () -> true);
                case "trigger" ->
                    notifier.send(Notification.builder().watchdogTrigger().build())
                            .orThrow();
                case "store" ->
                    notifier.send(Notification.builder()
                                    .storeDescriptors("two", 0, 1)
                                    .build())
                            .orThrow();
                case "barrier" -> notifier.barrier(Duration.ofSeconds(10)).orThrow();
                case "answer" -> answer();
                case "serve" -> serve();
                case "count" -> start(Program::count);
                case "deaf" -> Runtime.getRuntime().addShutdownHook(new Thread(Program::hang));
                case "hang" -> hang();
                case "exit 3" -> System.exit(3);
                default -> other(step);
            }
        }
    }

    private static void other(String step) throws IOException, InterruptedException {
        if (step.startsWith("await:")) {
            while (Files.notExists(Path.of(step.substring("await:".length())))) {
                Thread.sleep(10);
            }
        } else if (step.startsWith("touch:")) {
            Files.createFile(Path.of(step.substring("touch:".length())));
        } else { // "child STEP": another process of ours takes the step, and lives until it was heard
            new ProcessBuilder(command(step.substring("child ".length()), "barrier"))
                    .inheritIO()
                    .start()
                    .waitFor();
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }

    /** Says its pid to each client of each socket. */
    private static void serve() throws IOException {
        byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(UTF_8);
        for (InheritedDescriptor each : Activation.fromEnvironment().descriptors()) {
            ServerSocketChannel listener = each.serverSocketChannel();
            start(() -> {
                while (true) {
                    try (SocketChannel client = listener.accept()) {
                        client.write(ByteBuffer.wrap(pid));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            });
        }
    }

    /** Prints a line fifty times in a second. */
    private static void count() {
        try {
            for (int i = 1; ; i++) {
                System.out.println("line " + i);
                Thread.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One client of the first socket, and no other one. */
    private static void answer() throws IOException {
        try (SocketChannel client = Activation.fromEnvironment()
                .descriptors()
                .get(0)
                .serverSocketChannel()
                .accept()) {
            client.write(UTF_8.encode("answer"));
        }
    }

    /** What starts it: this JVM with this class path. */
    static List<String> command(String... steps) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
        command.addAll(List.of(steps));
        return command;
    }

    private static void hang() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
