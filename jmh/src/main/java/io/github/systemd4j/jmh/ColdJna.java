package io.github.systemd4j.jmh;

import com.sun.jna.Native;

/** A process that says READY=1 by JNA and libsystemd; with an argument it prints the microseconds that took of the main thread. */
final class ColdJna {

    private ColdJna() {}

    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        int result = Native.load("systemd", Libsystemd.class).sd_notify(0, "READY=1");
        long took = System.nanoTime() - start;
        if (result < 0) {
            throw new IllegalStateException("sd_notify: " + result);
        }
        if (args.length > 0) {
            System.out.println(took / 1000);
        }
    }
}
