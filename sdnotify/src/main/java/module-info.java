import org.jspecify.annotations.NullMarked;

/**
 * The notify protocol of sd_notify(3): readiness, status, watchdog, start-up extension, descriptor store; a receiver
 * and a relay.
 *
 * <p>Start at {@link io.github.systemd4j.sdnotify.Notifier}.
 */
@NullMarked
module io.github.systemd4j.sdnotify {
    requires transitive io.github.systemd4j.linux;
    requires static org.jspecify;

    exports io.github.systemd4j.sdnotify;
}
