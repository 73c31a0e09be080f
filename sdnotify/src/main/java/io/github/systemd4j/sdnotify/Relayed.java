package io.github.systemd4j.sdnotify;

/** A datagram on its way up: what is to be sent, with the descriptors, which are its own until it is sent or given up. */
final class Relayed {

    private final byte[] bytes;
    private final int[] descriptors;
    private final boolean barrier;
    private final boolean light;

    /**
     * Makes one.
     *
     * @param bytes the datagram
     * @param descriptors what goes with it
     * @param barrier whether it is one, alone with its descriptor
     * @param light whether a later one makes up for its loss: pings, statuses, requests for more time
     */
    Relayed(byte[] bytes, int[] descriptors, boolean barrier, boolean light) {
        this.bytes = bytes;
        this.descriptors = descriptors;
        this.barrier = barrier;
        this.light = light;
    }

    byte[] bytes() {
        return bytes;
    }

    int[] descriptors() {
        return descriptors;
    }

    boolean isBarrier() {
        return barrier;
    }

    boolean isLight() {
        return light;
    }
}
