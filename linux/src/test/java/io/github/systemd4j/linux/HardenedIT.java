package io.github.systemd4j.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Native;
import io.github.systemd4j.probe.Probe;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever a JVM is denied, the question which back-end runs is answered and nothing escapes. Each test starts a JVM of
 * the JDK that runs this one, on the packaged jar.
 */
@Timeout(120)
class HardenedIT {

    private static final int JDK = Runtime.version().feature();
    private static final String BEST = JDK >= 22 ? "ffm" : "jna";
    private static final Path JAR = Path.of(System.getProperty("systemd4j.jar"));
    private static final Path JNA = pathOf(Native.class);
    private static final Path TESTS = pathOf(Probe.class);

    /** JDK 24 learnt it. Before, there is nothing to deny and nothing is denied. */
    private static final List<String> DENY = JDK >= 24 ? List.of("--illegal-native-access=deny") : List.of();

    @TempDir
    Path directory;

    private static Path pathOf(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
    }

    @Test
    void plain() throws Exception {
        assertThat(java("-cp", path(JAR, JNA, TESTS))).contains("backend=" + BEST, "same=true");
    }

    @Test
    void withoutJna() throws Exception {
        String output = java("-cp", path(JAR, TESTS));

        if (JDK >= 22) {
            assertThat(output).contains("backend=ffm");
        } else {
            assertThat(output).contains("backend=none", "net.java.dev.jna:jna is not on the class path");
        }
    }

    @Test
    void nativeAccessDenied() throws Exception {
        String output = java(DENY, "-cp", path(JAR, JNA, TESTS));

        if (DENY.isEmpty()) {
            assertThat(output).contains("backend=" + BEST);
        } else {
            assertThat(output).contains("backend=none", "IllegalCallerException", "--enable-native-access");
        }
    }

    @Test
    void nativeAccessDeniedToOthersButGrantedToUs() throws Exception {
        List<String> options = new ArrayList<>(DENY);
        if (JDK >= 22) {
            options.add("--enable-native-access=ALL-UNNAMED");
        }

        assertThat(java(options, "-cp", path(JAR, JNA, TESTS)))
                .contains("backend=" + BEST)
                .doesNotContain("WARNING");
    }

    @Test
    void modulePath() throws Exception {
        List<String> options = new ArrayList<>(DENY);
        if (JDK >= 22) {
            options.add("--enable-native-access=io.github.systemd4j.linux");
        }

        String output = java(
                options, "-p", path(JAR, JNA), "--add-modules", "io.github.systemd4j.linux", "-cp", TESTS.toString());

        assertThat(output)
                .contains("backend=" + BEST, "module=io.github.systemd4j.linux")
                .doesNotContain("WARNING");
    }

    @Test
    void modulePathWithNativeAccessDenied() throws Exception {
        String output =
                java(DENY, "-p", path(JAR, JNA), "--add-modules", "io.github.systemd4j.linux", "-cp", TESTS.toString());

        assertThat(output).contains("backend=" + (DENY.isEmpty() ? BEST : "none"));
    }

    @Test
    void temporaryDirectoryNoexec() throws Exception {
        Path noexec = Files.createDirectory(directory.resolve("noexec"));
        List<String> command = new ArrayList<>(List.of("unshare", "-m"));
        if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            command.add("-r");
        }
        Assumptions.assumeTrue(run(command, "true").startsWith("exit=0"), "no mount namespace to be had here");
        command.addAll(List.of("sh", "-ec", "mount -t tmpfs -o noexec tmpfs \"$0\"; exec \"$@\"", noexec.toString()));

        String output = run(command, javaCommand(temporary(noexec), "-cp", path(JAR, JNA, TESTS)));

        if (JDK >= 22) {
            assertThat(output).contains("exit=0", "backend=ffm");
        } else {
            assertThat(output).contains("exit=0", "backend=none", "failed to map segment", "noexec");
        }
    }

    @Test
    void temporaryDirectoryReadOnly() throws Exception {
        String output = java(temporary(Path.of("/proc/self")), "-cp", path(JAR, JNA, TESTS));

        if (JDK >= 22) {
            assertThat(output).contains("backend=ffm");
        } else {
            assertThat(output).contains("backend=none", "set -Djna.tmpdir to a writable directory");
        }
    }

    private static List<String> temporary(Path directory) {
        return List.of("-Djava.io.tmpdir=" + directory, "-Djna.tmpdir=" + directory);
    }

    @Test
    void uberJarWithoutMultiRelease() throws Exception {
        String output = java("-cp", path(uberJar(false), TESTS));

        assertThat(output).contains("backend=jna");
        if (JDK >= 22) {
            assertThat(output).contains("an uber-jar's manifest needs Multi-Release: true");
        }
    }

    @Test
    void uberJarWithMultiRelease() throws Exception {
        assertThat(java("-cp", path(uberJar(true), TESTS))).contains("backend=" + BEST);
    }

    @Test
    void chosenByHand() throws Exception {
        for (String wish : List.of("none", "jna", BEST)) {
            assertThat(java(List.of("-Dio.github.systemd4j.linux.backend=" + wish), "-cp", path(JAR, JNA, TESTS)))
                    .contains("backend=" + wish, "reason=chosen by -Dio.github.systemd4j.linux.backend");
        }
    }

    /** Both jars in one, as maven-shade does it. */
    private Path uberJar(boolean multiRelease) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (multiRelease) {
            manifest.getMainAttributes().put(Attributes.Name.MULTI_RELEASE, "true");
        }
        Path uber = directory.resolve("uber-" + multiRelease + ".jar");
        try (OutputStream file = Files.newOutputStream(uber);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            Set<String> names = new HashSet<>();
            for (Path jar : List.of(JAR, JNA)) {
                copyEntries(jar, out, names);
            }
        }
        return uber;
    }

    private static void copyEntries(Path jar, JarOutputStream out, Set<String> names) throws IOException {
        try (InputStream file = Files.newInputStream(jar);
                JarInputStream in = new JarInputStream(file)) {
            for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                if (names.add(entry.getName())) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    in.transferTo(out);
                }
            }
        }
    }

    private static String path(Path... entries) {
        List<String> texts = new ArrayList<>();
        for (Path entry : entries) {
            texts.add(entry.toString());
        }
        return String.join(":", texts);
    }

    private static String java(String... arguments) throws Exception {
        return java(List.of(), arguments);
    }

    private static String java(List<String> options, String... arguments) throws Exception {
        String output = run(List.of(), javaCommand(options, arguments));
        assertThat(output).contains("exit=0").doesNotContain("Exception in thread");
        return output;
    }

    private static String[] javaCommand(List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(options);
        command.addAll(List.of(arguments));
        command.add(Probe.class.getName());
        return command.toArray(String[]::new);
    }

    /** Output and errors together, after the exit status. */
    private static String run(List<String> prefix, String... command) throws Exception {
        List<String> all = new ArrayList<>(prefix);
        all.addAll(List.of(command));
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        return "exit=" + process.waitFor() + "\n" + output;
    }
}
