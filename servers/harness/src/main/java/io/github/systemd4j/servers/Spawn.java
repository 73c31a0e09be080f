package io.github.systemd4j.servers;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.StringArray;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Starts a process with descriptors from 3 on, and collects it. {@link ProcessBuilder} closes all beyond 2. By
 * posix_spawn(3), because fork(2) is not for a process with the threads of a JVM.
 */
final class Spawn {

    private static final int FIRST = 3;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final short POSIX_SPAWN_SETSIGMASK = 0x08;
    private static final int O_RDONLY = 0;
    private static final int O_WRONLY_CREAT_TRUNC = 01 | 0100 | 01000;
    private static final int WNOHANG = 1;

    /** Larger than posix_spawn_file_actions_t, posix_spawnattr_t and sigset_t of any C library. */
    private static final int LARGE = 1024;

    private Spawn() {}

    /** The process's id. Its output goes to a file, its input is /dev/null. */
    static int start(List<String> command, Map<String, String> environment, List<Integer> descriptors, Path output)
            throws IOException {
        int end = FIRST + descriptors.size();
        int[] copies = new int[descriptors.size()];
        Memory actions = zeros();
        Memory attributes = zeros();
        check("posix_spawn_file_actions_init", actions);
        check("posix_spawnattr_init", attributes);
        try {
            check("posix_spawn_file_actions_addopen", actions, 0, "/dev/null", O_RDONLY, 0);
            check("posix_spawn_file_actions_addopen", actions, 1, output.toString(), O_WRONLY_CREAT_TRUNC, 0600);
            check("posix_spawn_file_actions_adddup2", actions, 1, 2);
            for (int i = 0; i < copies.length; i++) {
                // a copy beyond all targets, or one action could overwrite what the next one needs
                copies[i] = call("fcntl", descriptors.get(i), F_DUPFD_CLOEXEC, end);
                check("posix_spawn_file_actions_adddup2", actions, copies[i], FIRST + i);
            }
            // the JDK's own files and sockets are not close-on-exec
            check("posix_spawn_file_actions_addclosefrom_np", actions, end);
            // the JVM blocks signals in its threads, and a service without SIGTERM would not stop
            check("posix_spawnattr_setflags", attributes, POSIX_SPAWN_SETSIGMASK);
            check("posix_spawnattr_setsigmask", attributes, zeros());
            return spawn(command, environment, actions, attributes);
        } finally {
            for (int copy : copies) {
                if (copy > 0) {
                    call("close", copy);
                }
            }
            call("posix_spawn_file_actions_destroy", actions);
            call("posix_spawnattr_destroy", attributes);
        }
    }

    private static int spawn(List<String> command, Map<String, String> environment, Memory actions, Memory attributes)
            throws IOException {
        String[] variables = environment.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .toArray(String[]::new);
        IntByReference pid = new IntByReference();
        check(
                "posix_spawn",
                pid,
                command.get(0),
                actions,
                attributes,
                new StringArray(command.toArray(String[]::new)),
                new StringArray(variables));
        return pid.getValue();
    }

    /** The exit status of a process that has ended, or 128 and the signal, as a shell says it. */
    static int collect(int pid) throws IOException {
        IntByReference status = new IntByReference();
        if (call("waitpid", pid, status, WNOHANG) != pid) {
            throw new IOException("waitpid(" + pid + "): it has not ended");
        }
        int signal = status.getValue() & 0x7f;
        return signal == 0 ? (status.getValue() >> 8) & 0xff : 128 + signal;
    }

    private static Memory zeros() {
        Memory memory = new Memory(LARGE);
        memory.clear();
        return memory;
    }

    /** These functions return the error. */
    private static void check(String function, Object... arguments) throws IOException {
        int error = call(function, arguments);
        if (error != 0) {
            throw new IOException(function + ": errno " + error);
        }
    }

    private static int call(String function, Object... arguments) {
        Function found = NativeLibrary.getProcess().getFunction(function);
        return found.invokeInt(arguments);
    }
}
