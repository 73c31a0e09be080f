package io.github.systemd4j.samples.readiness;

/** How notifications get out of a container. */
enum Way {
    /** By what the engine has for it. */
    OWN("by itself"),
    /** By systemd's own socket, bound into a container whose control group is in the unit. */
    BOUND("systemd's socket bound"),
    /** By notify-relay, whose socket is bound into the container. */
    RELAYED("notify-relay");

    private final String title;

    Way(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
