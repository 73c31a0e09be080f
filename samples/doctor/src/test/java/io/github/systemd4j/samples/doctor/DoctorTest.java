package io.github.systemd4j.samples.doctor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.cgroups.Cgroups;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path root;

    private int run(String... arguments) {
        return new Doctor(new PrintStream(out, true), new PrintStream(err, true))
                .run(List.of(arguments), Cgroups.at(root));
    }

    private String write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        return Files.write(path, text.getBytes(ISO_8859_1)).toString();
    }

    @Test
    void recordedFilesGiveALineForEachController() throws IOException {
        String cgroup = write("c", "2:cpuacct,cpu:/\u00ff:a\n1:name=systemd:/a\n");
        String mountinfo = write(
                "m",
                "30 1 0:9 / /sys/fs/cgroup/cpu,cpuacct rw shared:1 - cgroup cgroup rw,cpuacct,cpu\n"
                        + "31 1 0:8 /b /sys/fs/cgroup/systemd rw shared:1 - cgroup cgroup rw,name=systemd\n");

        assertThat(run("cgroup", "--cgroup", cgroup, "--mountinfo", mountinfo)).isZero();

        assertThat(out.toString(ISO_8859_1))
                .isEqualTo("cpu\t/sys/fs/cgroup/cpu,cpuacct/\u00ff:a\tv1\n"
                        + "cpuacct\t/sys/fs/cgroup/cpu,cpuacct/\u00ff:a\tv1\n"
                        + "memory\t-\tcontroller on no hierarchy\n"
                        + "pids\t-\tcontroller on no hierarchy\n"
                        + "name=systemd\t-\tthe mount at /sys/fs/cgroup/systemd shows /b, and /a is not in there\n"
                        + "unified\t-\tcontroller on no hierarchy\n");
    }

    @Test
    void aProcessHasAUnitAndDirectories() throws IOException {
        write("proc/self/mountinfo", "30 1 0:9 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        write("proc/42/cgroup", "3:cpu,cpuacct:/\n0::/user.slice/user-7.slice/user@7.service/app.slice/a.service\n");

        assertThat(run("cgroup", "--pid", "42")).isZero();

        assertThat(out.toString(ISO_8859_1)).startsWith("""
                process     42
                unit        user@7.service
                user unit   a.service
                slice       user-7.slice
                user slice  app.slice
                session     -
                owner       uid 7
                machine     -

                cpu,cpuacct             -   no mount
                unified                 v2  /sys/fs/cgroup/user.slice/user-7.slice/user@7.service/app.slice/a.service\
                  (there is no directory /sys/fs/cgroup/user.slice/user-7.slice/user@7.service/app.slice/a.service)
                """);
    }

    @Test
    void theLevelThatBindsIsNamed() throws IOException {
        write("proc/self/mountinfo", "30 1 0:9 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        write("proc/42/cgroup", "0::/a.slice/b.service\n");
        write("sys/fs/cgroup/cgroup.procs", "");
        write("sys/fs/cgroup/a.slice/memory.max", "314572800\n");
        write("sys/fs/cgroup/a.slice/b.service/memory.max", "max\n");
        write("sys/fs/cgroup/a.slice/b.service/cpu.max", "50000 100000\n");
        write("sys/fs/cgroup/a.slice/b.service/pids.max", "max\n");
        write("sys/fs/cgroup/a.slice/b.service/pids.current", "7\n");
        write("sys/fs/cgroup/a.slice/b.service/memory.events", "max 3\noom_kill 1\n");
        write("sys/fs/cgroup/a.slice/b.service/cpu.stat", "usage_usec 70\nthrottled_usec 5\n");

        assertThat(run("cgroup", "--pid", "42")).isZero();

        assertThat(out.toString(ISO_8859_1)).endsWith("""

                memory      314572800 bytes  by /sys/fs/cgroup/a.slice
                memory high -
                swap        -
                cpu time    0.50 CPUs, 50000 of 100000 usec  by /sys/fs/cgroup/a.slice/b.service
                pids        unlimited
                cpus        -
                cpu weight  -

                memory used -
                memory peak -
                oom kills   1
                cpu used    70 usec
                throttled   5 usec
                pids used   7
                refused     -
                """);
    }

    @Test
    void whatCannotBeSeenIsSaid() throws IOException {
        write("proc/self/mountinfo", "30 1 0:9 /docker/4f /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory,pids\n");
        write("proc/42/cgroup", "2:memory,pids:/docker/4f\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        write("sys/fs/cgroup/memory/pids.max", "20\n");
        write("sys/fs/cgroup/memory/memory.stat", "hierarchical_memory_limit 4096\n");

        assertThat(run("cgroup", "--pid", "42")).isZero();

        assertThat(out.toString(ISO_8859_1))
                .contains("\nmemory      4096 bytes  by a level that is not mounted here\n" + "memory high -\n")
                .contains("\npids        20  by /sys/fs/cgroup/memory  (as far up as can be seen here)\n");
    }

    @Test
    void whatIsWrongIsOneSentence() throws IOException {
        String file = write("c", "");
        Files.createDirectories(root.resolve("proc/self"));
        assertThat(run("cgroup", "--pid")).isEqualTo(64);
        assertThat(run(
                        "cgroup",
                        "--cgroup",
                        file,
                        "--mountinfo",
                        root.resolve("none").toString()))
                .isEqualTo(66);
        assertThat(run("cgroup", "--cgroup", root.toString(), "--mountinfo", file))
                .isEqualTo(66);
        assertThat(run("cgroup", "--pid", "42")).isEqualTo(1);
        assertThat(err.toString(ISO_8859_1))
                .isEqualTo("doctor: --pid needs a value\n"
                        + ("doctor: " + root.resolve("none") + ": there is no such file\n")
                        + ("doctor: " + root + ": is a directory\n")
                        + "doctor: resolve(42): ESRCH (3): there is no process 42, or hidepid= hides it from us\n");
        assertThat(out.size()).isZero();
    }

    @Test
    void theHelpIsNoError() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(ISO_8859_1)).isEqualTo(Options.HELP);
    }
}
