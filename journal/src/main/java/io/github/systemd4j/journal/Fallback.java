package io.github.systemd4j.journal;

/**
 * What becomes of a record that journald's socket for records does not take: it is not there, its queue stays full, or
 * the system refuses native code. What is tried, in this order, is in the name.
 */
public enum Fallback {
    /** Nothing: it is counted by {@link JournalWriter#dropped()}, and the journal hears of it later. */
    DROP,

    /**
     * The message's text goes to the journal as lines, by a {@link JournalStream}, which needs no native code: with the
     * writer's identifier and the record's priority, and without its other fields. A record that finds no room there
     * either, or has no message, is dropped.
     */
    STREAM,

    /**
     * The message's text goes to the standard error, line by line, each with the priority before it as {@code <6>}, which
     * sd-daemon(3) describes and journald takes off again. At most 4096 bytes of it, and only while the standard error
     * has room, because nobody may be reading there either; a record that finds none, or has no message, is dropped.
     * Where no system call can be made to ask for room, a daemon thread writes, and the record waits for it, at most for
     * the writer's timeout.
     */
    STDERR,

    /** As {@link #STREAM}, and what finds no room there as {@link #STDERR}. */
    STREAM_THEN_STDERR
}
