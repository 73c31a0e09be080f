package io.github.systemd4j.machine.oci;

/** When a runtime starts a hook, in the order of a container's life: runtime-spec, config.md, POSIX-platform Hooks. */
public enum HookStage {
    /** Deprecated by the specification in favour of the next three; run beside {@link #CREATE_RUNTIME}. */
    PRESTART("prestart"),
    /** The namespaces are there, the root is not yet changed. The hook runs outside; the process is in its cgroup. */
    CREATE_RUNTIME("createRuntime"),
    /** As before, but the hook runs in the namespaces of the container. */
    CREATE_CONTAINER("createContainer"),
    /** Right before the program of the container; the hook is a file of the container. */
    START_CONTAINER("startContainer"),
    /** The program was started. The runtime goes on whatever the hook ends with. */
    POSTSTART("poststart"),
    /** The container is deleted. The runtime goes on whatever the hook ends with. */
    POSTSTOP("poststop");

    private final String key;

    HookStage(String key) {
        this.key = key;
    }

    /**
     * What the stage is called in a configuration.
     *
     * @return such as {@code createRuntime}
     */
    public String key() {
        return key;
    }
}
