package io.github.systemd4j.samples.units;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page's pair. By systemd's clock, and by a client that is run in the place where the dependent one starts. */
@Tag("v1")
@Tag("v2")
@Timeout(120)
class DependentBoxIT {

    private static final String START = "ExecStart=\nExecStart=/usr/bin/java -jar /opt/db/db.jar ";
    /** One attempt; it fails unless somebody listens. */
    private static final String CLIENT = "ExecStartPre=/bin/bash -c ': < /dev/tcp/127.0.0.1/8082'";

    @BeforeEach
    void install() throws Exception {
        Box.install();
        Page.install("db.service", "shop.service");
    }

    @AfterEach
    void remove() throws Exception {
        Box.remove("shop", "db");
    }

    @Test
    void itIsStartedAfterReady() throws Exception {
        Box.write("db.service.d/slow.conf", "[Service]", START + "--port 8082 --slow-start 2");
        Box.write("shop.service.d/client.conf", "[Service]", CLIENT);

        Box.start("shop");

        assertThat(Box.show("shop", "ActiveState")).isEqualTo("active");
        long began = Box.number("db", "ExecMainStartTimestampMonotonic");
        long ready = Box.number("db", "ActiveEnterTimestampMonotonic");
        assertThat(ready - began).isGreaterThan(1_000_000);
        assertThat(Box.number("shop", "InactiveExitTimestampMonotonic")).isGreaterThanOrEqualTo(ready);
        assertThat(Box.number("shop", "ExecMainStartTimestampMonotonic")).isGreaterThanOrEqualTo(ready);
    }

    @Test
    void withoutNotifyItFindsAClosedPort() throws Exception {
        Box.write("db.service.d/slow.conf", "[Service]", "Type=exec", START + "--port 8082 --slow-start 20");
        Box.write("shop.service.d/client.conf", "[Service]", CLIENT, "Restart=no");

        assertThat(Box.run("systemctl", "start", "shop")).startsWith("Job for shop.service failed");
        assertThat(Box.log("shop")).contains("Connection refused");
    }

    @Test
    void withoutAfterBothStartAtOnce() throws Exception {
        Box.write("db.service.d/slow.conf", "[Service]", START + "--port 8082 --slow-start 2");
        Box.write("shop.service", Page.text("/etc/systemd/system/shop.service").replace("\nAfter=db.service\n", "\n"));

        Box.start("shop");
        Box.awaitState("db", "active");

        assertThat(Box.number("shop", "ExecMainStartTimestampMonotonic"))
                .isLessThan(Box.number("db", "ActiveEnterTimestampMonotonic"));
    }

    @Test
    void itIsNotStartedWhereTheOtherFails() throws Exception {
        Box.write("db.service.d/failing.conf", "[Service]", START + "--port 99999");

        assertThat(Box.run("systemctl", "start", "shop")).startsWith("A dependency job for shop.service failed");

        assertThat(Box.number("shop", "ExecMainStartTimestampMonotonic")).isZero();
        assertThat(Box.show("shop", "ActiveState")).isEqualTo("inactive");
    }

    @Test
    void itIsRestartedAndStoppedWithTheOther() throws Exception {
        Box.start("shop");
        String first = Box.show("shop", "MainPID");

        assertThat(Box.run("systemctl", "restart", "db")).isEmpty();
        String second = another(first);

        assertThat(Box.run("systemctl", "kill", "--signal=KILL", "db")).isEmpty();
        another(second); // a restart that is systemd's own is one too

        Box.stop("db");
        assertThat(Box.show("shop", "ActiveState")).isEqualTo("inactive");
    }

    /** Waits for another main process. */
    private static String another(String pid) throws Exception {
        while (Box.show("shop", "MainPID").matches("0|" + pid)
                || !Box.show("shop", "ActiveState").equals("active")) {
            Thread.onSpinWait();
        }
        return Box.show("shop", "MainPID");
    }

    @Test
    void aFailureForGoodIsSurvived() throws Exception {
        Box.write("db.service.d/once.conf", "[Service]", "Restart=no");
        Box.start("shop");
        String before = Box.show("shop", "MainPID");

        assertThat(Box.run("systemctl", "kill", "--signal=KILL", "db")).isEmpty();
        Box.awaitState("db", "failed");

        assertThat(Box.run("systemctl", "list-jobs")).isEqualTo("No jobs running.");
        assertThat(Box.show("shop", "ActiveState")).isEqualTo("active");
        assertThat(Box.show("shop", "MainPID")).isEqualTo(before);
    }

    @Test
    void boundToItTheCrashStopsIt() throws Exception {
        Box.write("shop.service", Page.text("/etc/systemd/system/shop.service").replace("Requires=db", "BindsTo=db"));
        Box.start("shop");

        assertThat(Box.run("systemctl", "kill", "--signal=KILL", "db")).isEmpty();

        Box.awaitState("shop", "inactive");
        Box.awaitState("db", "active");
        assertThat(Box.show("shop", "ActiveState")).isEqualTo("inactive");
    }
}
