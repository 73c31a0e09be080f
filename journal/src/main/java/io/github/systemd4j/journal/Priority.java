package io.github.systemd4j.journal;

/** How much a record matters: the levels of syslog(3), the most urgent first. */
public enum Priority {
    /** The system is unusable. */
    EMERG(0),
    /** Something must be done at once. */
    ALERT(1),
    /** A critical condition. */
    CRIT(2),
    /** An error. */
    ERR(3),
    /** A warning. */
    WARNING(4),
    /** Normal, but significant. */
    NOTICE(5),
    /** Information. */
    INFO(6),
    /** For those who look for faults. */
    DEBUG(7);

    private final int level;

    Priority(int level) {
        this.level = level;
    }

    /**
     * The number that the journal has for it.
     *
     * @return 0 for the most urgent, to 7
     */
    public int level() {
        return level;
    }
}
