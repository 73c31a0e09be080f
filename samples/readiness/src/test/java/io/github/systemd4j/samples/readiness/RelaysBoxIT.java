package io.github.systemd4j.samples.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What arrives at systemd of what the same program says in each kind of container. */
@Timeout(180)
class RelaysBoxIT {

    @BeforeAll
    static void install() throws Exception {
        Containers.install();
        assertThat(Box.run("systemd-analyze", "log-level", "debug")).isEmpty();
    }

    private static void probe(String name, String exec, String... properties) throws Exception {
        ProbedUnit unit = ProbedUnit.start(name, exec, properties);
        try {
            Set<Field> arrived = unit.arrived();
            Files.writeString(
                    Path.of("target/relays-" + System.getenv("BOX") + ".tsv"),
                    name + "\t" + arrived + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            System.out.println(name + " " + arrived);
        } finally {
            unit.end();
        }
    }

    @Test
    void direct() throws Exception {
        probe("direct", "/bin/sh -c '" + Containers.program("direct") + "; exit $?'");
    }

    @Test
    @Tag("v2")
    void runc() throws Exception {
        probe("runc", "/usr/sbin/runc run -b " + Containers.bundle("runc", "") + " runc");
    }

    @Test
    @Tag("v2")
    void runcBound() throws Exception {
        probe(
                "runc-bound",
                "/usr/bin/env -u NOTIFY_SOCKET /usr/sbin/runc run -b "
                        + Containers.bundle("runc-bound", "/run/systemd/notify") + " runc-bound");
    }

    @Test
    @Tag("v2")
    void crun() throws Exception {
        probe("crun", "/usr/bin/crun run -b " + Containers.bundle("crun", "") + " crun");
    }

    @Test
    @Tag("v2")
    void podman() throws Exception {
        probe("podman", Containers.podman("podman", "--sdnotify=container"));
    }

    @Test
    @Tag("v2")
    void nspawn() throws Exception {
        probe("nspawn", Containers.nspawn("nspawn", "--notify-ready=yes"));
    }

    @Test
    @Tag("v1")
    void docker() throws Exception {
        Containers.dockerd();
        probe("docker", Containers.docker("docker", "/run/systemd/notify"));
    }
}
