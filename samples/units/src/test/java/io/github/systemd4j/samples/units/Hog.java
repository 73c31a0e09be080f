package io.github.systemd4j.samples.units;

import java.util.ArrayList;
import java.util.List;

/** Fills the heap in one of its threads. */
final class Hog {

    private Hog() {}

    public static void main(String[] arguments) throws InterruptedException {
        Thread thread = new Thread(Hog::fill);
        thread.start();
        thread.join();
        System.out.println("goes on without it");
        Thread.currentThread().join();
    }

    private static void fill() {
        List<byte[]> all = new ArrayList<>();
        while (all.size() < Integer.MAX_VALUE) {
            all.add(new byte[1 << 20]);
        }
    }
}
