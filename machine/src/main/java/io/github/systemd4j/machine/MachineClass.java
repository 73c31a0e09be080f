package io.github.systemd4j.machine;

/** What a machine is. */
public enum MachineClass {
    /** A container: it shares the host's kernel. */
    CONTAINER("container"),
    /** A virtual machine. */
    VM("vm"),
    /** The host itself. */
    HOST("host"),
    /** None, or one that is not known here. No machine can be registered as this. */
    UNKNOWN("");

    private final String word;

    MachineClass(String word) {
        this.word = word;
    }

    /** As machined writes it. */
    String word() {
        return word;
    }

    static MachineClass of(String word) {
        for (MachineClass each : values()) {
            if (each.word.equals(word)) {
                return each;
            }
        }
        return UNKNOWN;
    }
}
