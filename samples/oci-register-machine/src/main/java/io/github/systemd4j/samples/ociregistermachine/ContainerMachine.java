package io.github.systemd4j.samples.ociregistermachine;

import io.github.systemd4j.machine.Id128;
import io.github.systemd4j.machine.MachineSpec;
import io.github.systemd4j.machine.oci.OciConfig;
import io.github.systemd4j.machine.oci.OciException;
import io.github.systemd4j.machine.oci.OciState;
import java.nio.file.Path;
import java.util.Optional;

/** What a container is to machined. */
final class ContainerMachine {

    private static final int LONGEST_NAME = 64;

    private final OciState state;

    ContainerMachine(OciState state) {
        this.state = state;
    }

    /**
     * The container's id, whole if it fits: 64 characters do. What a hostname cannot have becomes a "-". The same at
     * both stages, as only the id counts.
     */
    String name() {
        StringBuilder name = new StringBuilder();
        for (char c : state.id().toCharArray()) {
            boolean isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            boolean isAfterPlain = name.length() > 0 && name.charAt(name.length() - 1) != '-';
            if (name.length() < LONGEST_NAME && (isPlain || isAfterPlain)) {
                name.append(isPlain ? c : '-');
            }
        }
        while (name.length() > 0 && name.charAt(name.length() - 1) == '-') {
            name.setLength(name.length() - 1);
        }
        return name.length() == 0 ? Id128.ofContainerId(state.id()).toString() : name.toString();
    }

    MachineSpec spec(long leader) {
        Optional<OciConfig> config = config();
        MachineSpec spec = MachineSpec.named(name()).withLeader(leader).withService(service());
        Id128 id = config.flatMap(known -> known.environment("container_uuid"))
                .flatMap(Id128::parse)
                .filter(given -> !given.isNull())
                .orElseGet(() -> Id128.ofContainerId(state.id()));
        if (!id.isNull()) {
            spec = spec.withId(id.toUuid());
        }
        Optional<Path> root = config.flatMap(OciConfig::root)
                .map(path -> state.bundle().resolve(path).normalize())
                .or(state::root)
                .filter(Path::isAbsolute);
        return root.isPresent() ? spec.withRoot(root.get()) : spec;
    }

    /** Of use, but not needed: the runtime has read it, and would have said if it were wrong. */
    private Optional<OciConfig> config() {
        try {
            return Optional.of(OciConfig.read(state.bundle().resolve("config.json")));
        } catch (OciException e) {
            return Optional.empty();
        }
    }

    /** What runs the container, for the column SERVICE of machinectl. podman and cri-o say so in an annotation. */
    private String service() {
        String manager = state.annotations().getOrDefault("io.container.manager", "oci");
        return manager.equals("libpod") ? "podman" : manager;
    }
}
