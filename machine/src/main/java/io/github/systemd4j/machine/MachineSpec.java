package io.github.systemd4j.machine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is told to machined of a machine.
 *
 * <pre>{@code
 * MachineSpec.named("web").withService("runc").withLeader(pid).withRoot(Path.of("/srv/web"))
 * }</pre>
 *
 * <p>Immutable. What is wrong by the rules of machined (which its manual does not have right) is refused at once.
 */
public final class MachineSpec {

    private static final int MAX_NAME = 64;
    private static final UUID NO_ID = new UUID(0, 0);

    private final String name;
    private final @Nullable UUID id;
    private final String service;
    private final MachineClass machineClass;
    private final long leader;
    private final String root;
    private final List<Integer> networkInterfaces;

    private MachineSpec(
            String name,
            @Nullable UUID id,
            String service,
            MachineClass machineClass,
            long leader,
            String root,
            List<Integer> networkInterfaces) {
        this.name = name;
        this.id = id;
        this.service = service;
        this.machineClass = machineClass;
        this.leader = leader;
        this.root = root;
        this.networkInterfaces = networkInterfaces;
    }

    /**
     * A container whose leader is the process that registers it.
     *
     * @param name its name, a hostname of at most 64 characters: letters, digits, {@code -} and {@code .}; see
     *     {@link #isName}
     * @return the description
     * @throws IllegalArgumentException if {@code name} is none
     */
    public static MachineSpec named(String name) {
        requireName(name);
        return new MachineSpec(name, null, "", MachineClass.CONTAINER, 0, "", List.of());
    }

    /**
     * Whether machined takes this for a name: labels of ASCII letters, digits and {@code -}, with a {@code .} in between,
     * 64 characters in all. No label begins or ends with a {@code -}. There is no {@code _}, whatever machinectl(1) says.
     *
     * @param name any text
     * @return whether it can be the name of a machine
     */
    public static boolean isName(String name) {
        boolean afterDot = true;
        boolean afterDash = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.' ? afterDot || afterDash : c == '-' ? afterDot : !isAlphanumeric(c)) {
                return false;
            }
            afterDot = c == '.';
            afterDash = c == '-';
        }
        return !afterDot && !afterDash && name.length() <= MAX_NAME;
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    static void requireName(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "name: " + name + " is not a hostname of letters, digits, - and . of at most 64 characters");
        }
    }

    /**
     * With the machine id of the machine, by which {@code journalctl -M} finds its journal.
     *
     * @param newId its id: all of its bits, the version is not looked at
     * @return the description
     * @throws IllegalArgumentException if {@code newId} is all zero, which means none
     */
    public MachineSpec withId(UUID newId) {
        if (newId.equals(NO_ID)) {
            throw new IllegalArgumentException("newId: all zero is no id");
        }
        return new MachineSpec(name, newId, service, machineClass, leader, root, networkInterfaces);
    }

    /**
     * With the machine id of the machine, as {@link #withId(UUID)}.
     *
     * @param newId its id, such as {@link Id128#ofContainerId}
     * @return the description
     * @throws IllegalArgumentException if {@code newId} is all zero, which means none
     */
    public MachineSpec withId(Id128 newId) {
        return withId(newId.toUuid());
    }

    /**
     * With what it is that runs the machine.
     *
     * @param newService such as {@code runc}; shown by {@code machinectl list}
     * @return the description
     * @throws IllegalArgumentException if {@code newService} has a NUL
     */
    public MachineSpec withService(String newService) {
        requireText("newService", newService);
        return new MachineSpec(name, id, newService, machineClass, leader, root, networkInterfaces);
    }

    /**
     * With its class.
     *
     * @param newClass what it is
     * @return the description
     * @throws IllegalArgumentException if it is {@link MachineClass#UNKNOWN}
     */
    public MachineSpec withClass(MachineClass newClass) {
        if (newClass == MachineClass.UNKNOWN) {
            throw new IllegalArgumentException("newClass: a machine must have one");
        }
        return new MachineSpec(name, id, service, newClass, leader, root, networkInterfaces);
    }

    /**
     * With a leader, its first process.
     *
     * @param pid a process, as it is known to whoever is on the bus; not one of our own pid namespace
     * @return the description
     * @throws IllegalArgumentException if {@code pid} is below 2, or more than a pid can be: machined refuses process 1, and
     *     0 is what a new description has
     */
    public MachineSpec withLeader(long pid) {
        Pids.requirePid("pid", pid);
        return new MachineSpec(name, id, service, machineClass, pid, root, networkInterfaces);
    }

    /**
     * With the directory that is the machine's root, as the host has it.
     *
     * @param directory an absolute path
     * @return the description
     * @throws IllegalArgumentException if {@code directory} is relative
     */
    public MachineSpec withRoot(Path directory) {
        if (!directory.isAbsolute()) {
            throw new IllegalArgumentException("directory: " + directory + " must be absolute");
        }
        return new MachineSpec(name, id, service, machineClass, leader, directory.toString(), networkInterfaces);
    }

    /**
     * With the host's ends of its network links.
     *
     * @param indexes as in {@code /sys/class/net/NAME/ifindex}
     * @return the description
     * @throws IllegalArgumentException if one is not positive
     */
    public MachineSpec withNetworkInterfaces(int... indexes) {
        List<Integer> list = new ArrayList<>();
        for (int index : indexes) {
            if (index <= 0) {
                throw new IllegalArgumentException("indexes: " + index + " must be positive");
            }
            list.add(index);
        }
        return new MachineSpec(name, id, service, machineClass, leader, root, List.copyOf(list));
    }

    static void requireText(String parameter, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(parameter + ": must not have a NUL");
        }
    }

    /**
     * The name.
     *
     * @return what the machine is called
     */
    public String name() {
        return name;
    }

    /**
     * The machine id.
     *
     * @return nothing if none was given
     */
    public Optional<UUID> id() {
        return Optional.ofNullable(id);
    }

    /**
     * What runs the machine.
     *
     * @return empty if nothing was said
     */
    public String service() {
        return service;
    }

    /**
     * The class.
     *
     * @return {@link MachineClass#CONTAINER} if nothing else was said
     */
    public MachineClass machineClass() {
        return machineClass;
    }

    /**
     * The leader.
     *
     * @return its pid; 0 for the process that registers
     */
    public long leader() {
        return leader;
    }

    /**
     * The root directory.
     *
     * @return an absolute path; empty if nothing was said
     */
    public String root() {
        return root;
    }

    /**
     * The host's ends of its network links.
     *
     * @return their indexes
     */
    public List<Integer> networkInterfaces() {
        return networkInterfaces;
    }

    @Override
    public String toString() {
        return name + " (" + machineClass.word() + ", leader " + (leader == 0 ? "is who registers" : leader) + ")";
    }
}
