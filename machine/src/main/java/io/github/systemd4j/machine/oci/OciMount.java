package io.github.systemd4j.machine.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A mount in a container, runtime-spec, config.md, Mounts. Immutable.
 *
 * @param destination where, as an absolute path in the container
 * @param type such as {@code tmpfs}; empty where the options say it, as for a bind mount
 * @param source what; a path of the host, or a word of the file system's
 * @param options as of mount(8), and those of the runtime
 */
public record OciMount(String destination, Optional<String> type, Optional<String> source, List<String> options) {

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if {@code destination} is not absolute
     */
    public OciMount {
        if (!destination.startsWith("/")) {
            throw new IllegalArgumentException("destination: " + destination + " must be absolute");
        }
        options = List.copyOf(options);
    }

    /**
     * An empty file system in memory.
     *
     * @param destination where, in the container
     * @param options such as {@code nosuid} and {@code mode=755}
     * @return the mount
     * @throws IllegalArgumentException if {@code destination} is not absolute
     */
    public static OciMount tmpfs(String destination, String... options) {
        return new OciMount(destination, Optional.of("tmpfs"), Optional.of("tmpfs"), List.of(options));
    }

    /**
     * A file or directory of the host, with what is mounted below it.
     *
     * @param source which, on the host
     * @param destination where, in the container
     * @param options such as {@code ro}
     * @return the mount
     * @throws IllegalArgumentException if {@code destination} is not absolute
     */
    public static OciMount bind(String source, String destination, String... options) {
        List<String> all = new ArrayList<>(List.of("rbind", "rprivate"));
        all.addAll(List.of(options));
        return new OciMount(destination, Optional.of("bind"), Optional.of(source), all);
    }

    /** Whether a mount at another destination would be hidden if this one came later. */
    boolean hides(String other) {
        return destination.equals("/") || other.startsWith(destination.endsWith("/") ? destination : destination + "/");
    }
}
