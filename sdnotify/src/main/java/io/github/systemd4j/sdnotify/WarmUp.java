package io.github.systemd4j.sdnotify;

/** Does ahead what the first notification has to. A class and not a lambda: the first lambda of a process is dear. */
final class WarmUp implements Runnable {

    private final Notifier notifier;

    WarmUp(Notifier notifier) {
        this.notifier = notifier;
    }

    @Override
    public void run() {
        notifier.connection().openAhead();
    }
}
