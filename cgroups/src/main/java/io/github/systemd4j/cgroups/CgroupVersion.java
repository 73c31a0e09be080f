package io.github.systemd4j.cgroups;

/** The two versions of control groups, cgroups(7). In a hybrid layout both are mounted. */
public enum CgroupVersion {
    /** A hierarchy for each controller, or for several together, or a named one without any. */
    V1,
    /** The unified hierarchy. */
    V2
}
