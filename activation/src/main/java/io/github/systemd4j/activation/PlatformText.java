package io.github.systemd4j.activation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.charset.Charset;

/**
 * Text as bytes for the kernel: in the platform's charset, in which the JDK itself passes paths and arguments, but UTF-8
 * for what that cannot spell: under LC_ALL=C it would write a question mark, and the file of that name is another one.
 */
final class PlatformText {

    private PlatformText() {}

    static byte[] bytes(String text) {
        if (isAscii(text)) {
            return text.getBytes(UTF_8);
        }
        Charset charset = charset();
        return text.getBytes(charset.newEncoder().canEncode(text) ? charset : UTF_8);
    }

    static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static Charset charset() {
        try {
            return Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        } catch (IllegalArgumentException e) { // a run-time image without that charset
            return UTF_8;
        }
    }
}
