package io.github.systemd4j.samples.notifyrelay;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.sdnotify.Notification;
import io.github.systemd4j.sdnotify.Notifier;
import io.github.systemd4j.sdnotify.NotifyResult;
import io.github.systemd4j.sdnotify.Watchdog;
import java.io.BufferedReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A service that takes commands from one FIFO and answers each on another, after its manager has read it. */
public final class Client {

    private Client() {}

    public static void main(String[] args) throws Exception {
        Notifier notifier = Notifier.fromEnvironment();
        // Opening a FIFO waits for the other side, so both sides open them in this order.
        try (BufferedReader commands = Files.newBufferedReader(Path.of(args[0], "in"), UTF_8);
                PrintStream answers = new PrintStream(Files.newOutputStream(Path.of(args[0], "out")), true, UTF_8)) {
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                String[] words = line.split(" ", 2);
                answers.println(answer(notifier, words[0], words.length > 1 ? words[1] : ""));
            }
        }
    }

    private static Object answer(Notifier notifier, String command, String argument) throws Exception {
        NotifyResult result = switch (command) {
            case "ready" -> notifier.ready();
            case "reloading" -> notifier.reloading();
            case "stopping" -> notifier.stopping();
            case "status" -> notifier.status(argument);
            case "errno" -> send(notifier, Notification.builder().errno(Integer.parseInt(argument)));
            case "extend" ->
                send(notifier, Notification.builder().extendTimeout(Duration.ofSeconds(Long.parseLong(argument))));
            case "main-pid" -> send(notifier, Notification.builder().mainPid(Long.parseLong(argument)));
            case "store" ->
                send(
                        notifier,
                        Notification.builder().storeDescriptors(argument, 0).noPoll());
            case "unstore" -> send(notifier, Notification.builder().removeDescriptors(argument));
            case "trigger" -> send(notifier, Notification.builder().watchdogTrigger());
            case "pings" -> {
                notifier.pingWatchdog(Watchdog.fromEnvironment(), () -> true);
                yield notifier.watchdog();
            }
            case "sleeper" -> null;
            case "exit" -> {
                notifier.status("last words").orThrow();
                System.exit(Integer.parseInt(argument));
                yield null;
            }
            default -> throw new IllegalArgumentException(command);
        };
        if (result == null) {
            return new ProcessBuilder("sleep", "1000").start().pid();
        }
        result.orThrow();
        return notifier.barrier(Duration.ofSeconds(10));
    }

    private static NotifyResult send(Notifier notifier, Notification.Builder notification) {
        return notifier.send(notification.build());
    }
}
