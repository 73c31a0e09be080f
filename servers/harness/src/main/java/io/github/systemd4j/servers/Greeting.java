package io.github.systemd4j.servers;

/** What each of the servers does beside serving: it says who it is, and stops when it is told to. */
public final class Greeting {

    /** What is written by a server that was stopped, and not just ended. */
    public static final String STOPPED = "the server was stopped";

    private Greeting() {}

    /**
     * The answer to every request.
     *
     * @return a line that nobody but this process gives
     */
    public static String text() {
        return text(ProcessHandle.current().pid());
    }

    /**
     * The answer that is expected.
     *
     * @param pid of whom
     * @return the same
     */
    public static String text(long pid) {
        return "hello from " + pid;
    }

    /**
     * Stops a server when the service is, on SIGTERM. Closing the listener properly is what could hurt those who share
     * it.
     *
     * @param stop stops the server
     */
    public static void stopWith(AutoCloseable stop) {
        endWithParent();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                stop.close();
                System.out.println(STOPPED);
            } catch (Exception e) {
                System.out.println("could not stop: " + e);
            }
        }));
    }

    /** Ends this process when its parent does, or a test that was killed would leave servers behind. */
    public static void endWithParent() {
        ProcessHandle parent = ProcessHandle.current().parent().orElseThrow();
        Thread watch = new Thread(() -> {
            parent.onExit().join();
            Runtime.getRuntime().halt(1);
        });
        watch.setDaemon(true);
        watch.start();
    }
}
