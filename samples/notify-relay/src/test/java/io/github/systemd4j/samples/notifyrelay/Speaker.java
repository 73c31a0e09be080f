package io.github.systemd4j.samples.notifyrelay;

import io.github.systemd4j.sdnotify.Notifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A small service: says what its arguments are, one after the other, and ends without waiting for anything. */
public final class Speaker {

    private Speaker() {}

    public static void main(String[] words) throws Exception {
        Notifier notifier = Notifier.fromEnvironment();
        for (String word : words) {
            if (word.equals("READY=1")) {
                notifier.ready().orThrow();
            } else if (word.startsWith("STATUS=")) {
                notifier.status(word.substring("STATUS=".length())).orThrow();
            } else {
                System.exit(Integer.parseInt(word.substring("exit ".length())));
            }
        }
    }

    static List<String> java() {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    }

    /** What starts it: this JVM with this class path. */
    static List<String> command(String... words) {
        List<String> command = new ArrayList<>(java());
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Speaker.class.getName()));
        command.addAll(List.of(words));
        return command;
    }
}
