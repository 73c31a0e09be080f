package io.github.systemd4j.activation;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code LISTEN_PID}, {@code LISTEN_FDS} and {@code LISTEN_FDNAMES} say, as sd_listen_fds_with_names(3) reads
 * them, but with a reason. Whether the descriptors are there is asked elsewhere.
 *
 * @param status what came out
 * @param reason one line, for people
 * @param names of the descriptors from 3 on, empty unless passed
 */
record ListenEnvironment(Activation.Status status, String reason, List<String> names) {

    static final String LISTEN_PID = "LISTEN_PID";
    static final String LISTEN_PIDFDID = "LISTEN_PIDFDID";
    static final String LISTEN_FDS = "LISTEN_FDS";
    static final String LISTEN_FDNAMES = "LISTEN_FDNAMES";

    /** SD_LISTEN_FDS_START */
    static final int FIRST = 3;

    /** The name of a descriptor when no names were passed. */
    private static final String UNKNOWN = "unknown";

    static ListenEnvironment parse(Map<String, String> environment, long self, ListenPolicy policy) {
        String pid = environment.get(LISTEN_PID);
        String fds = environment.get(LISTEN_FDS);
        if (pid == null && fds == null) {
            return none("LISTEN_PID and LISTEN_FDS are not set: this process was not started by a socket unit");
        }
        if (pid == null) {
            return refused("LISTEN_FDS is set and LISTEN_PID is not: whoever started this process must set both");
        }
        if (fds == null) {
            return refused("LISTEN_PID is set and LISTEN_FDS is not (crun 1.8 forgets it: use runc, or a newer crun)");
        }
        long listenPid = number(pid);
        if (listenPid <= 0) {
            return refused("LISTEN_PID=" + quoted(pid) + " is no process id");
        }
        if (listenPid != self && !(policy == ListenPolicy.CONTAINER && listenPid == 1)) {
            return refused(otherProcess(listenPid, self));
        }
        long count = number(fds);
        if (count < 0 || count > Integer.MAX_VALUE - FIRST) {
            return refused("LISTEN_FDS=" + quoted(fds) + " is no number of descriptors");
        }
        if (count == 0) {
            return none("LISTEN_FDS=0: no descriptor was passed");
        }
        return named((int) count, environment.get(LISTEN_FDNAMES));
    }

    private static ListenEnvironment named(int count, @Nullable String text) {
        if (text == null) {
            return passed(Collections.nCopies(count, UNKNOWN));
        }
        List<String> names = List.of(text.split(":", -1));
        if (names.size() != count) {
            return refused(
                    "LISTEN_FDNAMES=" + quoted(text) + " has " + names.size() + " names for LISTEN_FDS=" + count);
        }
        return passed(names);
    }

    /** Decimal digits, as whoever sets these variables writes them; -1 for anything else. */
    private static long number(String text) {
        if (text.isEmpty() || text.length() > 18) {
            return -1;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return -1;
            }
        }
        return Long.parseLong(text);
    }

    /** The usual mistake is a start script that doesn't exec: then it is an ancestor that was meant. */
    private static String otherProcess(long listenPid, long self) {
        String start = "LISTEN_PID=" + listenPid + " is not this process, which is " + self;
        String ancestor = ancestor(self, listenPid);
        return ancestor == null
                ? start + ": the variables were meant for another process, and are left over in the environment"
                : start + ", but its " + ancestor + ": start java with exec"
                        + (listenPid == 1 ? ", or allow it with ListenPolicy.CONTAINER" : "");
    }

    private static @Nullable String ancestor(long self, long wanted) {
        Optional<ProcessHandle> process = ProcessHandle.of(self).flatMap(ProcessHandle::parent);
        for (String relation = "parent"; process.isPresent(); relation = "ancestor") {
            if (process.get().pid() == wanted) {
                return relation
                        + process.get()
                                .info()
                                .command()
                                .map(command -> " " + command)
                                .orElse("");
            }
            process = process.get().parent();
        }
        return null;
    }

    private static String quoted(String text) {
        String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
        return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
    }

    private static ListenEnvironment none(String reason) {
        return new ListenEnvironment(Activation.Status.NOT_ACTIVATED, reason, List.of());
    }

    static ListenEnvironment refused(String reason) {
        return new ListenEnvironment(Activation.Status.REFUSED, reason, List.of());
    }

    private static ListenEnvironment passed(List<String> names) {
        return new ListenEnvironment(
                Activation.Status.PASSED, names.size() == 1 ? "1 descriptor" : names.size() + " descriptors", names);
    }
}
