package io.github.systemd4j.samples.doctor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar, as people run it, in the C locale. */
class DoctorIT {

    @TempDir
    private Path folder;

    @Test
    void bytesComeOutAsTheyWentIn() throws Exception {
        Path cgroup = Files.write(folder.resolve("c"), "0::/\u00fc\u00ff".getBytes(ISO_8859_1));
        Path mountinfo = Files.write(
                folder.resolve("m"), "30 1 0:9 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n".getBytes(ISO_8859_1));
        assertThat(run(0, "cgroup", "--cgroup", cgroup.toString(), "--mountinfo", mountinfo.toString()))
                .startsWith("cpu\t/sys/fs/cgroup/\u00fc\u00ff\tv2\n")
                .endsWith("unified\t/sys/fs/cgroup/\u00fc\u00ff\tv2\n");
    }

    @Test
    void itKnowsWhereItIs() throws Exception {
        assertThat(run(0, "cgroup")).startsWith("process     ").contains("\nunit  ", "\nmemory  ", "\ncpu time  ");
        assertThat(run(64, "cgroup", "--pid")).isEqualTo("doctor: --pid needs a value\n");
    }

    private static String run(int status, String... arguments) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(List.of(java, "-jar", System.getProperty("systemd4j.jar")));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isEqualTo(status);
        return output;
    }
}
