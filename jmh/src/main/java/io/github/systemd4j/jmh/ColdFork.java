package io.github.systemd4j.jmh;

/** A process that says READY=1 by the program systemd-notify; with an argument it prints the microseconds that took of the main thread. */
final class ColdFork {

    private ColdFork() {}

    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        int status = new ProcessBuilder("systemd-notify", "--ready").start().waitFor();
        long took = System.nanoTime() - start;
        if (status != 0) {
            throw new IllegalStateException("systemd-notify: " + status);
        }
        if (args.length > 0) {
            System.out.println(took / 1000);
        }
    }
}
