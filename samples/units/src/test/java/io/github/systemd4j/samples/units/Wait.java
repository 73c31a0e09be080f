package io.github.systemd4j.samples.units;

/** A program that waits to be stopped, and says what of it that runs. */
final class Wait {

    private Wait() {}

    public static void main(String[] arguments) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("the hook runs")));
        System.out.println("up");
        System.out.println("file names in " + System.getProperty("sun.jnu.encoding"));
        Thread.currentThread().join();
    }
}
