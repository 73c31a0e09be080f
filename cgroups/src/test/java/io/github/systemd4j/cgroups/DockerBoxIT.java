package io.github.systemd4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.cgroups.Migration.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A container of a real dockerd, whose client runs in a unit: moved into that, it obeys the unit. Needs the packages
 * docker.io and busybox-static.
 */
@Tag("v1")
@Timeout(180)
class DockerBoxIT {

    private static final String DOCKER = "/usr/bin/docker";
    private static final Path CONTROL = Path.of("/tmp/control");

    // A word's writer may not have closed yet when the next one is waited for: then there is none, and it is not the
    // end.
    private static final String CONTAINER = "mkfifo /control/fifo; while :; do read word < /control/fifo; case $word in"
            + " eat) sh -c 'x=1234567890; while :; do x=$x$x; done'; echo $? > /control/eaten ;;"
            + " burn) while :; do :; done & echo $! > /control/burning ;; esac; done";

    private final Cgroups cgroups = Cgroups.system();

    @BeforeEach
    void anEngineAndAUnitWithItsClient() throws Exception {
        assertThat(Box.run(
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
        Path files = Files.createTempDirectory("image");
        Files.createDirectories(files.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), files.resolve("bin/busybox"));
        Box.run("chmod", "755", files.toString(), files + "/bin/busybox");
        for (String command : List.of("sh", "sleep", "mkfifo")) {
            Files.createSymbolicLink(files.resolve("bin/" + command), Path.of("busybox"));
        }
        assertThat(Box.run("sh", "-c", "tar -C " + files + " -c . | " + DOCKER + " import - image"))
                .contains("sha256:");
        Files.createDirectories(CONTROL);
        assertThat(Box.run(
                        DOCKER,
                        "create",
                        "--net=host",
                        "--name=web",
                        "-v",
                        CONTROL + ":/control",
                        "image",
                        "sh",
                        "-c",
                        CONTAINER))
                .hasSize(64);
        assertThat(Box.run(
                        "systemd-run",
                        "--quiet",
                        "--unit=web",
                        "-p",
                        "Delegate=yes",
                        "-p",
                        "MemoryMax=64M",
                        "-p",
                        "CPUQuota=20%",
                        DOCKER,
                        "start",
                        "--attach",
                        "web"))
                .isEmpty();
    }

    @AfterEach
    void stop() throws Exception {
        Box.run("systemctl", "stop", "web", "engine");
    }

    @Test
    void theContainerObeysTheUnit() throws Exception {
        long init =
                Long.parseLong(until(() -> Box.run(DOCKER, "inspect", "-f", "{{.State.Pid}}", "web"), "[1-9][0-9]*"));
        String id = Box.run(DOCKER, "inspect", "-f", "{{.Id}}", "web");
        until(() -> Files.exists(CONTROL.resolve("fifo")), "true");
        assertThat(cgroups.process(init).systemdPath().orElseThrow().toString()).startsWith("/docker/");
        assertThat(status()).contains("start --attach web").doesNotContain("mkfifo");

        Migration plan =
                cgroups.migration().container(init, id).toUnit("web.service").plan();
        assertThat(plan.steps())
                .extracting(Step::hierarchy)
                .contains("cpu", "memory", "pids", "name=systemd", "unified");
        assertThat(plan.dryRun().problem()).isEmpty();
        plan.execute().orThrow();

        assertThat(cgroups.units(cgroups.process(init)).unit()).contains("web.service");
        assertThat(status()).contains("\u2500" + init + " sh -c \"mkfifo");
        assertThat(cgroups.migration()
                        .container(init, id)
                        .toUnit("web.service")
                        .plan()
                        .steps())
                .isEmpty();
        theEngineIsWhereItWas();
        memoryMaxKills(init);
        cpuQuotaThrottles(init);

        assertThat(Box.run("systemctl", "stop", "web")).isEmpty();
        assertThat(Files.exists(Path.of("/proc/" + init))).isFalse();
        assertThat(until(() -> Box.run(DOCKER, "inspect", "-f", "{{.State.Status}}", "web"), "exited"))
                .isEqualTo("exited");
        assertThat(Box.run("systemctl", "is-active", "engine")).isEqualTo("active");
    }

    private static String status() throws Exception {
        return Box.run("systemctl", "status", "--no-pager", "--full", "web");
    }

    private void theEngineIsWhereItWas() throws Exception {
        long engine = Long.parseLong(Box.run("systemctl", "show", "--value", "-p", "MainPID", "engine"));
        assertThat(cgroups.units(cgroups.process(engine)).unit()).contains("engine.service");
        assertThat(cgroups.group(cgroups.process(engine), "memory").name().toString())
                .endsWith("/engine.service");
    }

    private void memoryMaxKills(long init) throws Exception {
        Group memory = cgroups.group(cgroups.process(init), "memory");
        assertThat(memory.read("memory.limit_in_bytes")).isEqualTo(Long.toString(64 << 20));
        assertThat(memory.events().oomKills()).isZero();
        Files.writeString(CONTROL.resolve("fifo"), "eat\n");
        assertThat(memory.await(events -> events.oomKills() > 0, Box.SOON)).isTrue();
        assertThat(until(() -> said("eaten"), "137")).isEqualTo("137");
    }

    private void cpuQuotaThrottles(long init) throws Exception {
        Group cpu = cgroups.group(cgroups.process(init), "cpu");
        long before = Values.value(cpu.read("cpu.stat"), "nr_throttled");
        Files.writeString(CONTROL.resolve("fifo"), "burn\n");
        assertThat(until(() -> Values.value(cpu.read("cpu.stat"), "nr_throttled") > before + 5, "true"))
                .isEqualTo("true");
        assertThat(said("burning")).isNotEmpty();
    }

    private static String said(String file) {
        return ControlFile.peek(CONTROL.resolve(file));
    }

    /** Asks until the answer is like that, with a bound. */
    private static String until(Callable<Object> question, String pattern) throws Exception {
        Pause pause = new Pause(Box.SOON);
        String answer = String.valueOf(question.call());
        while (!answer.matches(pattern) && pause.again()) {
            answer = String.valueOf(question.call());
        }
        return answer;
    }
}
