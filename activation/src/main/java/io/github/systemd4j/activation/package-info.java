/**
 * Socket activation, sd_listen_fds(3): sockets that a service manager passes, as channels of the JDK, and handed on.
 *
 * <p>{@link io.github.systemd4j.activation.Activation} has what was passed, by name, kind or address, each an {@link
 * io.github.systemd4j.activation.InheritedDescriptor} that becomes a channel; {@link
 * io.github.systemd4j.activation.ListenPolicy} says whether {@code LISTEN_PID} must be ours, {@link
 * io.github.systemd4j.activation.ActivatedSelectorProvider} gives them to servers that bind by themselves, and {@link
 * io.github.systemd4j.activation.GateDiagnostics} says whether the JDK lets us. {@link
 * io.github.systemd4j.activation.SocketLauncher} starts a program with sockets, as a {@link
 * io.github.systemd4j.activation.SocketProcess}; {@link io.github.systemd4j.activation.SocketHandover} hands them to one
 * that runs.
 */
package io.github.systemd4j.activation;
