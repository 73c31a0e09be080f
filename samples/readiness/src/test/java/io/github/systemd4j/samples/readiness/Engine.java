package io.github.systemd4j.samples.readiness;

import java.io.IOException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What runs the program, from the command of a unit. */
enum Engine {
    NONE("systemctl") {
        @Override
        String command(Container container) {
            return "/bin/sh -c '" + String.join(" ", container.program())
                    + "; exit $?'"; // not the main process at first
        }
    },
    RUNC("runc") {
        @Override
        String command(Container container) throws IOException {
            return "/usr/sbin/runc run -b " + container.bundle() + " " + container.name();
        }
    },
    CRUN("crun") {
        @Override
        String command(Container container) throws IOException {
            return "/usr/bin/crun run -b " + container.bundle() + " " + container.name();
        }
    },
    PODMAN("podman") {
        @Override
        String command(Container container) throws IOException {
            String who = container.way() == Way.OWN ? "container" : "ignore";
            // The limits are what the box permits; --pids-limit 0 because it has no pids controller.
            return "/usr/bin/podman --root /tmp/podman --runroot /run/podman-test --storage-driver vfs --runtime runc run"
                    + " --rm --replace --name " + container.name() + " --cgroups=split --sdnotify=" + who
                    + " --network none --pids-limit 0 --ulimit nofile=1024:1024 --ulimit nproc=20000:20000"
                    + container.volumes() + " --rootfs " + Container.ROOTFS + " "
                    + String.join(" ", container.program());
        }
    },
    NSPAWN("systemd-nspawn") {
        @Override
        String command(Container container) throws IOException {
            return "/usr/bin/systemd-nspawn -q --keep-unit --notify-ready=yes -M " + container.name() + " -D "
                    + Container.ROOTFS + container.binds() + " " + String.join(" ", container.program());
        }
    },
    /** Its containers are children of dockerd; what it has for notifications is nothing but mounts and control groups. */
    DOCKER("docker") {
        @Override
        String command(Container container) throws IOException {
            String group = container.way() == Way.BOUND
                    ? " --cgroup-parent=/system.slice/" + container.name() + ".service"
                    : "";
            return "/usr/bin/docker run --rm --name=" + container.name() + " --network=none" + group
                    + container.volumes() + " image " + String.join(" ", container.program());
        }
    };

    private static final Pattern VERSION = Pattern.compile("[0-9]+(\\.[0-9]+)*");

    private final String program;

    Engine(String program) {
        this.program = program;
    }

    /** The number that its program says, which for nspawn and for none is systemd's. */
    String version() throws Exception {
        String said = Box.run(program, "--version");
        Matcher matcher = VERSION.matcher(said);
        if (!matcher.find()) {
            throw new AssertionError(said);
        }
        return matcher.group();
    }

    /** What a unit's ExecStart= has for it, without a relay of ours. */
    abstract String command(Container container) throws IOException;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
