package io.github.systemd4j.samples.units;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** A program that waits to be stopped, and says what of it that runs. */
final class Wait {

    private Wait() {}

    public static void main(String[] arguments) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("the hook runs")));
        System.out.println("up");
        System.out.println("file names in " + System.getProperty("sun.jnu.encoding"));
        String heap = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption("MaxHeapSize")
                .getValue();
        System.out.println("a heap of " + (Long.parseLong(heap) >> 20) + " MiB");
        Thread.currentThread().join();
    }
}
