package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** No value can forge a field: whatever is accepted is read back, as systemd reads it, as just that field. */
class NotificationPropertiesTest {

    @Provide
    Arbitrary<String> text() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(50),
                Arbitraries.strings().withChars("READY=1\n\r\0 \uD83D\uDE00ü").ofMaxLength(20),
                Arbitraries.strings().ofMinLength(3000).ofMaxLength(5000));
    }

    @Property
    void aStatusIsReadBackOrRefused(@ForAll("text") String status) {
        Notification notification;
        try {
            notification = Notification.builder().ready().status(status).build();
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageStartingWith("status: ");
            assertThat(status).matches(text -> text.contains("\n") || text.contains("\0") || !encodes(text));
            return;
        }
        assertThat(notification.length()).isBetween(1, 4096);
        Map<String, String> fields =
                ParsedNotification.parse(notification.bytes()).fields();
        assertThat(fields).containsOnlyKeys("READY", "STATUS");
        assertThat(status).startsWith(fields.getOrDefault("STATUS", "?"));
    }

    private static boolean encodes(String text) {
        return UTF_8.newEncoder().canEncode(text);
    }

    @Property
    void ourEncoderIsThatOfTheJdk(@ForAll("text") String text, @ForAll @IntRange(max = 64) int size) {
        if (!encodes(text)) {
            return; // refused before it gets there
        }
        byte[] out = new byte[size];
        int length = Utf8.encode(text, out, 0);
        String written = new String(out, 0, length, UTF_8);

        assertThat(text).startsWith(written);
        assertThat(Arrays.copyOf(out, length)).isEqualTo(written.getBytes(UTF_8));
        int next = written.length() == text.length() ? 0 : text.codePointAt(written.length());
        assertThat(next == 0 || size - length < Character.toString(next).getBytes(UTF_8).length)
                .isTrue();
    }

    @Property
    void anyBytesAreReadWithoutAnException(@ForAll byte[] datagram) {
        assertThat(ParsedNotification.parse(datagram)).isNotNull();
    }

    @Property
    void anyWatchdogVariableIsAnAnswer(@ForAll String usec, @ForAll String pid) {
        Watchdog watchdog = Watchdog.of(Map.of("WATCHDOG_USEC", usec, "WATCHDOG_PID", pid), 1);
        assertThat(watchdog.reason()).isNotEmpty();
        assertThat(watchdog.isEnabled()).isEqualTo(!watchdog.timeout().isZero());
    }

    @Property
    void anyAddressIsAnAnswer(@ForAll("text") String address) {
        Notifier notifier = Notifier.of(Map.of("NOTIFY_SOCKET", "x" + address));
        assertThat(notifier.ready()).isInstanceOf(NotifyResult.Failed.class);
    }
}
