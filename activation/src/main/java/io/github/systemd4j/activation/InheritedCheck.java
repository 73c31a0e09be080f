package io.github.systemd4j.activation;

import java.io.File;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Whether the descriptors that an environment names were really inherited. All are looked at before one is touched. */
final class InheritedCheck {

    private InheritedCheck() {}

    /** Without /proc nobody can be asked; more than that cannot be meant. */
    private static final int MAX_UNCHECKED = 1024;

    /**
     * The environment as it is, or why it is not believed.
     *
     * @param listen with names
     * @param taken the marker that somebody in this JVM took them before
     */
    static ListenEnvironment taken(ListenEnvironment listen, @Nullable String taken) {
        return taken == null
                ? listen
                : ListenEnvironment.refused("descriptors " + taken + " were taken before in this JVM, by another call"
                        + " or by a copy of systemd4j in another class loader; the numbers may be somebody else's by"
                        + " now");
    }

    /** The environment as it is, or why it is not believed. */
    static ListenEnvironment check(ListenEnvironment listen) {
        if (!ProcDescriptor.available() && listen.names().size() <= MAX_UNCHECKED) {
            return listen; // what is wrong shows when a descriptor is taken
        }
        int count = listen.names().size();
        for (int fd = ListenEnvironment.FIRST; fd < ListenEnvironment.FIRST + count; fd++) {
            String problem = problem(fd);
            if (problem != null) {
                return ListenEnvironment.refused("LISTEN_FDS=" + count + ", but descriptor " + fd + " " + problem);
            }
        }
        return listen;
    }

    /**
     * The environment as it is, or why it is not believed.
     *
     * @param listen whose LISTEN_PID is ours
     * @param pidFd LISTEN_PIDFDID, decimal
     * @param own what that should be, -1 if it could not be found out
     */
    static ListenEnvironment check(ListenEnvironment listen, String pidFd, long own) {
        return own < 0 || pidFd.equals(Long.toString(own))
                ? listen
                : ListenEnvironment.refused("LISTEN_PID is this process's, but LISTEN_PIDFDID=" + pidFd
                        + " is not, which would be " + own + ": it was meant for one that had this pid before");
    }

    private static @Nullable String problem(int fd) {
        ProcDescriptor proc = ProcDescriptor.of(fd);
        if (proc == null) {
            return "is not open: a launcher between the manager and java closed it, or the number is wrong";
        }
        // An inherited one cannot be close-on-exec. The JVM opens the JDK's file of modules, and jars, without.
        if (proc.closeOnExec() || (proc.type() == DescriptorType.FILE && isOfTheJvm(proc.link()))) {
            return "was opened by this process itself, as " + proc.link() + ": the number is wrong";
        }
        return null;
    }

    private static boolean isOfTheJvm(String file) {
        return file.startsWith(realPath(System.getProperty("java.home", "")) + "/")
                || isOn(System.getProperty("java.class.path", ""), file)
                || isOn(System.getProperty("jdk.module.path", ""), file);
    }

    private static boolean isOn(String path, String file) {
        for (String entry : path.split(File.pathSeparator, -1)) {
            if (!entry.isEmpty() && realPath(entry).equals(file)) {
                return true;
            }
        }
        return false;
    }

    private static String realPath(String path) {
        try {
            return Path.of(path).toRealPath().toString();
        } catch (IOException | InvalidPathException e) {
            return path;
        }
    }
}
