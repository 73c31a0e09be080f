package io.github.systemd4j.activation;

import org.jspecify.annotations.Nullable;

/** Whether the descriptors that an environment names were really inherited. All are looked at before one is touched. */
final class InheritedCheck {

    private InheritedCheck() {}

    /**
     * The environment as it is, or why it is not believed.
     *
     * @param listen with names
     * @param taken the marker that somebody in this JVM took them before
     */
    static ListenEnvironment check(ListenEnvironment listen, @Nullable String taken) {
        if (taken != null) {
            return ListenEnvironment.refused("descriptors " + taken + " were taken before in this JVM, by another call"
                    + " or by a copy of systemd4j in another class loader; the numbers may be somebody else's by now");
        }
        if (!ProcDescriptor.available()) {
            return listen; // nothing to ask; what is wrong shows when a descriptor is taken
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

    private static @Nullable String problem(int fd) {
        ProcDescriptor proc = ProcDescriptor.of(fd);
        if (proc == null) {
            return "is not open: a launcher between the manager and java closed it, or the number is wrong";
        }
        if (proc.closeOnExec()) {
            return "was opened by this process itself, as " + proc.link()
                    + ": it is close-on-exec, which an inherited one cannot be";
        }
        return null;
    }
}
