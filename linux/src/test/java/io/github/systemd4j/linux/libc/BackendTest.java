package io.github.systemd4j.linux.libc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The choice, as far as it does not need the packaged jar. */
class BackendTest {

    @Test
    void platformsWithOtherNumbersAreRefused() {
        assertThat(Backend.unsupportedPlatform("Mac OS X", "aarch64")).contains("Mac OS X");
        assertThat(Backend.unsupportedPlatform("Linux", "i386")).contains("i386");
        assertThat(Backend.unsupportedPlatform("Linux", "ppc64le")).contains("ppc64le");
    }

    @ParameterizedTest
    @ValueSource(strings = {"amd64", "aarch64", "riscv64", "s390x", "loongarch64"})
    void supportedPlatforms(String arch) {
        assertThat(Backend.unsupportedPlatform("Linux", arch)).isNull();
    }

    @Test
    void noneByHand() {
        Backend backend = Backend.choose("none");

        assertThat(backend.name()).isEqualTo("none");
        assertThat(backend.libc()).isNull();
        assertThat(backend.reason()).contains(Backend.PROPERTY);
    }

    @Test
    void anUnknownWishIsIgnoredAndSaid() {
        Backend backend = Backend.choose("panama");

        assertThat(backend.libc()).isNotNull();
        assertThat(backend.reason()).contains("=panama ignored, it is none of ffm, jna, none");
    }

    @Test
    void withoutTheOverlayFfmIsRefusedAndJnaRuns() {
        // On a directory of classes, as here, the JDK does not look for versions.
        assertThat(Backend.choose("ffm").name()).isEqualTo("none");
        assertThat(Backend.choose("ffm").reason()).contains("Multi-Release: true");
        assertThat(Backend.choose("").name()).isEqualTo("jna");
    }
}
