package io.github.systemd4j.samples.notifyrelay;

import io.github.systemd4j.sdnotify.Notifier;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The command's process. */
final class Child {

    // WATCHDOG_PID must be the command's own pid, which is known only after the fork: the shell sets it and becomes it.
    private static final String SET_PID = "export WATCHDOG_PID=$$; exec \"$@\"";

    private static final String KILL = "kill -s \"$1\" \"$2\"";

    private final Process process;

    private Child(Process process) {
        this.process = process;
    }

    /** Starts it with our watchdog, which its pings satisfy, and with the relay's address in the place of ours. */
    static Child start(List<String> command, String address, Map<String, String> environment) throws IOException {
        String watchdog = environment.get("WATCHDOG_USEC");
        List<String> whole = new ArrayList<>();
        if (watchdog != null) {
            whole.addAll(List.of("/bin/sh", "-c", SET_PID, "sh"));
        }
        whole.addAll(command);
        ProcessBuilder builder = Notifier.scrub(new ProcessBuilder(whole).inheritIO());
        builder.environment().put(Notifier.NOTIFY_SOCKET, address);
        if (watchdog != null) {
            builder.environment().put("WATCHDOG_USEC", watchdog);
        }
        return new Child(builder.start());
    }

    /** The file that a command names, as a shell finds it. */
    static Optional<File> find(String command, Map<String, String> environment) {
        if (command.contains("/")) {
            return Optional.of(new File(command)).filter(File::isFile);
        }
        for (String directory :
                environment.getOrDefault("PATH", "/usr/bin:/bin").split(File.pathSeparator, -1)) {
            File file = new File(directory, command);
            if (file.isFile() && file.canExecute()) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    /** Sends it a signal, by a shell: the JDK knows TERM and KILL alone. One that has ended is left alone. */
    void signal(String name) {
        if (name.equals("TERM")) {
            process.destroy();
        } else if (process.isAlive()) {
            try {
                new ProcessBuilder("/bin/sh", "-c", KILL, "sh", name, Long.toString(process.pid()))
                        .inheritIO()
                        .start()
                        .waitFor();
            } catch (IOException e) {
                System.err.println("notify-relay: SIG" + name + " was not sent on: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits for its end; 128 + N when signal N ended it. */
    int await() throws InterruptedException {
        return process.waitFor();
    }
}
