package io.github.systemd4j.sdnotify;

/** Does ahead what the first notification has to. A class and not a lambda: the first lambda of a process is dear. */
final class WarmUp implements Runnable {

    private final Notifier notifier;

    private WarmUp(Notifier notifier) {
        this.notifier = notifier;
    }

    /** In a daemon thread that inherits nothing; where no thread is to be had, the first notification does it. */
    static void start(Notifier notifier) {
        Thread thread = new Thread(null, new WarmUp(notifier), "systemd4j-notify-warm-up", 0, false);
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            return;
        }
    }

    @Override
    public void run() {
        try {
            notifier.connection().openAhead();
        } catch (OutOfMemoryError e) {
            return; // the first notification will meet it again, and tell
        }
    }
}
