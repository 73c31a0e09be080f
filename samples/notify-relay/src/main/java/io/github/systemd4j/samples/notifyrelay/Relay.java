package io.github.systemd4j.samples.notifyrelay;

import io.github.systemd4j.sdnotify.Notifier;
import io.github.systemd4j.sdnotify.NotifyReceiver;
import io.github.systemd4j.sdnotify.NotifyRelay;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Runs a command with a notify socket of its own, and sends on what comes there. */
public final class Relay {

    private static final int EXIT_FAILURE = 1;
    private static final int EXIT_USAGE = 64;
    private static final int EXIT_NOT_EXECUTABLE = 126;
    private static final int EXIT_NOT_FOUND = 127;

    private Relay() {}

    /**
     * The program.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(main(List.of(arguments), System.getenv()));
    }

    private static int main(List<String> arguments, Map<String, String> environment) {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (UsageException e) {
            return complain(e.getMessage(), EXIT_USAGE);
        }
        if (options.command().isEmpty()) {
            System.out.print(Options.HELP);
            return 0;
        }
        String command = options.command().get(0);
        Optional<File> file = Child.find(command, environment);
        if (file.isEmpty()) {
            return complain(command + ": there is no such command", EXIT_NOT_FOUND);
        }
        if (!file.get().canExecute()) {
            return complain(command + ": this user may not execute it", EXIT_NOT_EXECUTABLE);
        }
        try {
            return run(options, environment);
        } catch (IOException e) {
            return complain(e.getMessage(), EXIT_FAILURE);
        } catch (InterruptedException e) {
            return EXIT_FAILURE;
        }
    }

    private static int complain(@Nullable String message, int status) {
        System.err.println("notify-relay: " + message);
        return status;
    }

    /** Runs the command and answers with its status, after everything it said was read up there. */
    private static int run(Options options, Map<String, String> environment) throws IOException, InterruptedException {
        Path directory = options.socket() == null ? privateDirectory() : null;
        String address = directory == null
                ? String.valueOf(options.socket())
                : directory.resolve("notify").toString();
        try (Notifier upstream = upstream(options, environment)) {
            NotifyReceiver receiver = options.receiver(address).bind();
            NotifyRelay relay = NotifyRelay.start(receiver, upstream, options.policy());
            try {
                CompletableFuture<Child> started = forwardSignals();
                Child child = Child.start(options.command(), address, environment);
                started.complete(child);
                return child.await();
            } finally {
                relay.close();
                report(relay);
            }
        } finally {
            if (directory != null) {
                Files.deleteIfExists(directory);
            }
        }
    }

    private static Path privateDirectory() throws IOException {
        return Files.createTempDirectory(
                "systemd4j-notify-relay-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private static Notifier upstream(Options options, Map<String, String> environment) {
        if (options.upstream() == null) {
            return Notifier.fromEnvironment();
        }
        Map<String, String> other = new HashMap<>(environment);
        other.put(Notifier.NOTIFY_SOCKET, options.upstream());
        return Notifier.of(other);
    }

    /** Answers with what is to be completed by the command once it is started; signals that come before wait for it. */
    private static CompletableFuture<Child> forwardSignals() {
        CompletableFuture<Child> started = new CompletableFuture<>();
        try {
            Signals.handle(name -> {
                CompletableFuture<Void> unused = started.thenAccept(child -> child.signal(name));
            });
        } catch (ReflectiveOperationException e) {
            System.err.println("notify-relay: signals are not sent on: " + e);
        }
        return started;
    }

    /** Says what did not get through, and nothing if all did. */
    private static void report(NotifyRelay relay) {
        NotifyRelay.Counts counts = relay.counts();
        if (counts.dropped() > 0) {
            System.err.println("notify-relay: " + counts.dropped() + " of " + counts.received()
                    + " datagrams were not sent on: "
                    + relay.lastFailure().map(IOException::getMessage).orElse("no room"));
        }
        if (counts.refused() > 0) {
            System.err.println("notify-relay: " + counts.refused() + " of " + counts.received()
                    + " datagrams were void, or from someone who is not heard");
        }
    }
}
