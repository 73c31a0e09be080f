package io.github.systemd4j.machine.cold;

/** A JVM, and nothing else. */
final class Empty {

    private Empty() {}

    public static void main(String[] arguments) {
        // what there is to be measured is around this
    }
}
