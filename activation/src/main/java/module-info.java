import org.jspecify.annotations.NullMarked;

/**
 * Socket activation, sd_listen_fds(3): sockets that a service manager passes become the JDK's own channels; and the
 * other direction, starting a process with sockets and handing them to one that runs.
 *
 * <p>Start at {@link io.github.systemd4j.activation.Activation}.
 */
@NullMarked
module io.github.systemd4j.activation {
    requires transitive io.github.systemd4j.linux;
    requires static org.jspecify;

    exports io.github.systemd4j.activation;
}
