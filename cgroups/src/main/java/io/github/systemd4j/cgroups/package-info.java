/**
 * Where processes are in the control group hierarchies, cgroups(7), what systemd calls the place, and how they get to
 * another.
 *
 * <p>{@link io.github.systemd4j.cgroups.Cgroups} reads the running system: a {@link
 * io.github.systemd4j.cgroups.Membership} is what {@code /proc/PID/cgroup} says, a {@link
 * io.github.systemd4j.cgroups.MountTable} what {@code /proc/self/mountinfo} says, and a {@link
 * io.github.systemd4j.cgroups.Resolution} is the directory, or the reason why there is none. {@link
 * io.github.systemd4j.cgroups.Units} are the unit, slice, session, owner and machine. {@link
 * io.github.systemd4j.cgroups.Limits} are what a process may use, and which level says so, {@link
 * io.github.systemd4j.cgroups.Statistics} what it has used. Names are bytes: {@link
 * io.github.systemd4j.cgroups.RawPath}.
 *
 * <p>A {@link io.github.systemd4j.cgroups.Group} is a directory to work with, a {@link
 * io.github.systemd4j.cgroups.Migration} moves processes from groups to others.
 */
package io.github.systemd4j.cgroups;
