package io.github.systemd4j.activation;

import io.github.systemd4j.linux.libc.Libc;
import java.io.IOException;
import java.nio.file.Files;

/**
 * The number that tells this process from all others since the machine was booted: the inode of its pidfd, which {@code
 * LISTEN_PIDFDID} holds since systemd 259. A pid may be an old one, of a process that is gone.
 */
final class OwnPidFd {

    private OwnPidFd() {}

    /** -1 if it cannot be found out: without system calls, and before Linux 6.9, where all pidfds have one inode. */
    static long inode(Libc libc) {
        int own = libc.pidfd_open((int) ProcessHandle.current().pid(), 0);
        int other = libc.pidfd_open(1, 0);
        long inode = inode(own);
        boolean unique = inode > 0 && (other < 0 || ProcessHandle.current().pid() == 1 || inode(other) != inode);
        for (int fd : new int[] {own, other}) {
            if (fd >= 0) {
                libc.close(fd);
            }
        }
        return unique ? inode : -1;
    }

    private static long inode(int pidfd) {
        try {
            return pidfd < 0 ? -1 : (Long) Files.getAttribute(ProcDescriptor.path(pidfd), "unix:ino");
        } catch (IOException | UnsupportedOperationException e) {
            return -1;
        }
    }
}
