package io.github.systemd4j.sdnotify;

import java.time.Duration;

/** A service that says everything there is to say, in a process without NOTIFY_SOCKET. */
public final class AbsentProbe {

    private AbsentProbe() {}

    public static void main(String[] args) {
        try (Notifier notifier = Notifier.fromEnvironment()) {
            notifier.warmUp();
            notifier.ready();
            notifier.status("up");
            notifier.reloading();
            notifier.watchdog();
            notifier.barrier(Duration.ofSeconds(1));
            notifier.pingWatchdog(Watchdog.fromEnvironment(), () -> true).close();
            notifier.extendStartup(Duration.ofSeconds(1)).close();
            System.out.println(notifier.stopping());
        }
    }
}
