package io.github.systemd4j.jmh;

import io.github.systemd4j.sdnotify.Notifier;

/** A process that says READY=1 by systemd4j, warmed up in the background while the service starts; with an argument it prints the microseconds that took of the main thread. */
final class ColdWarmUp {

    private ColdWarmUp() {}

    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        Notifier notifier = Notifier.fromEnvironment();
        notifier.warmUp();
        long took = System.nanoTime() - start;
        Thread.sleep(500); // stands for whatever the service does before it is ready
        start = System.nanoTime();
        notifier.ready().orThrow();
        took += System.nanoTime() - start;
        if (args.length > 0) {
            System.out.println(took / 1000);
        }
    }
}
