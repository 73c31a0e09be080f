package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Starts a process inside of groups: a shell that joins them and then becomes the command. */
final class Launcher {

    /**
     * A shell that could not join stops, and is killed then: its status could be one that the command has too. Should
     * somebody let it go on, it ends with EXIT_CGROUP of systemd.exec(5).
     */
    private static final String COULD_NOT_JOIN = "{ kill -STOP $$; exit 219; }";

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private Launcher() {}

    static Process start(ProcessBuilder builder, List<Group> groups) throws IOException {
        requireOneEach(groups);
        for (Group group : groups) {
            Cpuset.fill(group);
        }
        String script = script(groups);
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", script, "sh"));
        command.addAll(builder.command());
        Process process = copy(builder, command).start();
        try {
            if (hasJoined(process, script, groups, new Pause(LIMIT))) {
                return process;
            }
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly(); // nobody would know of it
            throw e;
        }
        process.destroyForcibly();
        throw failure(groups);
    }

    private static void requireOneEach(List<Group> groups) {
        Set<String> hierarchies = new HashSet<>();
        for (Group group : groups) {
            if (!hierarchies.add(group.hierarchy())) {
                throw new IllegalArgumentException("groups: " + group + " is the second of its hierarchy");
            }
        }
        if (groups.isEmpty()) {
            throw new IllegalArgumentException("groups: there are none");
        }
    }

    /** 0 is whoever writes it. No variables, which would be seen by the command. */
    private static String script(List<Group> groups) {
        StringBuilder script = new StringBuilder();
        for (Group group : groups) {
            RawPath procs = RawPath.of(group.directory().resolve("cgroup.procs"));
            script.append("echo 0 > \"$(printf %b '")
                    .append(escaped(procs.raw()))
                    .append("')\" || ")
                    .append(COULD_NOT_JOIN)
                    .append('\n');
        }
        return script.append("exec \"$@\"").toString();
    }

    /** Bytes that a JVM in the C locale could not pass on, nor a shell leave alone. */
    private static String escaped(byte[] bytes) {
        StringBuilder escaped = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            if (Bytes.isAlphanumeric(b) || b == '/' || b == '.' || b == '-' || b == '_') {
                escaped.append((char) b);
            } else {
                escaped.append("\\0")
                        .append(Integer.toOctalString(0x200 | (b & 0xFF)).substring(1));
            }
        }
        return escaped.toString();
    }

    private static ProcessBuilder copy(ProcessBuilder from, List<String> command) {
        ProcessBuilder to = new ProcessBuilder(command)
                .directory(from.directory())
                .redirectErrorStream(from.redirectErrorStream())
                .redirectInput(from.redirectInput())
                .redirectOutput(from.redirectOutput())
                .redirectError(from.redirectError());
        to.environment().clear();
        to.environment().putAll(from.environment());
        return to;
    }

    /** Joined, or has ended, which it does as the command alone. */
    private static boolean hasJoined(Process process, String script, List<Group> groups, Pause pause)
            throws IOException {
        do {
            Path proc = groups.get(0).proc();
            ProcessStat stat = ProcessStat.of(proc, process.pid());
            if (!process.isAlive() || isIn(groups, process.pid()) || isAnother(proc, process.pid(), script)) {
                return true;
            }
            if (stat != null && stat.isStopped()) {
                return false; // it was stopped before it was looked what it is: it is the shell
            }
        } while (pause.again());
        return false;
    }

    private static boolean isIn(List<Group> groups, long pid) throws CgroupException {
        for (Group group : groups) {
            if (!(group.isThreaded() ? group.threads() : group.processesIfThere()).contains(pid)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether it is no longer the shell: it may have gone on to a group of its own. While the kernel sets up a new
     * program, its command line is empty, or one byte without a NUL.
     */
    private static boolean isAnother(Path proc, long pid, String script) {
        String[] words = ControlFile.peek(proc.resolve(pid + "/cmdline")).split("\0", 4);
        return words.length > 1 && !(words.length > 2 && words[2].equals(script));
    }

    /** It would have come from our own groups, so what keeps us out has kept it out. */
    private static CgroupException failure(List<Group> groups) {
        for (Group group : groups) {
            CgroupException cause =
                    Refusal.foreseen(group, ProcessHandle.current().pid());
            if (cause != null) {
                return cause;
            }
        }
        return new CgroupException(
                "start",
                groups.toString(),
                Errno.UNKNOWN,
                "the shell could not join; it has told its standard error why");
    }
}
