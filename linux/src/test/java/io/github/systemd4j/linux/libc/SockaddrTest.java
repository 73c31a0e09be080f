package io.github.systemd4j.linux.libc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SockaddrTest {

    private final ByteBuffer out =
            ByteBuffer.allocate(Sockaddr.SIZE).order(ByteOrder.nativeOrder()).put(0, new byte[Sockaddr.SIZE]);

    @Test
    void aPathEndsWithANul() {
        Arrays.fill(out.array(), (byte) 'x');

        assertThat(Sockaddr.path(out, 0, "/a".getBytes(UTF_8))).isEqualTo(5);
        assertThat(out.getShort(0)).isEqualTo((short) 1);
        assertThat(new String(out.array(), 2, 3, UTF_8)).isEqualTo("/a\0");
    }

    @Test
    void anAbstractNameBeginsWithANulAndIsExact() {
        assertThat(Sockaddr.abstractName(out, 0, "ab".getBytes(UTF_8))).isEqualTo(5);
        assertThat(new String(out.array(), 2, 3, UTF_8)).isEqualTo("\0ab");
    }

    @Test
    void lengths() {
        assertThat(Sockaddr.path(out, 0, new byte[107])).isEqualTo(110);
        assertThat(Sockaddr.abstractName(out, 0, new byte[107])).isEqualTo(110);
        assertThatIllegalArgumentException().isThrownBy(() -> Sockaddr.path(out, 0, new byte[108]));
        assertThatIllegalArgumentException().isThrownBy(() -> Sockaddr.path(out, 0, new byte[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> Sockaddr.abstractName(out, 0, new byte[108]));
    }

    @Test
    void vsock() {
        assertThat(Sockaddr.vsock(out, 0, 2, -2)).isEqualTo(16);
        assertThat(out.getShort(0)).isEqualTo((short) 40);
        assertThat(out.getInt(4)).isEqualTo(-2);
        assertThat(out.getInt(8)).isEqualTo(2);
    }
}
