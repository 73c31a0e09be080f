package io.github.systemd4j.activation;

/** Whose {@code LISTEN_PID} is believed. */
public enum ListenPolicy {

    /** As sd_listen_fds(3): {@code LISTEN_PID} must be this process. */
    STRICT,

    /**
     * Also {@code LISTEN_PID=1}: runc, crun and podman start the container's first process with it, and when that one
     * is a shell or an init, the service is a process further down. Only for processes in a container whose image you
     * know: whoever else inherits the environment there would believe the same.
     */
    CONTAINER
}
