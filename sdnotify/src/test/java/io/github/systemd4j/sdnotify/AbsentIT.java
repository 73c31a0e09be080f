package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where nobody asks to be notified, the library costs nothing: no back-end is loaded. */
@Timeout(120)
class AbsentIT {

    @Test
    void noClassOfJnaOrForeignIsLoaded() throws Exception {
        assertThat(run(false))
                .contains("NotUnderSystemd")
                .contains("io.github.systemd4j.sdnotify.Notifier ")
                .doesNotContain("com.sun.jna")
                .doesNotContain("java.lang.foreign.")
                .doesNotContain("jdk.internal.foreign.")
                .doesNotContain("io.github.systemd4j.linux.libc");
    }

    @Test
    void theSameLookFindsThemWhereTheyAreLoaded() throws Exception {
        String expected = System.getProperty("systemd4j.expected.backend");

        assertThat(run(true))
                .contains("Failed")
                .contains("io.github.systemd4j.linux.libc")
                .contains("ffm".equals(expected) ? "java.lang.foreign.Linker" : "com.sun.jna");
    }

    /** The JDK spoils the variable there; its bytes are in /proc. */
    @Test
    void aPathThatThePlatformsCharsetCannotSpell(@TempDir Path directory) throws Exception {
        String path = directory + "/s\u00fcd";
        try (NotifyReceiver receiver = NotifyReceiver.bind(path)) {
            ProcessBuilder builder = new ProcessBuilder(
                            "sh",
                            "-c",
                            "NOTIFY_SOCKET=" + directory + "/s$(printf '\\303\\274')d exec \"$@\"",
                            "sh",
                            System.getProperty("java.home") + "/bin/java",
                            "-cp",
                            System.getProperty("java.class.path"),
                            AbsentProbe.class.getName())
                    .redirectErrorStream(true);
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();

            assertThat(receiver.receive(Manager.SOON)).get().hasToString("READY=1");

            process.destroy();
            assertThat(process.waitFor()).isNotNegative();
        }
        assertThat(directory).isEmptyDirectory();
    }

    private static String run(boolean withSocket) throws Exception {
        String backend = System.getProperty("io.github.systemd4j.linux.backend", "");
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xlog:class+load",
                        "-Dio.github.systemd4j.linux.backend=" + backend,
                        "-cp",
                        System.getProperty("java.class.path"),
                        AbsentProbe.class.getName()))
                .redirectErrorStream(true);
        Notifier.scrub(builder);
        if (withSocket) {
            builder.environment().put("NOTIFY_SOCKET", "@nobody-listens-here");
        }
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        // What is loaded before our first class is the VM's own, which has some of java.lang.foreign in its archive.
        return output.substring(output.indexOf(AbsentProbe.class.getName() + " source"));
    }
}
