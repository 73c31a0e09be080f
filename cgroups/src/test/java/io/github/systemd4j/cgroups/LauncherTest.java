package io.github.systemd4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory of plain files takes everybody, and lists whom the test wants. */
class LauncherTest {

    @TempDir
    private Path directory;

    private Group group;

    @BeforeEach
    void aGroup() throws Exception {
        Files.createFile(directory.resolve("cgroup.procs"));
        group = RecordedSystem.group(Cgroups.system(), directory, CgroupVersion.V2, List.of());
    }

    private Process start(String... command) throws Exception {
        return Group.start(new ProcessBuilder(command), List.of(group));
    }

    @Test
    void anyStatusMayBeTheCommandsOwn() throws Exception {
        Process process = start("sh", "-c", "exit 219");
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(219);
    }

    @Test
    void whatCannotJoinIsNotStarted() throws Exception {
        Files.delete(directory.resolve("cgroup.procs"));
        Files.createDirectory(directory.resolve("cgroup.procs")); // which cannot be written
        String mark = "4711.25";
        assertThat(catchThrowableOfType(CgroupException.class, () -> start("sleep", mark)))
                .isNotNull();
        assertThat(isGone(mark)).isTrue();
    }

    @Test
    void whatCannotBeToldIsKilled() throws Exception {
        Files.writeString(directory.resolve("cgroup.type"), "threaded");
        Files.createDirectory(directory.resolve("cgroup.threads")); // which cannot be read
        String mark = "4711.75";
        assertThat(catchThrowableOfType(CgroupException.class, () -> start("sleep", mark)))
                .hasMessageContaining("cgroup.threads");
        assertThat(isGone(mark)).isTrue();
    }

    /** Whether no child of ours has this argument any more, soon. */
    private static boolean isGone(String mark) {
        Pause pause = new Pause(Duration.ofSeconds(60));
        boolean gone = false;
        while (!gone && pause.again()) {
            gone = ProcessHandle.current()
                    .children()
                    .noneMatch(child -> child.info().commandLine().orElse("").contains(mark));
        }
        return gone;
    }
}
