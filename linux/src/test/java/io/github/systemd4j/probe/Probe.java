package io.github.systemd4j.probe;

import io.github.systemd4j.linux.Diagnostics;

/** What the hardened JVMs of HardenedIT run: asks, prints, ends well. Not in a package of the module, to be outside. */
public final class Probe {

    private Probe() {}

    public static void main(String[] args) {
        Diagnostics diagnostics = Diagnostics.current();
        System.out.println("backend=" + diagnostics.backend());
        System.out.println("reason=" + diagnostics.reason());
        System.out.println("module=" + Diagnostics.class.getModule().getName());
        System.out.println("same=" + diagnostics.equals(Diagnostics.current()));
    }
}
