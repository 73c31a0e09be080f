package io.github.systemd4j.jmh;

import info.faljse.SDNotify.SDNotify;

/** A process that says READY=1 by info.faljse:SDNotify; with an argument it prints the microseconds that took of the main thread. */
final class ColdFaljse {

    private ColdFaljse() {}

    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        SDNotify.sendNotify();
        long took = System.nanoTime() - start;
        if (args.length > 0) {
            System.out.println(took / 1000);
        }
    }
}
