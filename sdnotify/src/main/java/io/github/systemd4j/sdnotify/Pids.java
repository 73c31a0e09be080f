package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Pids of other pid namespaces as they are in ours, see pid_namespaces(7), and whether a sender may name them as its
 * unit's main process.
 */
final class Pids {

    private static final Path PROC = Path.of("/proc");

    private Pids() {}

    /**
     * The process that a sender names.
     *
     * @param named the pid as the sender's pid namespace has it
     * @return the pid in ours; 0 if there is no such process or the sender may not name it
     */
    static int mainPid(RelayPolicy.Sender sender, long named) {
        int pid = translate(sender.pid(), named);
        return pid != 0 && mayName(sender, pid) ? pid : 0;
    }

    /** What systemd would ask: is it a process of the sender's unit, or does root say so? */
    static boolean mayName(RelayPolicy.Sender sender, int pid) {
        if (pid == sender.pid() || sender.uid() == 0) {
            return true;
        }
        Optional<String> home = sender.cgroup();
        return home.isPresent() && home.equals(new RelayPolicy.Sender(pid, -1, -1).cgroup());
    }

    /** The pid in our namespace of the process that a process knows by another one; 0 if there is none. */
    private static int translate(int sender, long named) {
        String[] own = namespacePids(PROC.resolve(Integer.toString(sender)));
        if (own.length == 0) {
            return 0;
        }
        if (isLast(own, named)) {
            return sender;
        }
        if (own.length == 1) { // our own namespace
            return namespacePids(PROC.resolve(Long.toString(named))).length > 0 ? (int) named : 0;
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path each : processes) {
                String[] pids = namespacePids(each);
                if (pids.length == own.length && isLast(pids, named) && isSameNamespace(sender, each)) {
                    return Integer.parseInt(each.getFileName().toString());
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // then there is no such process
        }
        return 0;
    }

    private static boolean isLast(String[] pids, long named) {
        return pids[pids.length - 1].equals(Long.toString(named));
    }

    /** Its pid in each namespace, ours first, its own last; empty if it has ended. */
    private static String[] namespacePids(Path process) {
        String line = statusLine(process, "NSpid:");
        return line == null ? new String[0] : line.strip().split("\\s+", -1);
    }

    private static @Nullable String statusLine(Path process, String key) {
        try {
            List<String> lines = Files.readAllLines(process.resolve("status"), ISO_8859_1);
            for (String line : lines) {
                if (line.startsWith(key)) {
                    return line.substring(key.length());
                }
            }
        } catch (IOException e) {
            // it has ended
        }
        return null;
    }

    /** Namespaces can be compared by those alone who may trace the processes; else the control group has to do. */
    private static boolean isSameNamespace(int sender, Path process) {
        Path ours = PROC.resolve(Integer.toString(sender));
        try {
            return Files.readSymbolicLink(ours.resolve("ns/pid"))
                    .equals(Files.readSymbolicLink(process.resolve("ns/pid")));
        } catch (IOException e) {
            try {
                return Arrays.equals(
                        Files.readAllBytes(ours.resolve("cgroup")), Files.readAllBytes(process.resolve("cgroup")));
            } catch (IOException ended) {
                return false;
            }
        }
    }

    /** The process that a pidfd is of, in our namespace; 0 if it is no pidfd, or not visible here. */
    static int ofPidfd(int fd) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd), ISO_8859_1)) {
                if (line.startsWith("Pid:")) {
                    return Math.max(
                            0, Integer.parseInt(line.substring("Pid:".length()).strip()));
                }
            }
        } catch (IOException | NumberFormatException e) {
            // not one
        }
        return 0;
    }
}
