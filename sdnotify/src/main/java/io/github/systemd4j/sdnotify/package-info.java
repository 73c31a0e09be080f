/**
 * The notify protocol, sd_notify(3) up to systemd 258: the service's side, the manager's, and a relay in between.
 *
 * <p>{@link io.github.systemd4j.sdnotify.Notifier} sends; {@link io.github.systemd4j.sdnotify.Notification} is a
 * message of several fields; {@link io.github.systemd4j.sdnotify.NotifyResult} is the answer; {@link
 * io.github.systemd4j.sdnotify.Watchdog} says whether pings are wanted, {@link
 * io.github.systemd4j.sdnotify.WatchdogPinger} sends them while a {@link io.github.systemd4j.sdnotify.HealthCheck} is
 * content, {@link io.github.systemd4j.sdnotify.StartupExtension} asks for more time to start. {@link
 * io.github.systemd4j.sdnotify.NotifyReceiver} takes what others send, {@link
 * io.github.systemd4j.sdnotify.ParsedNotification} is what systemd reads in it, {@link
 * io.github.systemd4j.sdnotify.NotifyRelay} sends it on, by a {@link io.github.systemd4j.sdnotify.RelayPolicy}.
 */
package io.github.systemd4j.sdnotify;
