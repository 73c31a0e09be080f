package io.github.systemd4j.machine;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A machine, as machined knew it when it was asked: org.freedesktop.machine1(5).
 *
 * @param name what it is called; {@code .host} for the host itself
 * @param id its machine id, if it was said
 * @param machineClass what it is
 * @param service what runs it, empty if it was not said
 * @param unit the unit of its leader: the scope that was created for it, or any unit that it was registered in
 * @param leader the pid of its first process, in the namespace of machined. It may have ended: the machine remains for as
 *     long as its unit has processes
 * @param root its root directory on the host, empty if it was not said
 * @param networkInterfaces the indexes of the host's ends of its network links
 * @param state {@code opening}, {@code running} or {@code closing}
 * @param since when it was registered, to the microsecond
 */
public record Machine(
        String name,
        Optional<UUID> id,
        MachineClass machineClass,
        String service,
        String unit,
        long leader,
        String root,
        List<Integer> networkInterfaces,
        String state,
        Instant since) {}
