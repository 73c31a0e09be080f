package io.github.systemd4j.testkit;

import static io.github.systemd4j.testkit.SystemdAssertions.assertThat;

import io.github.systemd4j.journal.Priority;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OrdersIT {
    static final Duration SOON = Duration.ofSeconds(20);

    @RegisterExtension
    final ServiceManager manager =
            ServiceManager.builder().watchdog(Duration.ofSeconds(1)).build();

    @RegisterExtension
    final JournalDaemon journal = JournalDaemon.create();

    @Test
    void opensAndStaysAlive() throws Exception {
        manager.start(
                new ProcessBuilder("java", "-cp", System.getProperty("java.class.path"), "Orders", journal.socket()));

        assertThat(manager)
                .isReadyWithin(SOON)
                .hasStatus("open")
                .pingsAtLeastEvery(Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThat(journal)
                .logsWithin("order refused", SOON)
                .hasPriority(Priority.WARNING)
                .hasField("ORDER_ID", "4711");
    }
}
