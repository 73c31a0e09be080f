package io.github.systemd4j.jmh;

/** A process that does nothing: what all the others are compared with. */
final class ColdEmpty {

    private ColdEmpty() {}

    public static void main(String[] args) {}
}
