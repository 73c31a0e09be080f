package io.github.systemd4j.jmh;

/**
 * The C functions of {@code src/main/c}: the receivers, and what C itself would do.
 */
final class Floor {

    /** The system property that names the shared library. */
    static final String LIBRARY = "systemd4j.floor";

    static {
        System.load(System.getProperty(LIBRARY, "systemd4j.floor is unset: start this by jmh/run"));
    }

    private Floor() {}

    static native int bind();

    static native int sender();

    static native int hasLibsystemd();

    static native int drain();

    static native int nothing(int count);

    static native int send(int count);

    static native int sdNotify(int count);

    static native int readBoth();

    static native int startJournal();

    static native long received();

    static native void journalIsBusy(boolean busy);

    static native int recordLength();

    static native int sendRecord(int count);

    static native int sdJournalSendv(int count);
}
