package io.github.systemd4j.sdnotify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.systemd4j.linux.Errno;
import java.math.BigInteger;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vectors are libsystemd's own answers. */
class WatchdogTest {

    private static final long SELF = 4711;

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "'',EINVAL",
                "0,EINVAL",
                "-0,EINVAL",
                "-5,ERANGE",
                "10 ,EINVAL",
                "1e6,EINVAL",
                "abc,EINVAL",
                "18446744073709551615,EINVAL",
                "18446744073709551616,ERANGE",
                "99999999999999999999999,ERANGE",
                "0x,EINVAL",
                "08,EINVAL",
                "+,EINVAL",
                "- 5,EINVAL",
                "１,EINVAL",
                "1_000,EINVAL",
                "0xg,EINVAL",
                "99999999999999999999x,ERANGE"
            })
    void usecThatIsWrong(String usec, String errno) {
        Watchdog watchdog = Watchdog.of(Map.of("WATCHDOG_USEC", usec), SELF);

        assertThat(watchdog.isEnabled()).isFalse();
        assertThat(Errno.name(watchdog.errno())).isEqualTo(errno);
        assertThat(watchdog.reason())
                .contains("WATCHDOG_USEC is \"" + usec + "\"")
                .contains(errno);
        assertThat(watchdog.timeout()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "1,1",
                "0x10,16",
                "0X10,16",
                "010,8",
                "0o17,15",
                "0b101,5",
                " 10,10",
                "\t10,10",
                "+10,10",
                "30000000,30000000",
                "18446744073709551614,18446744073709551614"
            })
    void usecThatIsRight(String usec, String micros) {
        Watchdog watchdog = Watchdog.of(Map.of("WATCHDOG_USEC", usec), SELF);

        assertThat(watchdog.isEnabled()).isTrue();
        assertThat(watchdog.errno()).isZero();
        BigInteger nanos = BigInteger.valueOf(watchdog.timeout().toSeconds())
                .multiply(BigInteger.valueOf(1_000_000_000))
                .add(BigInteger.valueOf(watchdog.timeout().toNanosPart()));
        assertThat(nanos).isEqualTo(new BigInteger(micros).multiply(BigInteger.valueOf(1000)));
    }

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {"'',EINVAL", "abc,EINVAL", "0,ERANGE", "-1,ERANGE", "4294967296,ERANGE", "4711 ,EINVAL"})
    void pidThatIsWrong(String pid, String errno) {
        Watchdog watchdog = Watchdog.of(Map.of("WATCHDOG_USEC", "10", "WATCHDOG_PID", pid), SELF);

        assertThat(watchdog.isEnabled()).isFalse();
        assertThat(Errno.name(watchdog.errno())).isEqualTo(errno);
        assertThat(watchdog.reason()).contains("WATCHDOG_PID");
    }

    @Test
    void pidUnsetOrEqualMatches() {
        assertThat(Watchdog.of(Map.of("WATCHDOG_USEC", "10"), SELF).isEnabled()).isTrue();
        assertThat(Watchdog.of(Map.of("WATCHDOG_USEC", "10", "WATCHDOG_PID", "4711"), SELF)
                        .isEnabled())
                .isTrue();
    }

    @Test
    void anotherPidIsNoErrorAndSaysWhatToDo() {
        Watchdog watchdog = Watchdog.of(Map.of("WATCHDOG_USEC", "10", "WATCHDOG_PID", "12"), SELF);

        assertThat(watchdog.isEnabled()).isFalse();
        assertThat(watchdog.errno()).isZero();
        assertThat(watchdog.reason()).contains("WATCHDOG_PID is 12, this process is 4711");
        assertThat(Watchdog.ofAnyPid(Map.of("WATCHDOG_USEC", "10", "WATCHDOG_PID", "12"))
                        .isEnabled())
                .isTrue();
    }

    @Test
    void unsetIsDisabledEvenWithAWrongPid() {
        Map<String, String> environment = new HashMap<>();
        environment.put("WATCHDOG_PID", "nonsense");

        Watchdog watchdog = Watchdog.of(environment, SELF);

        assertThat(watchdog.isEnabled()).isFalse();
        assertThat(watchdog.errno()).isZero();
    }

    @Test
    void pingsAtHalfTheTimeout() {
        assertThat(Watchdog.every(Duration.ofSeconds(30)).pingInterval()).isEqualTo(Duration.ofSeconds(15));
        assertThat(Watchdog.every(Duration.ofSeconds(Long.MAX_VALUE)).isEnabled())
                .isTrue();
    }

    @Test
    void aTimeoutOfNothingIsTheCallersMistake() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Watchdog.every(Duration.ZERO))
                .withMessageContaining("timeout");
    }

    @Test
    void thisProcessIsNotWatched() {
        assertThat(Watchdog.fromEnvironment().reason()).isEqualTo("WATCHDOG_USEC is not set");
    }
}
