package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.journal.NativeProtocol.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same program in containers of podman's that are hardened more and more, with journald's directory mounted: where
 * native code may be loaded the record arrives with all of its fields, elsewhere its text, by the stream. The container's
 * root is empty but for the machine's own /usr, read-only; no image is needed.
 */
@Tag("v2")
@Timeout(240)
class ContainerBoxIT {

    private static final String ID = "5f".repeat(32);
    private static final boolean OVERLAY = Runtime.version().feature() >= 22;
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Path ROOT = Path.of("/tmp/podman");
    private static final Path PROGRAM = Path.of("/opt/contained");

    private final String run = UUID.randomUUID().toString();

    @BeforeAll
    static void install() throws Exception {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        for (String directory : List.of("usr", "etc", "proc", "sys", "dev", "run", "tmp", "var/tmp", "root", "opt")) {
            Files.createDirectories(ROOT.resolve("rootfs").resolve(directory));
        }
        for (String link : List.of("bin", "sbin", "lib", "lib64")) {
            Files.createSymbolicLink(ROOT.resolve("rootfs").resolve(link), Path.of("usr", link));
        }
        Files.createDirectories(PROGRAM);
        int jars = 0;
        for (String entry : System.getProperty("java.class.path").split(":", -1)) {
            if (Path.of(entry).getFileName().toString().matches("(systemd4j|jna)-.*\\.jar|test-classes")) {
                assertThat(command("cp", "-r", entry, PROGRAM + "/" + jars++)).isEmpty();
            }
        }
        assertThat(command("chmod", "-R", "a+rX", PROGRAM.toString())).isEmpty();
    }

    /** JNA unpacks a library, and looks for a place that is writable and from which one may be mapped; FFM needs none. */
    @ParameterizedTest
    @CsvSource({
        "'', true",
        "--read-only, true",
        "--read-only --tmpfs /tmp:noexec, false",
        "--read-only --read-only-tmpfs=false, false",
        "--user 1234 --read-only, false"
    })
    void theRecordOrItsTextArrives(String hardening, boolean jnaUnpacks) throws Exception {
        boolean nativeCode = OVERLAY || jnaUnpacks;

        String said = podman("-v /run/systemd/journal:/run/systemd/journal:ro " + hardening);

        assertThat(command("journalctl", "--sync")).isEmpty();
        if (nativeCode) {
            assertThat(said).startsWith("sent, diverted 0, dropped 0, by ");
            assertWhole();
        } else {
            assertThat(said) // not at the beginning: JNA may have said more
                    .contains("not sent, diverted 1, dropped 0, by none\n")
                    .contains("ENOSYS (38): no system calls: ");
            assertText();
        }
    }

    /** The last resort, with native code as without. */
    @ParameterizedTest
    @ValueSource(strings = {"", "--read-only --read-only-tmpfs=false"})
    void theTextIsOnTheStandardErrorWhereNothingIsMounted(String hardening) throws Exception {
        assertThat(podman(hardening))
                .contains("<4>größer:\n<4><0>in a container 😀")
                .contains("not sent, diverted 1, dropped 0, by ");
    }

    private void assertWhole() throws Exception {
        List<String> records = command("journalctl", "-o", "json", "--all", "--no-pager", "-q", "TEST_RUN=" + run)
                .lines()
                .toList();
        assertThat(records).hasSize(1);
        assertThat(JournalJson.fields(records.get(0)))
                .containsExactlyInAnyOrder(
                        Field.text("PRIORITY", "4"),
                        Field.text("MESSAGE", ContainedProgram.MESSAGE),
                        Field.text("NOISE", ContainedProgram.NOISE),
                        Field.of("BINARY", (byte) 0, (byte) '\n', (byte) -1),
                        Field.text("SYSLOG_IDENTIFIER", identifier()),
                        Field.text("CONTAINER_ID", ID.substring(0, 12)),
                        Field.text("CONTAINER_ID_FULL", ID),
                        Field.text("CONTAINER_NAME", "web"),
                        Field.text("IMAGE_NAME", "example/web:1"),
                        Field.text("TEST_RUN", run));
    }

    private void assertText() throws Exception {
        String records = command(
                "journalctl",
                "-o",
                "json",
                "--no-pager",
                "-q",
                "_TRANSPORT=stdout",
                "SYSLOG_IDENTIFIER=" + identifier());
        assertThat(records.lines().map(JournalJson::fields))
                .usingElementComparator((one, other) -> Set.copyOf(one).equals(Set.copyOf(other)) ? 0 : 1)
                .containsExactly(line("größer:"), line("<0>in a container 😀"));
    }

    private List<Field> line(String text) {
        return List.of(
                Field.text("PRIORITY", "4"),
                Field.text("SYSLOG_IDENTIFIER", identifier()),
                Field.text("MESSAGE", text));
    }

    /** By which it is found: of a process that is gone, journald may not know the unit. */
    private String identifier() {
        return "contained-" + run;
    }

    /** Runs the program in a container in a unit of its own; its output. */
    private String podman(String hardening) throws Exception {
        // The limits are what the box permits; --pids-limit 0 because it has no pids controller.
        String podman = "/usr/bin/podman --root " + ROOT + "/storage --runroot /run/podman-test --storage-driver vfs"
                + " --runtime runc run --rm --name contained --cgroups=split --log-driver none --network none"
                + " --pids-limit 0 --ulimit nofile=1024:1024 --ulimit nproc=20000:20000 -v /usr:/usr:ro"
                + " -v " + PROGRAM + ":" + PROGRAM + ":ro" + mounts()
                + " -e CONTAINER_ID_FULL=" + ID + " -e CONTAINER_NAME=/web -e IMAGE_NAME=example/web:1 "
                + hardening + " --rootfs " + ROOT + "/rootfs " + JAVA
                + (OVERLAY ? " --enable-native-access=ALL-UNNAMED" : "") + " -cp " + classPath() + " "
                + ContainedProgram.class.getName() + " " + run;
        List<String> words = new ArrayList<>(List.of(
                "systemd-run",
                "--quiet",
                "--wait",
                "--pipe",
                "--unit=" + identifier(),
                "-p",
                "Delegate=yes",
                "-E",
                "HOME=/root"));
        words.addAll(List.of(podman.split(" +", -1)));
        return command(words.toArray(String[]::new));
    }

    private static String classPath() throws Exception {
        try (var entries = Files.list(PROGRAM)) {
            return entries.map(Path::toString).sorted().collect(Collectors.joining(":"));
        }
    }

    /** Debian's JDK keeps a part of itself below /etc. */
    private static String mounts() throws Exception {
        try (var etc = Files.list(Path.of("/etc"))) {
            return etc.filter(path -> path.getFileName().toString().startsWith("java-"))
                    .map(path -> " -v " + path + ":" + path + ":ro")
                    .collect(Collectors.joining());
        }
    }

    /** Output and errors of a command, without the last newline. */
    private static String command(String... words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }
}
