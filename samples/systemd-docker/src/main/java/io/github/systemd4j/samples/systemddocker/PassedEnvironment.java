package io.github.systemd4j.samples.systemddocker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** {@code --env}: which of our variables a container gets. */
final class PassedEnvironment {

    /** The host's own, or meant by systemd for this very process. */
    private static final Set<String> KEPT = Set.of(
            "HOME",
            "PATH",
            "PWD",
            "OLDPWD",
            "SHLVL",
            "_",
            "NOTIFY_SOCKET",
            "FDSTORE",
            "MAINPID",
            "MAINPIDFDID",
            "PIDFILE",
            "MANAGERPID",
            "MANAGERPIDFDID",
            "SYSTEMD_EXEC_PID",
            "JOURNAL_STREAM",
            "CREDENTIALS_DIRECTORY",
            "MEMORY_PRESSURE_WATCH",
            "MEMORY_PRESSURE_WRITE");

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private PassedEnvironment() {}

    /** The engine's options for it. Names only: the client has the same values, and a list of processes should not. */
    static List<String> options(Map<String, String> environment) {
        List<String> options = new ArrayList<>();
        for (String name : new TreeSet<>(environment.keySet())) {
            if (!KEPT.contains(name)
                    && !name.startsWith("LISTEN_")
                    && !name.startsWith("WATCHDOG_")
                    && NAME.matcher(name).matches()) {
                options.add("--env=" + name);
            }
        }
        return options;
    }
}
