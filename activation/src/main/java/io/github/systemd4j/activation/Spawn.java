package io.github.systemd4j.activation;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import java.util.List;

/** One posix_spawn(3) with all that it points to. Made by one thread, used by another. */
final class Spawn {

    /** More than any C library needs for either of its two opaque structures. */
    private static final int OPAQUE = 512;

    private static final int SIGSET = 128;

    private final Libc libc;
    private final String target;
    private final Memory pid;
    private final Memory argv;
    private final Memory envp;
    private final Memory actions;
    private final Memory attributes;
    private final Memory signals;

    Spawn(Libc libc, String target, List<byte[]> command, List<byte[]> environment) {
        this.libc = libc;
        this.target = target;
        this.pid = Memory.allocate(libc, 8);
        this.argv = Memories.texts(libc, command);
        this.envp = Memories.texts(libc, environment);
        this.actions = Memory.allocate(libc, OPAQUE);
        this.attributes = Memory.allocate(libc, OPAQUE);
        this.signals = Memory.allocate(libc, 2 * SIGSET);
    }

    /** Starts the program and answers its pid. */
    int run(ChildDescriptors descriptors) throws SystemCallException {
        check("posix_spawn_file_actions_init", libc.posix_spawn_file_actions_init(actions.address()));
        try {
            check("posix_spawnattr_init", libc.posix_spawnattr_init(attributes.address()));
            try {
                descriptors.addTo(actions.address());
                cleanSignals();
                return start();
            } finally {
                libc.posix_spawnattr_destroy(attributes.address());
            }
        } finally {
            libc.posix_spawn_file_actions_destroy(actions.address());
            keepAlive();
        }
    }

    /**
     * Nothing blocked, nothing ignored. A JVM blocks SIGQUIT in its threads, and what is blocked stays so in a child: a
     * JVM there would never write a thread dump.
     */
    private void cleanSignals() throws SystemCallException {
        signals.bytes().putLong(SIGSET, -1); // all 64 of them, behind a set that stays empty
        check("posix_spawnattr_setsigmask", libc.posix_spawnattr_setsigmask(attributes.address(), signals.address()));
        check(
                "posix_spawnattr_setsigdefault",
                libc.posix_spawnattr_setsigdefault(attributes.address(), signals.address() + SIGSET));
        check(
                "posix_spawnattr_setflags",
                libc.posix_spawnattr_setflags(
                        attributes.address(), Constants.POSIX_SPAWN_SETSIGDEF | Constants.POSIX_SPAWN_SETSIGMASK));
    }

    private int start() throws SystemCallException {
        long program = argv.bytes().getLong(0);
        int result = libc.posix_spawn(
                pid.address(), program, actions.address(), attributes.address(), argv.address(), envp.address());
        if (result == -Errno.ENOENT) {
            throw new SystemCallException(
                    "posix_spawn", "/bin/sh", Errno.ENOENT, "a shell is needed, to tell the program its own pid");
        }
        check("posix_spawn", result);
        return pid.bytes().getInt(0);
    }

    private void check(String call, int result) throws SystemCallException {
        if (result < 0) {
            throw new SystemCallException(call, target, -result, null);
        }
    }

    private void keepAlive() {
        for (Memory memory : new Memory[] {pid, argv, envp, actions, attributes, signals}) {
            memory.keepAlive();
        }
    }
}
