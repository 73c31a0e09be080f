package io.github.systemd4j.samples.systemddocker;

/** What this program exits with when it is not the container's own status: sysexits.h. */
final class ExitStatus {

    /** EX_USAGE: the command line is wrong. */
    static final int USAGE = 64;
    /** EX_UNAVAILABLE: there is no engine, or it does not answer. */
    static final int UNAVAILABLE = 69;
    /** EX_SOFTWARE: a mistake of this program's. */
    static final int SOFTWARE = 70;
    /** EX_OSERR: the container runs, and could not be brought into the unit. */
    static final int NOT_MOVED = 71;
    /** EX_IOERR: a file of ours, such as the pid file, could not be written. */
    static final int IO_ERROR = 74;

    private ExitStatus() {}
}
