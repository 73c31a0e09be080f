/**
 * Extensions of JUnit that are to a service under test what systemd is to it.
 *
 * <p>{@link io.github.systemd4j.testkit.ServiceManager} hears what the service notifies, {@link
 * io.github.systemd4j.testkit.Activator} has the sockets that it is given, {@link
 * io.github.systemd4j.testkit.JournalDaemon} takes the records that it writes, each a {@link
 * io.github.systemd4j.testkit.JournalEntry}. {@link io.github.systemd4j.testkit.SystemdAssertions} asserts in the manner
 * of AssertJ, where that is on the class path.
 */
package io.github.systemd4j.testkit;
