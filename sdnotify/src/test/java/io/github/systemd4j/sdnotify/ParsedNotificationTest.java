package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The typed fields. That they are what systemd makes of a datagram is shown by {@link DifferentialBoxIT}. */
class ParsedNotificationTest {

    private static ParsedNotification parsed(String datagram) {
        return ParsedNotification.parse(datagram.getBytes(UTF_8));
    }

    @Test
    void statesHaveAnOrderOfTheirOwn() {
        assertThat(parsed("READY=1\nSTOPPING=1\nRELOADING=1").state()).contains(ParsedNotification.State.STOPPING);
        assertThat(parsed("RELOADING=1\nREADY=1").state()).contains(ParsedNotification.State.READY);
        assertThat(parsed("RELOADING=1").state()).contains(ParsedNotification.State.RELOADING);
        assertThat(parsed("READY=0\nSTATUS=x").state()).isEmpty();
    }

    @Test
    void whatCannotBeAStatusClearsIt() {
        assertThat(parsed("STATUS=up").status()).contains("up");
        assertThat(parsed("STATUS=").status()).contains("");
        assertThat(ParsedNotification.parse("STATUS=a\u00ff".getBytes(ISO_8859_1))
                        .status())
                .contains("");
        assertThat(parsed("STATUS=a\uffff").status()).contains("");
        assertThat(parsed("READY=1").status()).isEmpty();
    }

    @Test
    void aBackslashProtectsWhatFollows() {
        assertThat(parsed("STATUS=C:\\\\dir\nREADY=1").status()).contains("C:\\dir");
        assertThat(parsed("STATUS=a\\\nREADY=1").fields()).containsOnlyKeys("STATUS");
        assertThat(parsed("READY=1\nSTATUS=C:\\").ignoredBecause()).contains("a backslash at its end");
    }

    @ParameterizedTest
    @CsvSource({
        "7, 7",
        "0x10, 16",
        "EINVAL, 22",
        "enoent, 2",
        "ENOTSUP, 95",
        "0, 0",
        "4096, -1",
        "-5, -1",
        "x, -1",
        "'', -1",
        "-, -1"
    })
    void errnoIsANumberOrAName(String value, int errno) {
        assertThat(parsed("ERRNO=" + value).errno().orElse(-1)).isEqualTo(errno);
    }

    @Test
    void times() {
        assertThat(parsed("EXTEND_TIMEOUT_USEC=1500000").extendTimeout()).contains(Duration.ofMillis(1500));
        assertThat(parsed("EXTEND_TIMEOUT_USEC=0").extendTimeout()).isEmpty();
        assertThat(parsed("EXTEND_TIMEOUT_USEC=18446744073709551615").extendTimeout())
                .isEmpty();
        assertThat(parsed("WATCHDOG_USEC=18446744073709551615").watchdogTimeout())
                .contains(Duration.ofSeconds(18446744073709L, 551_615_000));
        assertThat(parsed("WATCHDOG_USEC=-1").watchdogTimeout()).isEmpty();
    }

    @Test
    void pingsAndTriggers() {
        assertThat(parsed("WATCHDOG=1").isWatchdogPing()).isTrue();
        assertThat(parsed("WATCHDOG=trigger").isWatchdogTrigger()).isTrue();
        assertThat(parsed("WATCHDOG=x\nWATCHDOG=1").isWatchdogPing()).isFalse();
    }

    @Test
    void descriptorsHaveNames() {
        assertThat(parsed("FDSTORE=1").storeName()).contains("stored");
        assertThat(parsed("FDSTORE=1\nFDNAME=web").storeName()).contains("web");
        assertThat(parsed("FDSTORE=1\nFDNAME=a:b\nFDNAME=web").storeName()).contains("stored");
        assertThat(parsed("FDNAME=web").storeName()).isEmpty();
        assertThat(parsed("FDSTORE=1\nFDSTOREREMOVE=1\nFDNAME=web").storeName()).isEmpty();
        assertThat(parsed("FDSTOREREMOVE=1\nFDNAME=web").removeName()).contains("web");
        assertThat(parsed("FDSTOREREMOVE=1").removeName()).isEmpty();
    }

    @Test
    void aBarrierVoidsWhatIsBesideIt() {
        ParsedNotification barrier = parsed("READY=1\nBARRIER=1\nSTATUS=x\nMAINPID=1");
        assertThat(barrier.isBarrier()).isTrue();
        assertThat(barrier.state()).isEmpty();
        assertThat(barrier.status()).isEmpty();
        assertThat(barrier.mainPid()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "2147483648", "18446744073709551617", "", "1 ", "one"})
    void whatIsNoPid(String value) {
        assertThat(parsed("MAINPID=" + value + "\nMAINPID=7").mainPid()).isEmpty();
    }

    @Test
    void oneThatIsIgnoredSaysWhy() {
        assertThat(parsed("x".repeat(4097))).hasToString("ignored: longer than 4096 bytes");
        assertThat(parsed("READY=1\0\0").ignoredBecause()).contains("a NUL at byte 7");
        assertThat(parsed("READY=1")).hasToString("{READY=1}");
    }
}
