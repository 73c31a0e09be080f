package io.github.systemd4j.samples.systemddocker;

import java.time.Instant;

/**
 * How far a stream of a container's log was read: the time that the engine has written before its last line, and how many
 * lines have this very time; podman's helper gives all that a container writes at once the same. A client that was ended,
 * or whose engine went away, is replaced by one that goes on behind it. Thread safe.
 */
final class LogPosition {

    private Mark mark;
    private long count;

    /**
     * @param start from when on; {@link Instant#MIN} from the beginning
     */
    LogPosition(Instant start) {
        mark = new Mark(start, 0);
    }

    /**
     * A place in a log.
     *
     * @param time of the last line that was read; of the start, if there was none
     * @param lines how many of this time were read
     */
    record Mark(Instant time, int lines) {}

    /** Moves on to a line. */
    synchronized void advance(Instant time) {
        mark = new Mark(time, time.equals(mark.time()) ? mark.lines() + 1 : 1);
        count++;
    }

    synchronized Mark mark() {
        return mark;
    }

    /** How many lines were read in all. */
    synchronized long count() {
        return count;
    }
}
