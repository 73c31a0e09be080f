package io.github.systemd4j.machine;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The signs by which a container is known, in the order in which systemd looks for them. The order matters: a file of
 * docker's may be in any image, what the manager says itself is never left over.
 */
final class ContainerSigns {

    private static final String OTHER = "container-other";
    private static final String MANAGER_FILE = "/run/host/container-manager";
    private static final String COPY_FILE = "/run/systemd/container";
    private static final String VARIABLE = "container";
    /** The inode of the first pid namespace is a constant of the kernel, include/linux/proc_ns.h. */
    private static final String FIRST_PID_NAMESPACE = "pid:[" + 0xEFFFFFFCL + "]";

    private static final Set<String> MANAGERS =
            Set.of("lxc", "lxc-libvirt", "systemd-nspawn", "docker", "podman", "rkt", "wsl", "proot", "pouch");

    private final SystemFiles files;
    private final Map<String, String> environment;
    private final long pid;

    ContainerSigns(SystemFiles files, Map<String, String> environment, long pid) {
        this.files = files;
        this.environment = environment;
        this.pid = pid;
    }

    Optional<Container> container() {
        return kernel().or(this::manager);
    }

    /** What the kernel, or what stands in for it, shows. */
    private Optional<Container> kernel() {
        if (files.exists("/proc/vz") && !files.exists("/proc/bc")) { // the latter on hosts alone
            return found("openvz", "/proc/vz");
        }
        String release = files.firstLine("/proc/sys/kernel/osrelease");
        if (release != null && (release.contains("Microsoft") || release.contains("WSL"))) {
            return found("wsl", "/proc/sys/kernel/osrelease");
        }
        String tracer = files.firstLine("/proc/" + tracerPid() + "/comm");
        return tracer != null && tracer.startsWith("proot") ? found("proot", "TracerPid") : Optional.empty();
    }

    private String tracerPid() {
        String status = files.read("/proc/self/status").content();
        if (status != null) {
            for (String line : status.split("\n", -1)) {
                if (line.startsWith("TracerPid:")) {
                    return line.substring("TracerPid:".length()).strip();
                }
            }
        }
        return "0";
    }

    /** What the manager of the container says, and if it says nothing, what it left. */
    private Optional<Container> manager() {
        String name = files.firstLine(MANAGER_FILE);
        if (name != null) {
            return named(name, MANAGER_FILE);
        }
        if (pid == 1) {
            name = environment.get(VARIABLE);
            if (name != null) { // "" is the word for: not in a container
                return name.isEmpty() ? Optional.empty() : named(name, VARIABLE);
            }
            return marked();
        }
        name = files.firstLine(COPY_FILE);
        if (name != null) {
            return named(name, COPY_FILE);
        }
        name = files.variableOfInit(VARIABLE);
        return name != null ? named(name, VARIABLE + " of pid 1") : marked();
    }

    /** Many an image says "oci" of itself, which no manager is. */
    private Optional<Container> named(String name, String source) {
        String manager = MANAGERS.contains(name) ? name : OTHER;
        String marked = name.equals("oci") ? markedManager() : null;
        return Optional.of(new Container(marked != null ? marked : manager, name, source));
    }

    private Optional<Container> marked() {
        String manager = markedManager();
        if (manager != null) {
            return found(manager, manager.equals("podman") ? "/run/.containerenv" : "/.dockerenv");
        }
        String namespace = files.link("/proc/self/ns/pid");
        return namespace == null || namespace.equals(FIRST_PID_NAMESPACE)
                ? Optional.empty()
                : found(OTHER, "/proc/self/ns/pid");
    }

    private @Nullable String markedManager() {
        if (files.exists("/run/.containerenv")) {
            return "podman";
        }
        return files.exists("/.dockerenv") ? "docker" : null;
    }

    private static Optional<Container> found(String manager, String source) {
        return Optional.of(new Container(manager, manager, source));
    }
}
