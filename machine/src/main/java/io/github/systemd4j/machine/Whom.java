package io.github.systemd4j.machine;

/** Which processes of a machine get a signal. */
public enum Whom {
    /** The leader alone. */
    LEADER("leader"),
    /** All that are in the machine's unit: of a machine that was registered, not created, the whole service. */
    ALL("all");

    private final String word;

    Whom(String word) {
        this.word = word;
    }

    /** As machined writes it. */
    String word() {
        return word;
    }
}
