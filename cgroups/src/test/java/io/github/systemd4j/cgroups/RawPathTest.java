package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawPathTest {

    @Test
    void everyByteIsAFileOfItsOwn(@TempDir Path root) throws IOException {
        for (int b = 1; b < 256; b++) {
            if (b != '/' && b != '.') {
                Path file = RawPath.of(new byte[] {'/', (byte) b}).toPath(root);
                Files.createFile(file);
            }
        }
        try (var files = Files.list(root)) {
            assertThat(files).hasSize(253);
        }
    }

    @Test
    void whatIsShownIsOneLine() {
        assertThat(RawPath.of("/\u00fcber/\\x2d")).hasToString("/\u00fcber/\\x2d");
        assertThat(RawPath.of("/a\nb\t\u007f")).hasToString("/a\\x0ab\\x09\\x7f");
        assertThat(RawPath.of("/\u00fc".getBytes(ISO_8859_1))).hasToString("/\\xfc");
        assertThat(RawPath.of("/a\u0085b\u009b1m")).hasToString("/a\\xc2\\x85b\\xc2\\x9b1m");
        assertThat(RawPath.of("/a\u2028b\u2029")).hasToString("/a\\xe2\\x80\\xa8b\\xe2\\x80\\xa9");
        assertThat(RawPath.of("/a\u202eb")).hasToString("/a\\xe2\\x80\\xaeb"); // written from right to left
        assertThat(RawPath.of("/\ud83d\ude00")).hasToString("/\ud83d\ude00");
    }

    @Test
    void itIsItsBytes() {
        byte[] bytes = "/a\u00fc".getBytes(UTF_8);
        RawPath path = RawPath.of(bytes);
        bytes[1] = 'b';
        path.bytes()[1] = 'c';
        assertThat(path).isEqualTo(RawPath.of("/a\u00fc")).hasSameHashCodeAs(RawPath.of("/a\u00fc"));
        assertThat(path).isNotEqualTo(RawPath.of("/a"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RawPath.of("/a\0"))
                .withMessage("path: there is a NUL in it");
    }
}
