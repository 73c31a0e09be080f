package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * systemd-docker's issue 15: in {@code /proc/PID/cgroup} of CentOS 7 it says {@code cpuacct,cpu}, and the directory is {@code
 * cpu,cpuacct}. A real hierarchy of both, with the order of that kernel shown to the wrapper, of itself and of the container.
 */
@Tag("guest-v1")
@Timeout(300)
class Centos7BoxIT {

    @Test
    void theOrderOfTheControllersDoesNotMatter() throws Exception {
        Box.engine();
        Path client = Path.of("/opt/systemd-docker/centos7");
        Files.writeString(
                client,
                "#!/bin/sh\n[ \"$1\" != inspect ] || /run/box/centos7-order $(/usr/bin/docker inspect -f '{{.State.Pid}}' web)"
                        + " 2>/dev/null\nexec /usr/bin/docker \"$@\"\n");
        Path wrapper = Path.of("/opt/systemd-docker/wrapper");
        Files.writeString(
                wrapper, "#!/bin/sh\n/run/box/centos7-order $$\nexec " + Box.JAVA + " -jar " + Box.JAR + " \"$@\"\n");
        for (Path script : new Path[] {client, wrapper}) {
            assertThat(script.toFile().setExecutable(true)).isTrue();
        }
        Box.unit("web", "", "--engine=" + client, "run", "--rm", "--name=web", "image", "sh", "-c", Box.OBEDIENT);
        Path unit = Box.UNITS.resolve("web.service");
        Files.writeString(
                unit, Files.readString(unit).replaceFirst("ExecStart=.*?systemd-docker.jar", "ExecStart=" + wrapper));
        assertThat(Box.run("systemctl", "daemon-reload")).isEmpty();

        assertThat(Box.run("systemctl", "start", "web"))
                .as(() -> Box.log("web"))
                .isEmpty();

        String pid = Box.show("web", "MainPID");
        assertThat(Box.run("grep", "-h", "cpu", "/proc/" + pid + "/cgroup")).contains(":cpuacct,cpu:/docker/");
        for (String directory : new String[] {"cpu,cpuacct", "memory", "systemd"}) {
            Path processes = Path.of("/sys/fs/cgroup", directory, "system.slice/web.service/cgroup.procs");
            assertThat(Files.readAllLines(processes)).as(directory).contains(pid);
        }
        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        assertThat(Box.docker("ps", "--all", "--quiet")).isEmpty();
    }
}
