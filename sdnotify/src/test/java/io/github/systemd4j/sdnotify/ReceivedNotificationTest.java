package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.github.systemd4j.linux.libc.Backend;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The reference is what systemd 252 was seen to do with each datagram. */
class ReceivedNotificationTest {

    @Test
    void theFirstOfTwoCounts() {
        assertThat(ParsedNotification.parse("STATUS=a\nREADY=1\nSTATUS=b".getBytes(UTF_8))
                        .fields())
                .containsExactly(entry("STATUS", "a"), entry("READY", "1"));
    }

    @Test
    void lineEndsOfWindowsAndATrailingNewlinePass() {
        assertThat(ParsedNotification.parse("READY=1\r\nSTATUS=x y\r\n".getBytes(UTF_8))
                        .fields())
                .containsExactly(entry("READY", "1"), entry("STATUS", "x y"));
        assertThat(ParsedNotification.parse("STATUS=\r\n".getBytes(UTF_8)).fields())
                .containsExactly(entry("STATUS", ""));
    }

    @Test
    void aNulVoidsTheDatagramExceptAtItsEnd() {
        assertThat(ParsedNotification.parse("READY=1\0".getBytes(UTF_8)).fields())
                .containsExactly(entry("READY", "1"));
        assertThat(ParsedNotification.parse("READY=1\0\0".getBytes(UTF_8)).fields())
                .isEmpty();
        assertThat(ParsedNotification.parse("READY=1\0STATUS=x".getBytes(UTF_8)).fields())
                .isEmpty();
    }

    @Test
    void asTextItIsOneLineThatATerminalCanShow() {
        byte[] bytes = "READY=1\nSTATUS=\u001b[2Jx\r\n".getBytes(UTF_8);
        try (ReceivedNotification received = new ReceivedNotification(
                Objects.requireNonNull(Backend.current().libc()), bytes, new int[0], 1, 0, 0, false)) {
            assertThat(received).hasToString("READY=1 STATUS=.[2Jx");
        }
    }

    @Test
    void whatIsNoFieldIsPassedOver() {
        assertThat(ParsedNotification.parse(new byte[0]).fields()).isEmpty();
        assertThat(ParsedNotification.parse("nothing\n=x\n READY=1\nA=".getBytes(ISO_8859_1))
                        .fields())
                .containsExactly(entry(" READY", "1"), entry("A", ""));
    }
}
