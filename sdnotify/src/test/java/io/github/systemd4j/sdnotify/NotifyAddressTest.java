package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NotifyAddressTest {

    @Test
    void aPath() throws Exception {
        NotifyAddress address = NotifyAddress.parse("/run/systemd/notify");

        assertThat(address.kind()).isEqualTo(NotifyAddress.Kind.PATH);
        assertThat(address.name()).asString().isEqualTo("/run/systemd/notify");
    }

    @Test
    void anAbstractName() throws Exception {
        NotifyAddress address = NotifyAddress.parse("@a");

        assertThat(address.kind()).isEqualTo(NotifyAddress.Kind.ABSTRACT);
        assertThat(address.name()).asString().isEqualTo("a");
    }

    @Test
    void lengthsAreBytesOfUtf8() throws Exception {
        NotifyAddress.parse("/" + "a".repeat(106));
        NotifyAddress.parse("@" + "a".repeat(106));

        refused("/" + "a".repeat(107), Errno.ENAMETOOLONG);
        refused("@" + "a".repeat(107), Errno.EINVAL);
        refused("/" + "ä".repeat(54), Errno.ENAMETOOLONG);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "@",
                "a",
                "run/notify",
                "unix:/run/x",
                "unix-abstract:x",
                " /run/x",
                "/a\u0000b",
                "vsock",
                "vsock:",
                "vsock:1",
                "vsock::1",
                "vsock:1:",
                "vsock:a:1",
                "vsock:1:-1",
                "vsock:4294967295:1",
                "vsock:1:4294967295",
                "vsock:1:99999999999",
                "vsockx:1:1",
                "vsock-raw:1:1",
                "vsock:1:1:1",
                "vsock: 1:1"
            })
    void wrong(String text) {
        refused(text, Errno.EINVAL);
    }

    @Test
    void vsock() throws Exception {
        NotifyAddress any = NotifyAddress.parse("vsock:2:1234");

        assertThat(any.kind()).isEqualTo(NotifyAddress.Kind.VSOCK);
        assertThat(any.cid()).isEqualTo(2);
        assertThat(any.port()).isEqualTo(1234);
        assertThat(any.types()).containsExactly(Constants.SOCK_DGRAM, Constants.SOCK_SEQPACKET, Constants.SOCK_STREAM);
        assertThat(NotifyAddress.parse("vsock-stream:2:1").types()).containsExactly(Constants.SOCK_STREAM);
        assertThat(NotifyAddress.parse("vsock-dgram:2:1").types()).containsExactly(Constants.SOCK_DGRAM);
        assertThat(NotifyAddress.parse("vsock-seqpacket:2:1").types()).containsExactly(Constants.SOCK_SEQPACKET);
        assertThat(NotifyAddress.parse("vsock:4294967294:0").cid()).isEqualTo(-2);
    }

    @Test
    void theBytesOfTheEnvironmentCount() {
        byte[] environ = "A=1\0NOTIFY_SOCKET=/run/ü\0XNOTIFY_SOCKET=/no\0".getBytes(UTF_8);

        assertThat(Environ.find(environ, "NOTIFY_SOCKET", new byte[0]))
                .asString(UTF_8)
                .isEqualTo("/run/ü");
        assertThat(Environ.find(environ, "SOCKET", "otherwise".getBytes(UTF_8)))
                .asString()
                .isEqualTo("otherwise");
        assertThat(Environ.find("NOTIFY_SOCKET=/x".getBytes(UTF_8), "NOTIFY_SOCKET", new byte[0]))
                .asString()
                .isEqualTo("/x");
    }

    private static void refused(String text, int errno) {
        SystemCallException refusal = catchThrowableOfType(SystemCallException.class, () -> NotifyAddress.parse(text));
        assertThat(refusal).as(text).isNotNull();
        assertThat(refusal.errno()).isEqualTo(errno);
        assertThat(refusal).hasMessageContaining("NOTIFY_SOCKET(" + text + ")");
    }
}
