package io.github.systemd4j.samples.systemddocker;

/**
 * How far a stream of a container's log was read: the time that the engine has written before its last line. A client that
 * was ended, or whose engine went away, is replaced by one that goes on behind it. Thread safe.
 */
final class LogPosition {

    private String last;

    /**
     * @param start from when on; empty from the beginning
     */
    LogPosition(String start) {
        last = start;
    }

    /** Moves on to a line; false if it was read before. */
    synchronized boolean advance(String time) {
        if (time.compareTo(last) <= 0) {
            return false;
        }
        last = time;
        return true;
    }

    /** The time of the last line; of the start, if there was none. */
    synchronized String time() {
        return last;
    }
}
