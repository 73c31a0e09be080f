package io.github.systemd4j.samples.ocisystemdhook;

import io.github.systemd4j.machine.Id128;
import io.github.systemd4j.machine.oci.OciConfig;
import io.github.systemd4j.machine.oci.OciMount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What systemd needs to find in a container, <a href="https://systemd.io/CONTAINER_INTERFACE">as it says itself</a>. */
final class Preparation {

    /** podman's: machine.slice:libpod:ID, /.../libpod-payload-ID, /libpod_parent/libpod-ID. */
    private static final Pattern PODMAN_ID = Pattern.compile("([0-9a-f]{64})(?:\\.scope)?$");

    private static final String CGROUPS = "/sys/fs/cgroup";

    private final OciConfig config;
    private final Host host;

    Preparation(OciConfig config, Host host) {
        this.config = config;
        this.host = host;
    }

    /** Whether the container wants it. */
    boolean isWanted() {
        return config.runsInit() && !config.environment("oci-systemd-hook").equals(Optional.of("disabled"));
    }

    void prepare(@Nullable String givenId) throws IOException {
        String container = givenId == null ? containerId() : givenId;
        Id128 machine = machine(container);
        mountControlGroups(); // first: it may refuse
        if (config.environment("container").isEmpty()) {
            config.setEnvironment("container", "oci");
        }
        config.setEnvironment("container_uuid", machine.toString());
        mountTemporary();
        mountJournal(machine);
        if (config.mount("/etc/machine-id").isEmpty()) {
            Path file = host.machineId(container, machine);
            config.putMount(OciMount.bind(file.toString(), "/etc/machine-id", "ro"));
        }
    }

    private String containerId() throws IOException {
        Matcher id = PODMAN_ID.matcher(config.cgroupsPath().orElse(""));
        if (id.find()) {
            return id.group(1);
        }
        throw new IOException("linux.cgroupsPath of the configuration, \""
                + config.cgroupsPath().orElse("") + "\", does not end with the container's id; give it by --id");
    }

    private Id128 machine(String container) throws IOException {
        Optional<String> given = config.environment("container_uuid");
        if (given.isEmpty()) {
            return Id128.ofContainerId(container);
        }
        return Id128.parse(given.get())
                .orElseThrow(() -> new IOException("container_uuid=" + given.get()
                        + " is no id: it must be 32 hexadecimal digits, with or without the dashes of a UUID"));
    }

    /** tmpcopyup: what the image has there is copied. The memory that they take is the container's. */
    private void mountTemporary() {
        putIfFree(OciMount.tmpfs("/run", "nosuid", "nodev", "mode=755", "tmpcopyup"));
        putIfFree(OciMount.tmpfs("/run/lock", "nosuid", "nodev", "noexec", "mode=1777"));
        putIfFree(OciMount.tmpfs("/tmp", "nosuid", "nodev", "mode=1777", "tmpcopyup"));
    }

    private void putIfFree(OciMount mount) {
        if (config.mount(mount.destination()).isEmpty()) {
            config.putMount(mount);
        }
    }

    private void mountJournal(Id128 machine) throws IOException {
        Optional<Path> journal = host.journal(
                machine, config.hostUid(0).orElse(0), config.hostGid(0).orElse(0));
        if (journal.isPresent() && config.mount("/var/log/journal").isEmpty()) {
            putIfFree(OciMount.bind(journal.get().toString(), "/var/log/journal/" + machine, "rw"));
        }
    }

    private void mountControlGroups() throws IOException {
        if (!host.hasUnifiedCgroups()) {
            mountSystemdHierarchy();
            return;
        }
        if (!config.hasNamespace("cgroup")) {
            throw new IOException(
                    "the container has no cgroup namespace, so its systemd would get the control groups of"
                            + " the whole host to write to; podman makes one by --cgroupns=private");
        }
        Optional<OciMount> mount = config.mount(CGROUPS);
        List<String> options =
                new ArrayList<>(mount.map(OciMount::options).orElse(List.of("nosuid", "noexec", "nodev")));
        options.removeAll(List.of("ro", "rw"));
        options.add("rw");
        config.putMount(new OciMount(CGROUPS, Optional.of("cgroup"), Optional.of("cgroup"), options));
    }

    /** As podman does it: in v1 the group is not there yet, and cannot be mounted alone. */
    private void mountSystemdHierarchy() {
        String destination = CGROUPS + "/systemd";
        Optional<Path> hierarchy = host.systemdHierarchy();
        if (hierarchy.isPresent()) {
            putIfFree(OciMount.bind(hierarchy.get().toString(), destination, "nosuid", "noexec", "nodev"));
            config.maskPath(destination + "/release_agent"); // the host runs whatever it names
        }
    }
}
