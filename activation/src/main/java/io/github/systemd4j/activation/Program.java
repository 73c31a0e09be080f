package io.github.systemd4j.activation;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command of a child, looked at before a shell gets it: what a shell cannot start it tells with an exit status, which
 * is not told from the program's own.
 */
final class Program {

    private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

    /** The only one that knows the pid of a new process before its program runs is a program in that process. */
    private static final String EXEC = "exec \"$@\"";

    private static final String SET_PID = "export LISTEN_PID=$$; ";
    private static final String CHANGE_DIRECTORY = "cd -P \"$1\" && shift && ";

    private Program() {}

    /** The whole command, of which the first part is an absolute path. */
    static List<byte[]> command(ProcessBuilder builder, boolean withSockets) throws SystemCallException {
        List<String> command = builder.command();
        if (command.isEmpty() || command.get(0).isEmpty()) {
            throw new IllegalArgumentException("command: empty");
        }
        if (command.stream().anyMatch(argument -> argument.indexOf(0) >= 0)) {
            throw new IllegalArgumentException("command: a NUL in an argument");
        }
        File directory = directory(builder.directory());
        List<String> all = new ArrayList<>(List.of("/bin/sh", "-c"));
        all.add((withSockets ? SET_PID : "") + (directory == null ? "" : CHANGE_DIRECTORY) + EXEC);
        all.add("sh");
        if (directory != null) {
            all.add(directory.getPath());
        }
        all.add(find(command.get(0), directory, builder.environment().getOrDefault("PATH", DEFAULT_PATH)));
        all.addAll(command.subList(1, command.size()));
        return all.stream().map(PlatformText::bytes).toList();
    }

    private static @Nullable File directory(@Nullable File directory) throws SystemCallException {
        if (directory == null) {
            return null;
        }
        File absolute = directory.getAbsoluteFile();
        if (!absolute.isDirectory()) {
            throw new SystemCallException(
                    "chdir",
                    directory.getPath(),
                    absolute.exists() ? Errno.ENOTDIR : Errno.ENOENT,
                    "no such working directory");
        }
        if (!absolute.canExecute()) {
            throw new SystemCallException("chdir", directory.getPath(), Errno.EACCES, null);
        }
        return absolute;
    }

    /** As execvp(3) does, but by the child's PATH, and not in the working directory. */
    private static String find(String name, @Nullable File directory, String path) throws SystemCallException {
        if (name.contains("/")) {
            File file = new File(name);
            File absolute = file.isAbsolute() || directory == null ? file.getAbsoluteFile() : new File(directory, name);
            return checked(name, absolute);
        }
        SystemCallException denied = null;
        for (String place : path.split(":", -1)) {
            File file = new File(place, name);
            if (place.startsWith("/") && file.exists()) {
                try {
                    return checked(name, file);
                } catch (SystemCallException e) {
                    denied = denied == null ? e : denied; // a later directory may have one that can be started
                }
            }
        }
        throw denied != null
                ? denied
                : new SystemCallException("execve", name, Errno.ENOENT, "in none of the directories of PATH: " + path);
    }

    /** By File, which has no exception for a name that this locale cannot spell. */
    private static String checked(String name, File file) throws SystemCallException {
        if (!file.exists()) {
            throw new SystemCallException("execve", name, Errno.ENOENT, "no such program");
        }
        if (!file.isFile() || !file.canExecute()) {
            throw new SystemCallException(
                    "execve", name, Errno.EACCES, file + " cannot be executed: permissions, or mounted noexec?");
        }
        return file.getPath();
    }
}
