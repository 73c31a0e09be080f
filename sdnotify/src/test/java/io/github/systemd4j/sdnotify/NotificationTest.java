package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NotificationTest {

    private static Notification.Builder builder() {
        return Notification.builder();
    }

    @Test
    void everyField() {
        assertThat(builder()
                        .errno(2)
                        .busError("org.example.Error")
                        .varlinkError("org.example.Error")
                        .exitStatus(143)
                        .mainPid(12)
                        .mainPidFdId(-1)
                        .watchdog()
                        .watchdogTimeout(Duration.ofSeconds(3))
                        .extendTimeout(Duration.ofMillis(5))
                        .notifyAccess(NotifyAccess.ALL)
                        .restartReset()
                        .custom("X_EXAMPLE_1", "a=b c")
                        .status("läuft")
                        .ready()
                        .build())
                .hasToString(String.join(
                        "\n",
                        "READY=1",
                        "ERRNO=2",
                        "BUSERROR=org.example.Error",
                        "VARLINKERROR=org.example.Error",
                        "EXIT_STATUS=143",
                        "MAINPID=12",
                        "MAINPIDFDID=18446744073709551615",
                        "WATCHDOG=1",
                        "WATCHDOG_USEC=3000000",
                        "EXTEND_TIMEOUT_USEC=5000",
                        "NOTIFYACCESS=all",
                        "RESTART_RESET=1",
                        "X_EXAMPLE_1=a=b c",
                        "STATUS=läuft"));
        assertThat(builder().stopping().exitStatus(0).build()).hasToString("STOPPING=1\nEXIT_STATUS=0");
        assertThat(builder().watchdogTrigger().build()).hasToString("WATCHDOG=trigger");
        assertThat(builder().removeDescriptors("x").build()).hasToString("FDSTOREREMOVE=1\nFDNAME=x");
    }

    @Test
    void descriptorsGoWithTheirFields() {
        Notification stored = builder().storeDescriptors("web", 3, 4).noPoll().build();

        assertThat(stored).hasToString("FDSTORE=1\nFDNAME=web\nFDPOLL=0");
        assertThat(stored.descriptors()).containsExactly(3, 4);
        assertThat(builder().mainPidFd(7).build().descriptors()).containsExactly(7);
    }

    @Test
    void readyStandsFirstAndStatusLastInAnyOrderOfTheCalls() {
        assertThat(builder().status("x").mainPid(1).ready().build()).hasToString("READY=1\nMAINPID=1\nSTATUS=x");
    }

    @Test
    void anEmptyStatusClearsIt() {
        assertThat(builder().status("").build()).hasToString("STATUS=");
    }

    @Test
    void theLastValueCounts() {
        assertThat(builder().mainPid(1).mainPid(2).build()).hasToString("MAINPID=2");
    }

    @Test
    void aStatusIsCutBetweenTwoCodePointsWhereTheDatagramIsFull() {
        for (String unit : new String[] {"a", "ä", "日", "😀"}) {
            for (int shift = 0; shift < 4; shift++) {
                String status = "x".repeat(shift) + unit.repeat(5000);

                String text = builder().ready().status(status).build().toString();

                int length = text.getBytes(UTF_8).length;
                assertThat(length).isBetween(4096 - unit.getBytes(UTF_8).length + 1, 4096);
                assertThat("READY=1\nSTATUS=" + status).startsWith(text);
            }
        }
    }

    @Test
    void aStatusThatJustFitsIsWhole() {
        String status = "a".repeat(4096 - "STATUS=".length());

        assertThat(builder().status(status).build().length()).isEqualTo(4096);
        assertThat(builder().status(status).build().toString()).endsWith(status);
    }

    @Test
    void aReloadLeavesRoomForItsTime() {
        assertThat(builder().reloading().status("x".repeat(9000)).build().length())
                .isEqualTo(4096 - "\nMONOTONIC_USEC=18446744073709551615".length());
    }

    @Test
    void otherFieldsThatAreTooLongAreRefused() {
        builder().custom("X_A", "v".repeat(4092)).build();

        refused(
                "fields: 4097 bytes",
                () -> builder().custom("X_A", "v".repeat(4093)).build());
        refused(
                "fields: 4104 bytes",
                () -> builder().custom("X_A", "v".repeat(4092)).status("").build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nREADY=1", "a\u0000b", "\n", "lone \uD83D", "\uDE00 lone", "\uDE00\uD83D"})
    void textThatTheProtocolCannotCarry(String text) {
        refused("status", () -> builder().status(text));
        refused("value", () -> builder().custom("X_A", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "X_", "READY", "x_a", "X_a", "X_A=", "X_A\n", "X-A", "STATUS", "X_Ä"})
    void aKeyThatIsNone(String key) {
        refused("key", () -> builder().custom(key, "1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:b", "a\tb", "ä", "a\n"})
    void aDescriptorNameThatSystemdWouldIgnore(String name) {
        refused("name", () -> builder().storeDescriptors(name, 3));
        refused("name", () -> builder().removeDescriptors(name));
    }

    @Test
    void lengthsOfDescriptorNamesAndLists() {
        builder().storeDescriptors("n".repeat(255), new int[253]).build();

        refused("name", () -> builder().storeDescriptors("n".repeat(256), 3));
        refused("fds", () -> builder().storeDescriptors("n", new int[254]));
        refused("fds", () -> builder().storeDescriptors("n"));
        refused("fds", () -> builder().storeDescriptors("n", 3, -1));
        refused("pidfd", () -> builder().mainPidFd(-1));
    }

    @Test
    void numbersOutOfRange() {
        refused("pid", () -> builder().mainPid(0));
        refused("pid", () -> builder().mainPid(-1));
        refused("pid", () -> builder().mainPid(1L << 31));
        refused("errno", () -> builder().errno(0));
        refused("errno", () -> builder().errno(4096));
        refused("status", () -> builder().exitStatus(256));
        refused("status", () -> builder().exitStatus(-1));
        refused("timeout", () -> builder().watchdogTimeout(Duration.ZERO));
        refused("timeout", () -> builder().watchdogTimeout(Duration.ofSeconds(-1)));
        refused("extension", () -> builder().extendTimeout(Duration.ofNanos(999)));
        refused("inode", () -> builder().mainPidFdId(0));
        refused("name", () -> builder().busError("with blank"));
        refused("name", () -> builder().varlinkError(""));
    }

    @Test
    void fieldsThatContradictEachOther() {
        refused("no field", () -> builder().build());
        refused("READY", () -> builder().ready().reloading().build());
        refused("STOPPING", () -> builder().ready().stopping().build());
        refused("STOPPING", () -> builder().stopping().reloading().build());
        refused("FDPOLL", () -> builder().noPoll().build());
        refused(
                "FDSTORE",
                () -> builder().storeDescriptors("a", 3).removeDescriptors("a").build());
        refused("second one", () -> builder().storeDescriptors("a", 3).storeDescriptors("b", 4));
        refused("second one", () -> builder().removeDescriptors("a").removeDescriptors("b"));
        refused(
                "MAINPIDFD",
                () -> builder().storeDescriptors("a", 3).mainPidFd(4).build());
    }

    @Test
    void aVeryLongDurationIsTheLongestThatFits() {
        assertThat(builder().extendTimeout(Duration.ofSeconds(Long.MAX_VALUE)).build())
                .hasToString("EXTEND_TIMEOUT_USEC=9223372036854775807");
    }

    @Test
    void theCallersArrayIsCopied() {
        int[] fds = {3};
        Notification notification = builder().storeDescriptors("a", fds).build();

        fds[0] = 9;

        assertThat(notification.descriptors()).containsExactly(3);
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call::call).withMessageContaining(message);
    }
}
