package io.github.systemd4j.activation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.systemd4j.linux.SystemCallException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Messages, names and addresses, without a socket. */
class HandoverMessageTest {

    @Provide
    Arbitrary<List<String>> names() {
        return Arbitraries.strings()
                .withCharRange(' ', '~')
                .excludeChars(':')
                .ofMinLength(1)
                .ofMaxLength(255)
                .list()
                .ofMinSize(1)
                .ofMaxSize(253);
    }

    @Property(tries = 200)
    void whatIsOfferedIsReadBackAndFits(@ForAll("names") List<String> names) throws Exception {
        List<NamedSocket> sockets =
                names.stream().map(name -> new NamedSocket(name, 3)).toList();
        byte[] offer = HandoverMessage.offer(sockets);

        assertThat(offer.length).isLessThanOrEqualTo(HandoverMessage.MAX_BYTES);
        assertThat(HandoverMessage.parse(offer, "test").names(names.size(), "test"))
                .isEqualTo(names);
    }

    @Test
    void theLongestFits() {
        byte[] offer = HandoverMessage.offer(Collections.nCopies(253, new NamedSocket("n".repeat(255), 3)));

        assertThat(offer.length).isLessThanOrEqualTo(HandoverMessage.MAX_BYTES);
    }

    @Property
    void anyBytesAreReadOrRefused(@ForAll byte[] bytes, @ForAll boolean begun) {
        byte[] message = begun ? ("SOCKET_HANDOVER=1\n" + new String(bytes, UTF_8)).getBytes(UTF_8) : bytes;
        try {
            HandoverMessage parsed = HandoverMessage.parse(message, "test");
            assertThat(begun).isTrue();
            parsed.names(1, "test");
        } catch (SystemCallException e) {
            assertThat(e.getMessage()).matches("[\\x20-\\x7E]*");
        }
    }

    /** No reason, whatever a path or a peer wrote into it, can forge a field or colour a terminal. */
    @Property
    void aReasonIsOneLine(@ForAll String reason) {
        String message = new String(HandoverMessage.refused(reason), UTF_8);

        assertThat(message)
                .matches("SOCKET_HANDOVER=1\nREFUSED=[\\x20-\\x7E]*\n")
                .hasSizeLessThan(300);
        assertThatThrownBy(() -> HandoverMessage.parse(message.getBytes(UTF_8), "test"))
                .hasMessageStartingWith("handover(test): ECONNREFUSED (111): the other side refused: ");
    }

    @Test
    void deadlines() {
        assertThat(Deadline.nanos(Duration.ofMillis(5))).isEqualTo(5_000_000);
        assertThat(Deadline.nanos(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Long.MAX_VALUE / 2);
        assertThat(Deadline.in(Duration.ofSeconds(Long.MAX_VALUE)) - System.nanoTime())
                .isPositive();
        assertThat(Deadline.earlier(Long.MAX_VALUE - 1, Long.MIN_VALUE + 1)).isEqualTo(Long.MAX_VALUE - 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Deadline.nanos(Duration.ofNanos(-1)))
                .withMessageStartingWith("timeout:");
    }

    @Test
    void textThatTheCharsetCanSpellOrNot() {
        assertThat(PlatformText.bytes("plain")).isEqualTo("plain".getBytes(UTF_8));
        // A lone surrogate has no bytes in any charset: a question mark, as the JDK itself has it.
        assertThat(PlatformText.bytes("\ud800")).isEqualTo("?".getBytes(UTF_8));
        assertThat(PlatformText.bytes("\u4e2d")).isEqualTo("\u4e2d".getBytes(UTF_8));
    }
}
