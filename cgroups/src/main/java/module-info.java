import org.jspecify.annotations.NullMarked;

/**
 * Control groups: where a process is in v1, v2 and hybrid layouts, and to which unit, slice and session it belongs.
 *
 * <p>Start at {@link io.github.systemd4j.cgroups.Cgroups}.
 */
@NullMarked
module io.github.systemd4j.cgroups {
    requires static org.jspecify;

    exports io.github.systemd4j.cgroups;
}
