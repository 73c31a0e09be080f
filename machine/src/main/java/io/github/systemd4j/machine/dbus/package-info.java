/**
 * A D-Bus client, as much of one as is needed here: calls and signals over a unix socket, without descriptors and without
 * a type that is generated. Internal; {@link io.github.systemd4j.machine.dbus.Bus} is what the rest knows of it.
 */
@NullMarked
package io.github.systemd4j.machine.dbus;

import org.jspecify.annotations.NullMarked;
