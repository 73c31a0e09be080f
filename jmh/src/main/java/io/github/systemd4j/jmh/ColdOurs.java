package io.github.systemd4j.jmh;

import io.github.systemd4j.sdnotify.Notifier;

/** A process that says READY=1 by systemd4j; with an argument it prints the microseconds that took of the main thread. */
final class ColdOurs {

    private ColdOurs() {}

    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        Notifier.fromEnvironment().ready().orThrow();
        long took = System.nanoTime() - start;
        if (args.length > 0) {
            System.out.println(took / 1000);
        }
    }
}
