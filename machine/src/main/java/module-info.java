import org.jspecify.annotations.NullMarked;

/**
 * Machines, scopes and units of systemd over D-Bus, and the identity of machines and containers.
 *
 * <p>Start at {@link io.github.systemd4j.machine.Systemd} for what others do for us.
 */
@NullMarked
module io.github.systemd4j.machine {
    // whoever uses the package oci adds it
    requires static com.grack.nanojson;
    requires static org.jspecify;

    exports io.github.systemd4j.machine;
    exports io.github.systemd4j.machine.oci;
}
