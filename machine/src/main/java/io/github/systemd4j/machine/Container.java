package io.github.systemd4j.machine;

/**
 * The container that a process is in. Immutable.
 *
 * @param manager what runs it, in the words of systemd-detect-virt(1): {@code podman}, {@code docker},
 *     {@code systemd-nspawn}, {@code lxc}, {@code lxc-libvirt}, {@code rkt}, {@code pouch}, {@code openvz},
 *     {@code proot}, {@code wsl}, or {@code container-other}
 * @param name what it calls itself, such as {@code oci} or {@code crio}; {@code manager} if it does not
 * @param source what says so, such as {@code /run/host/container-manager}
 */
public record Container(String manager, String name, String source) {}
