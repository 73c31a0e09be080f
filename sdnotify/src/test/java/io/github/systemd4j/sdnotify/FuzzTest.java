package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Any bytes are an answer, and the same as that of systemd's own splitter, written down once more as it stands in C. */
class FuzzTest {

    /** Ten million take a minute or two: {@code -Dsystemd4j.fuzz.datagrams=10000000}. */
    private static final int DATAGRAMS = Integer.getInteger("systemd4j.fuzz.datagrams", 200_000);

    private static final String[] PIECES = {
        "READY=1",
        "STOPPING=1",
        "RELOADING=1",
        "STATUS=",
        "ERRNO=",
        "EINVAL",
        "MAINPID=",
        "WATCHDOG=",
        "WATCHDOG_USEC=",
        "EXTEND_TIMEOUT_USEC=",
        "FDSTORE=1",
        "FDSTOREREMOVE=1",
        "FDNAME=",
        "BARRIER=1",
        "X_A=",
        "=",
        "0x",
        "18446744073709551615",
        "-",
        "1",
        "\n",
        "\n",
        "\n",
        "\r",
        "\\",
        "\0",
        "\u00ff",
        "\u00c3\u00a4",
        "\u00ef\u00bf\u00bf",
        " ",
        "trigger"
    };

    @Test
    void anyDatagramIsReadAsSystemdSplitsIt() {
        Random random = new Random(4096);
        int ignored = 0;
        int withFields = 0;
        for (int i = 0; i < DATAGRAMS; i++) {
            byte[] datagram = random.nextInt(3) == 0 ? noise(random) : pieces(random);
            ParsedNotification parsed = ParsedNotification.parse(datagram);
            List<String> tags = tags(datagram);
            if (!Objects.equals(tags, lines(parsed))) {
                throw new AssertionError(Arrays.toString(datagram) + ": " + tags + ", but " + lines(parsed));
            }
            ignored += tags == null ? 1 : 0;
            withFields += parsed.fields().isEmpty() ? 0 : 1;
            touch(parsed);
        }
        assertThat(ignored).isGreaterThan(DATAGRAMS / 20);
        assertThat(withFields).isGreaterThan(DATAGRAMS / 5);
    }

    private static @Nullable List<String> lines(ParsedNotification parsed) {
        if (parsed.ignoredBecause().isPresent()) {
            return null;
        }
        List<String> lines = new ArrayList<>();
        parsed.lines().forEach(line -> lines.add(line.text()));
        return lines;
    }

    /** Everything that can be asked; nothing of it throws. */
    private static void touch(ParsedNotification parsed) {
        Object[] answers = {
            parsed.state(),
            parsed.status(),
            parsed.mainPid(),
            parsed.errno(),
            parsed.extendTimeout(),
            parsed.watchdogTimeout(),
            parsed.storeName(),
            parsed.removeName(),
            parsed.isBarrier(),
            parsed.isWatchdogPing(),
            parsed.isWatchdogTrigger()
        };
        for (Object answer : answers) {
            if (answer == null) {
                throw new AssertionError(parsed);
            }
        }
    }

    private static byte[] noise(Random random) {
        byte[] bytes = new byte[random.nextInt(100) == 0 ? 4090 + random.nextInt(12) : random.nextInt(40)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] pieces(Random random) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(10); n > 0; n--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    /** manager_dispatch_notify_fd() and extract_first_word() without flags; null where they give up. */
    private static @Nullable List<String> tags(byte[] datagram) {
        int n = datagram.length;
        if (n > 4096) {
            return null;
        }
        for (int i = 0; i < n - 1; i++) {
            if (datagram[i] == 0) {
                return null;
            }
        }
        String buffer = new String(datagram, ISO_8859_1) + "\0";
        List<String> tags = new ArrayList<>();
        int p = 0;
        while (true) {
            while (buffer.charAt(p) == '\n' || buffer.charAt(p) == '\r') {
                p++;
            }
            if (buffer.charAt(p) == 0) {
                return tags;
            }
            StringBuilder word = new StringBuilder();
            for (char c = buffer.charAt(p); c != 0 && c != '\n' && c != '\r'; c = buffer.charAt(p)) {
                if (c == '\\') {
                    c = buffer.charAt(++p);
                    if (c == 0) {
                        return null;
                    }
                }
                word.append(c);
                p++;
            }
            tags.add(word.toString());
        }
    }
}
