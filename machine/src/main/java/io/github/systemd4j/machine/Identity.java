package io.github.systemd4j.machine;

import io.github.systemd4j.machine.IdAnswer.Known;
import io.github.systemd4j.machine.IdAnswer.Reason;
import io.github.systemd4j.machine.IdAnswer.Unknown;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who the machine is, and whether it is a container: the ids of machine-id(5) and sd-id128(3), and what a container's
 * manager tells by <a href="https://systemd.io/CONTAINER_INTERFACE">the container interface</a>.
 *
 * <pre>{@code
 * Identity identity = Identity.fromEnvironment();
 * identity.container().map(Container::manager);                  // podman
 * identity.machineId().id().map(id -> id.appSpecific(OUR_APP));  // an id that may be shown to others
 * }</pre>
 *
 * <p>No question throws, and nothing is kept: each is answered by what the files say now. Thread safe.
 */
public final class Identity {

    private static final String UUID_FILE = "/run/host/container-uuid";
    private static final String MACHINE_ID_FILE = "/etc/machine-id";
    private static final String BOOT_ID_FILE = "/proc/sys/kernel/random/boot_id";
    private static final String UUID_VARIABLE = "container_uuid";
    private static final String HOST_VARIABLES = "container_host_";

    private final SystemFiles files;
    private final Map<String, String> environment;
    private final long pid;

    private Identity(Path root, Map<String, String> environment, long pid) {
        this.files = new SystemFiles(root);
        this.environment = Map.copyOf(environment);
        this.pid = pid;
    }

    /**
     * As this process sees it.
     *
     * @return the machine or the container of this process
     */
    public static Identity fromEnvironment() {
        return at(Path.of("/"), System.getenv(), ProcessHandle.current().pid());
    }

    /**
     * As a process would see it whose root directory, environment and pid these are. For tests and recorded systems.
     *
     * @param root a directory that stands for {@code /}
     * @param environment the variables of the process
     * @param pid its pid; 1 is believed what it has in its own environment
     * @return the machine or the container of that process
     * @throws IllegalArgumentException if {@code pid} is not positive
     */
    public static Identity at(Path root, Map<String, String> environment, long pid) {
        if (pid <= 0) {
            throw new IllegalArgumentException("pid: " + pid + " must be positive");
        }
        return new Identity(root.toAbsolutePath(), environment, pid);
    }

    /**
     * The container that the process is in. The signs are looked for in the order of systemd, so that the answer is
     * that of {@code systemd-detect-virt --container}: OpenVZ, WSL, proot, {@code /run/host/container-manager},
     * {@code container} in the environment of pid 1 (of which {@code /run/systemd/container} is a copy),
     * {@code /run/.containerenv} of podman, {@code /.dockerenv}, and last a pid namespace that is not the machine's
     * first. That last one is of systemd 257; older ones ask the cgroup namespace instead.
     *
     * @return empty if nothing says that this is one
     */
    public Optional<Container> container() {
        return new ContainerSigns(files, environment, pid).container();
    }

    /**
     * The id of the machine, or of the container: {@code /etc/machine-id}. It is confidential; see
     * {@link Id128#appSpecific} before it is sent anywhere.
     *
     * @return the id, as {@code systemd-id128 machine-id} says it
     */
    public IdAnswer machineId() {
        return read(
                MACHINE_ID_FILE,
                32,
                "systemd-machine-id-setup makes one; in a container, the engine gives it container_uuid or the file");
    }

    /**
     * The id of this boot. In a container it is that of the host: the kernel has one alone.
     *
     * @return the id, as {@code systemd-id128 boot-id} says it
     */
    public IdAnswer bootId() {
        return read(BOOT_ID_FILE, 36, "mount /proc");
    }

    private IdAnswer read(String file, int length, String advice) {
        SystemFiles.Text text = files.read(file);
        String content = text.content();
        if (content == null) {
            return new Unknown(
                    text.isAbsent() ? Reason.ABSENT : Reason.UNREADABLE,
                    "open(" + file + "): " + text.problem() + "; " + advice);
        }
        String line = content.endsWith("\n") ? content.substring(0, content.length() - 1) : content;
        if (line.isEmpty() || line.equals("uninitialized")) {
            return new Unknown(Reason.UNINITIALIZED, file + " has no id yet; " + advice);
        }
        return line.length() == length ? parsed(line, file) : malformed(line, file);
    }

    private static IdAnswer parsed(String text, String source) {
        Optional<Id128> id = Id128.parse(text);
        return id.isPresent() && !id.get().isNull() ? new Known(id.get(), source) : malformed(text, source);
    }

    private static IdAnswer malformed(String text, String source) {
        String shown = text.length() > 40 ? text.substring(0, 40) + "..." : text;
        return new Unknown(Reason.MALFORMED, source + " has \"" + shown + "\", which is no id");
    }

    /**
     * The id that the manager gave to this container: {@code /run/host/container-uuid}, or {@code container_uuid} in the
     * environment of this process or of pid 1. With dashes (systemd-nspawn) and without (podman). systemd in the
     * container makes it the machine id if there is none in the image.
     *
     * @return the id; absent in most containers, for engines set it for those with systemd alone, and outside
     */
    public IdAnswer containerUuid() {
        String text = files.firstLine(UUID_FILE);
        if (text != null) {
            return parsed(text, UUID_FILE);
        }
        text = environment.get(UUID_VARIABLE);
        if (text != null && !text.isEmpty()) {
            return parsed(text, UUID_VARIABLE);
        }
        text = files.variableOfInit(UUID_VARIABLE);
        if (text != null && !text.isEmpty()) {
            return parsed(text, UUID_VARIABLE + " of pid 1");
        }
        return new Unknown(
                Reason.ABSENT, "no manager of containers has set " + UUID_VARIABLE + " or written " + UUID_FILE);
    }

    /**
     * A file or directory that the manager of this container put below {@code /run/host}.
     *
     * @param name one of the container interface, such as {@code notify}, {@code incoming} or {@code credentials}
     * @return the path; empty if it is not there
     * @throws IllegalArgumentException if {@code name} is empty or has a slash
     */
    public Optional<Path> hostFile(String name) {
        if (name.isEmpty() || name.indexOf('/') >= 0 || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException("name: \"" + name + "\" must be that of a file in /run/host");
        }
        Path file = files.path("/run/host/" + name);
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? Optional.of(file) : Optional.empty();
    }

    /**
     * What runs outside of this container, in the words of os-release(5): {@code /run/host/os-release}, and where that
     * is not, what the manager set of it as {@code container_host_id} and so on.
     *
     * @return such as {@code ID} to {@code debian}; empty where nobody tells
     */
    public Map<String, String> hostRelease() {
        String text = files.read("/run/host/os-release").content();
        return text != null ? OsRelease.parse(text) : hostVariables();
    }

    private Map<String, String> hostVariables() {
        Map<String, String> release = new TreeMap<>();
        addHostVariables(release, files.environmentOfInit());
        addHostVariables(release, environment);
        return Map.copyOf(release);
    }

    private static void addHostVariables(Map<String, String> release, Map<String, String> variables) {
        variables.forEach((name, value) -> {
            if (name.startsWith(HOST_VARIABLES)) {
                release.put(name.substring(HOST_VARIABLES.length()).toUpperCase(Locale.ROOT), value);
            }
        });
    }
}
