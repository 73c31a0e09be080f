package io.github.systemd4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups of plain files, in which nothing ever stops. */
class FreezerTest {

    private static final String GROUP = "/sys/fs/cgroup/a/b";

    @TempDir
    private Path root;

    private RecordedSystem system;
    private Group group;

    @BeforeEach
    void aGroupThatCanBeFrozen() throws Exception {
        system = RecordedSystem.v2(root);
        system.write(GROUP + "/cgroup.freeze", "0");
        Cgroups cgroups = system.cgroups();
        group = cgroups.group(cgroups.self(), "unified");
    }

    @Test
    void aFreezeThatFailsLeavesNothingFrozen() throws Exception {
        Files.delete(system.file(GROUP + "/cgroup.events"));
        Files.createDirectory(system.file(GROUP + "/cgroup.events")); // which cannot be read
        CgroupException refused =
                catchThrowableOfType(CgroupException.class, () -> group.freeze(Duration.ofSeconds(60)));
        assertThat(refused).isNotNull().hasMessageContaining("cgroup.events");
        assertThat(refused.getSuppressed()).isEmpty();
        assertThat(system.text(GROUP + "/cgroup.freeze")).isEqualTo("0");
    }

    @Test
    void aKillKeepsToItsTime() throws Exception {
        long least = Long.MAX_VALUE; // a busy machine takes its time for one of them
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            assertThat(Freezer.signal(group, new Pause(Duration.ofMillis(10)))).isFalse();
            least = Math.min(least, System.nanoTime() - start);
        }
        assertThat(least).isLessThan(900_000_000L); // and not as long as a freeze may take
        assertThat(system.text(GROUP + "/cgroup.freeze")).isEqualTo("0");
    }

    @Test
    void aStrangerWithTheSamePidIsNotKilled() throws Exception {
        Process stranger = new ProcessBuilder("sleep", "1000").start();
        try {
            Freezer.signalAll(group, Set.of(stranger.pid()));
            assertThat(stranger.waitFor(100, TimeUnit.MILLISECONDS)).isFalse();
            system.write(GROUP + "/cgroup.procs", stranger.pid() + "\n");
            Freezer.signalAll(group, Set.of(0L, stranger.pid()));
            assertThat(stranger.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            stranger.destroyForcibly();
        }
    }
}
