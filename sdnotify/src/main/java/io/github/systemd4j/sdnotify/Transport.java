package io.github.systemd4j.sdnotify;

/** Carries one datagram to the manager. Used by one thread at a time; the {@link Notifier} sees to that. */
interface Transport {

    /** Use our own identity, as the kernel attaches it. */
    int[] OWN_CREDENTIALS = {};

    /**
     * Sends a datagram.
     *
     * @param bytes the datagram, which never changes afterwards
     * @param fds descriptors to pass, may be empty
     * @param ucred pid, uid, gid to send as, or {@link #OWN_CREDENTIALS}
     * @param deadline when to give up waiting, in the terms of {@link Deadline}
     */
    NotifyResult send(byte[] bytes, int[] fds, int[] ucred, long deadline);

    /** Opens ahead of the first datagram what can be opened. A failure is not told; the next send meets it again. */
    void warmUp();

    /** Closes what is open. Nothing is sent afterwards. */
    void close();
}
