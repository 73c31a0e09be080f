package io.github.systemd4j.samples.readiness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** What the tests in a box have in common. */
final class Box {

    private Box() {}

    /** Output and errors of a command, without the last newline. */
    static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }

    static String show(String unit, String property) throws Exception {
        return run("systemctl", "show", "--value", "-p", property, unit);
    }

    /** An engine, as the unit "engine", and an image that is empty but for the links into /usr. */
    static void dockerd() throws Exception {
        assertThat(run(
                        "systemd-run",
                        "--quiet",
                        "--unit=engine",
                        "--service-type=notify",
                        "-p",
                        "Delegate=yes",
                        "-p",
                        "KillMode=process",
                        "dockerd",
                        "--iptables=false",
                        "--ip6tables=false",
                        "--bridge=none",
                        "--storage-driver=vfs",
                        "--data-root=/tmp/docker",
                        "--exec-root=/run/docker-test"))
                .isEmpty();
        assertThat(run("sh", "-c", "tar -C " + Container.ROOTFS + " -c . | /usr/bin/docker import - image"))
                .contains("sha256:");
    }
}
