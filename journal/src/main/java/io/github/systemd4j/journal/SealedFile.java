package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import org.jspecify.annotations.Nullable;

/** A record too long for a datagram, in a file in memory whose descriptor is passed. See memfd_create(2). */
final class SealedFile {

    /**
     * F_SEAL_SEAL, SHRINK, GROW and WRITE. From whoever is not root, systemd 252 takes a file with just these: fewer and
     * more are dropped in silence.
     */
    static final int SEALS = 0x1 | 0x2 | 0x4 | 0x8;

    private static final byte[] NAME = "systemd4j-journal\0".getBytes(ISO_8859_1);

    private SealedFile() {}

    /**
     * Makes the file.
     *
     * @param address of the bytes
     * @param length how many
     * @return the descriptor, the caller's to close
     * @throws SystemCallException without it; nothing is open then
     */
    static int create(Libc libc, long address, int length) throws SystemCallException {
        int fd = create(libc);
        try {
            write(libc, fd, address, length);
            check("fcntl", libc.fcntl(fd, Constants.F_ADD_SEALS, SEALS), null);
            return fd;
        } catch (SystemCallException e) {
            libc.close(fd);
            throw e;
        }
    }

    private static int create(Libc libc) throws SystemCallException {
        Memory name = Memory.allocate(libc, NAME.length);
        name.bytes().put(0, NAME);
        int flags = Constants.MFD_CLOEXEC | Constants.MFD_ALLOW_SEALING;
        // Executable, or vm.memfd_noexec=1 adds a seal. Kernels before 6.3 do not know the flag, 2 forbids it.
        int fd = libc.memfd_create(name.address(), flags | Constants.MFD_EXEC);
        if (fd == -Errno.EINVAL || fd == -Errno.EACCES) {
            fd = libc.memfd_create(name.address(), flags);
        }
        name.keepAlive();
        String advice = fd == -Errno.ENOSYS ? "a record so long needs memfd_create(2), glibc 2.27" : null;
        return check("memfd_create", fd, advice);
    }

    private static void write(Libc libc, int fd, long address, int length) throws SystemCallException {
        for (int done = 0; done < length; ) {
            long written = libc.write(fd, address + done, length - done);
            if (written != -Errno.EINTR) {
                done += check("write", (int) written, null);
            }
        }
    }

    private static int check(String call, int result, @Nullable String advice) throws SystemCallException {
        if (result < 0) {
            throw new SystemCallException(call, "memfd for a long record", -result, advice);
        }
        return result;
    }
}
