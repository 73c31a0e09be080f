package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Each datagram is sent to systemd and to our receiver. What {@link ParsedNotification} says of ours is what must have
 * become of the unit.
 */
@Timeout(600)
class DifferentialBoxIT {

    private static final String BASE_STATUS = "as it was";
    private static final int BASE_ERRNO = 77;
    private static final long BASE_WATCHDOG_USEC = 7_000_000_000L;
    private static final int RANDOM_DATAGRAMS = Integer.getInteger("systemd4j.differential.datagrams", 250);

    /** What can be seen of a unit. */
    private record Seen(
            String status, int errno, long watchdogUsec, String subState, long mainPid, boolean pinged, int held) {

        Seen holding(int descriptors) {
            return new Seen(status, errno, watchdogUsec, subState, mainPid, pinged, descriptors);
        }
    }

    private static final String[] TABLE = {
        "READY=1",
        "READY=1\n",
        "READY=1\0",
        "READY=1\0\0",
        "READY=1\0STATUS=x",
        "\0READY=1",
        "\0",
        "",
        "\n",
        "\r\n",
        "READY=0",
        "READY=1 ",
        " READY=1",
        "READY=10",
        "READY=01",
        "ready=1",
        "READY",
        "READY=",
        "=1",
        "READY=1\r\nSTATUS=x\r\n",
        "STATUS=x\rREADY=1",
        "\n\nREADY=1\n\n",
        "\r\r\nREADY=1",
        "READY=0\nREADY=1",
        "READY=1\nREADY=0",
        "RELOADING=1\nREADY=1",
        "READY=1\nRELOADING=1",
        "STOPPING=1\nREADY=1",
        "READY=1\nSTOPPING=1",
        "STATUS=a\nREADY=1\nSTATUS=b",
        "STATUS=\nSTATUS=b",
        "STATUS=",
        "STATUS",
        "STATUS= x ",
        "STATUS==",
        "STATUS=a=b",
        "STATUS=tab\there",
        "STATUS=\u001b[2J",
        "STATUS=l\u00e4uft \u65e5\u672c\u8a9e \ud83d\ude00",
        "STATUS=\u00ef\u00bb\u00bfmark",
        "STATUS=a\\b",
        "STATUS=a\\\\b",
        "STATUS=a\\nb",
        "STATUS=a\\\nREADY=1",
        "STATUS=a\\\rREADY=1",
        "STATUS=end\\",
        "STATUS=end\\\\",
        "STATUS=end\\\n",
        "READY=1\nSTATUS=C:\\",
        "READY=1\nSTATUS=C:\\\\",
        "RE\\ADY=1",
        "READY\\=1",
        "\\READY=1",
        "\\\nREADY=1",
        "STATUS='quoted'",
        "STATUS=\"quoted\"",
        "STATUS=\"open",
        "ERRNO=5",
        "ERRNO=0",
        "ERRNO=4095",
        "ERRNO=4096",
        "ERRNO=-5",
        "ERRNO=+5",
        "ERRNO= 5",
        "ERRNO=5 ",
        "ERRNO=0x10",
        "ERRNO=010",
        "ERRNO=0b11",
        "ERRNO=0o17",
        "ERRNO=",
        "ERRNO=x",
        "ERRNO=EINVAL",
        "ERRNO=ENOTSUP",
        "ERRNO=EWOULDBLOCK",
        "ERRNO=einval",
        "ERRNO=5\nERRNO=6",
        "ERRNO=x\nERRNO=6",
        "ERRNO=99999999999999999999",
        "WATCHDOG=1",
        "WATCHDOG=0",
        "WATCHDOG=",
        "WATCHDOG=2\nWATCHDOG=1",
        "WATCHDOG_USEC=9000000000",
        "WATCHDOG_USEC=0",
        "WATCHDOG_USEC=0x200000000",
        "WATCHDOG_USEC=-1",
        "WATCHDOG_USEC=18446744073709551615",
        "WATCHDOG_USEC=18446744073709551616",
        "WATCHDOG_USEC=x\nWATCHDOG_USEC=9000000000",
        "MAINPID=$",
        "MAINPID=0$",
        "MAINPID= $",
        "MAINPID=+$",
        "MAINPID=$ ",
        "MAINPID=\nMAINPID=$",
        "MAINPID=0",
        "MAINPID=1",
        "MAINPID=-1",
        "MAINPID=4294967296",
        "FDSTORE=1 <2",
        "FDSTORE=0 <2",
        "FDSTORE=0\nFDSTORE=1 <1",
        "FDSTORE=1\nFDNAME=web <2",
        "FDSTORE=1\nFDNAME= <1",
        "FDSTORE=1\nFDNAME=a:b <1",
        "FDSTORE=1\nFDNAME=a\u00e4 <1",
        "FDSTORE=1\nFDNAME=a\u007f <1",
        "FDSTORE=1\nFDNAME=a b <1",
        "FDSTORE=1\nFDNAME=a\nFDNAME=b <1",
        "FDSTORE=1\nFDNAME=a:\nFDNAME=b <1",
        "FDNAME=web\nFDSTORE=1 <3",
        "FDSTORE=1\nFDSTOREREMOVE=1 <1",
        "FDSTORE=1\nFDPOLL=0 <1",
        "FDSTORE=1",
        "STATUS=nobody wants these <3",
        "MAINPIDFD=1 <1",
        "BARRIER=1 <1",
        "BARRIER=1",
        "BARRIER=1 <2",
        "BARRIER=1\nSTATUS=x <1",
        "STATUS=x\nBARRIER=1\nREADY=1 <1",
        "BARRIER=1\nFDSTORE=1 <1",
        "BARRIER=0\nSTATUS=x",
        "BARRIER=1\nBARRIER=1 <1",
        "X_OWN=1\nSTATUS=x",
        "NONSENSE\nSTATUS=x",
    };

    @Test
    void aTableOfDatagrams() throws Exception {
        try (Comparison comparison = new Comparison()) {
            for (String row : TABLE) {
                int fds = row.matches("(?s).* <[0-9]") ? row.charAt(row.length() - 1) - '0' : 0;
                String text = (fds == 0 ? row : row.substring(0, row.length() - 3)).replace("$", comparison.sleeper);
                comparison.compare(text.getBytes(UTF_8), fds);
            }
        }
    }

    @Test
    void sizesAndBytesThatAreNoText() throws Exception {
        try (Comparison comparison = new Comparison()) {
            comparison.compare(("STATUS=" + "x".repeat(4089)).getBytes(UTF_8), 0);
            comparison.compare(("STATUS=" + "x".repeat(4090)).getBytes(UTF_8), 0);
            comparison.compare(("READY=1\nSTATUS=" + "x".repeat(60_000)).getBytes(UTF_8), 0);
            comparison.compare(("STATUS=" + "x".repeat(4088) + "\0").getBytes(UTF_8), 0);
            comparison.compare(("FDSTORE=1\nX_=" + "x".repeat(5000)).getBytes(UTF_8), 3);
            comparison.compare(("FDSTORE=1\nFDNAME=" + "n".repeat(255)).getBytes(UTF_8), 1);
            comparison.compare(("FDSTORE=1\nFDNAME=" + "n".repeat(256)).getBytes(UTF_8), 1);
            comparison.compare("FDSTORE=1".getBytes(UTF_8), 253);
            for (String bytes : new String[] {
                "\u00ff", "\u00c3", "\u00c3(", "\u00c0\u00af", "\u00e0\u0080\u0080", "\u00ed\u00a0\u0080",
                        "\u00f4\u0090\u0080\u0080",
                "\u00ef\u00bf\u00bf", "\u00ef\u00bf\u00be", "\u00ef\u00b7\u0090", "\u00ef\u00b7\u00b0",
                        "\u00f0\u009f\u00bf\u00bf", "\u00ef\u00bf\u00bd", "\u0001",
                "\u00f8\u0088\u0080\u0080\u0080", "\u00c2\u0085"
            }) {
                comparison.compare(("STATUS=a" + bytes + "\nREADY=1").getBytes(ISO_8859_1), 0);
            }
        }
    }

    private static final String[] PIECES = {
        "READY=1",
        "READY=0",
        "RELOADING=1",
        "STATUS=",
        "STATUS=x",
        "status",
        "ERRNO=",
        "ERRNO=7",
        "ERRNO=EIO",
        "0x",
        "-",
        "+",
        " ",
        "WATCHDOG=1",
        "WATCHDOG_USEC=9000000000",
        "FDSTORE=1",
        "FDSTORE=1",
        "FDNAME=",
        "FDNAME=n",
        ":",
        "FDPOLL=0",
        "BARRIER=1",
        "MAINPID=$",
        "X_A=1",
        "=",
        "==",
        "\n",
        "\n",
        "\n",
        "\n",
        "\n",
        "\r",
        "\r\n",
        "\\",
        "\\\\",
        "\\\n",
        "\0",
        "\u00ff",
        "\u00c3\u00a4",
        "\u00ef\u00bf\u00bf",
        "'",
        "\"",
        "\t",
        "1",
        "0",
        "a",
        "ABC"
    };

    @Test
    void randomDatagrams() throws Exception {
        long seed = Long.getLong("systemd4j.differential.seed", 252);
        Random random = new Random(seed);
        try (Comparison comparison = new Comparison()) {
            for (int i = 0; i < RANDOM_DATAGRAMS; i++) {
                ByteArrayOutputStream datagram = new ByteArrayOutputStream();
                for (int n = random.nextInt(9); n >= 0; n--) {
                    String piece = PIECES[random.nextInt(PIECES.length)].replace("$", comparison.sleeper);
                    datagram.writeBytes(piece.getBytes(ISO_8859_1));
                    if (random.nextInt(3) > 0) {
                        datagram.write('\n');
                    }
                }
                comparison.compare(datagram.toByteArray(), random.nextInt(4) == 0 ? random.nextInt(4) : 0);
            }
        }
    }

    /** A unit that is reloading, so that READY shows, and our receiver beside it. */
    private static final class Comparison implements AutoCloseable {

        private final boolean lastStateWins = version() < 253;
        private final Manager ours = Manager.start();
        private final BoxUnit unit = new BoxUnit("NotifyAccess=all", "FileDescriptorStoreMax=300");
        private final String pid;
        private final String sleeper;
        private final List<String> differences = new ArrayList<>();
        private int compared;
        private String lastPing = "";

        Comparison() throws Exception {
            unit.send("ready");
            unit.say("also-to " + ours.receiver().address());
            pid = unit.show("MainPID");
            sleeper = unit.say("sleeper");
        }

        private static int version() throws IOException {
            return Integer.parseInt(BoxUnit.run("systemctl", "--version").split("[ .]", 3)[1]);
        }

        void compare(byte[] datagram, int fds) throws Exception {
            reset();
            Seen before = seen(0, "");
            unit.say("raw " + HexFormat.of().formatHex(datagram) + " " + fds);
            Seen expected;
            String name;
            try (ReceivedNotification received = ours.next()) {
                assertThat(received.descriptorCount()).isEqualTo(fds);
                assertThat(received.pid()).isEqualTo(Integer.parseInt(pid));
                expected = expected(received.parsed(), before, fds);
                name = received.parsed().storeName().orElse("stored");
            }
            unit.say("barrier");
            Seen now = seen(0, lastPing);
            now = now.holding(stored(name));
            if (!now.equals(expected)) {
                differences.add("%s with %d descriptors:%n  systemd: %s%n  ours:    %s"
                        .formatted(text(datagram), fds, now, expected));
            }
            compared++;
        }

        private void reset() throws IOException {
            String base = "READY=1\nSTATUS=" + BASE_STATUS + "\nERRNO=" + BASE_ERRNO + "\nMAINPID=" + pid
                    + "\nWATCHDOG_USEC=" + BASE_WATCHDOG_USEC;
            sendToBoth(base);
            sendToBoth("RELOADING=1");
            unit.say("barrier");
        }

        private void sendToBoth(String text) throws IOException {
            unit.say("raw " + HexFormat.of().formatHex(text.getBytes(UTF_8)) + " 0");
            ours.next().close();
        }

        private static String text(byte[] datagram) {
            String text = new String(datagram, ISO_8859_1)
                    .replace("\\", "\\\\")
                    .replace("\n", "\\n")
                    .replace("\r", "\\r")
                    .replace("\0", "\\0");
            return text.length() > 200 ? text.substring(0, 200) + "... (" + datagram.length + " bytes)" : text;
        }

        private Seen expected(ParsedNotification parsed, Seen before, int fds) {
            String subState = state(parsed) == ParsedNotification.State.READY ? "running" : "reload";
            long named = parsed.mainPid().orElse(0);
            return new Seen(
                    parsed.status().orElse(before.status),
                    parsed.errno().orElse(before.errno),
                    parsed.watchdogTimeout().map(DifferentialBoxIT::usec).orElse(before.watchdogUsec),
                    subState,
                    named == Long.parseLong(sleeper) ? named : before.mainPid,
                    parsed.isWatchdogPing() || parsed.watchdogTimeout().isPresent(),
                    parsed.storeName().isPresent() ? fds : 0);
        }

        private ParsedNotification.State state(ParsedNotification parsed) {
            if (!lastStateWins || parsed.isBarrier()) {
                return parsed.state().orElse(null);
            }
            ParsedNotification.State last = null;
            for (ParsedNotification.Line line : parsed.lines()) {
                for (ParsedNotification.State state : ParsedNotification.State.values()) {
                    last = line.text().equals(state + "=1") ? state : last;
                }
            }
            return last;
        }

        /** How many descriptors are stored, and then removed by the name that is expected; less than 0 if not all go. */
        private int stored(String name) throws Exception {
            int stored = Integer.parseInt(
                    unit.properties("Service", "NFileDescriptorStore").get(0));
            if (stored > 0) {
                sendToBoth("FDSTOREREMOVE=1\nFDNAME=" + name);
            }
            int held = Integer.parseInt(unit.say("held"));
            return held == 0 ? stored : -held;
        }

        private Seen seen(int held, String pingedBefore) throws Exception {
            List<String> all = unit.properties(
                    "Service", "StatusText", "StatusErrno", "WatchdogUSec", "MainPID", "WatchdogTimestampMonotonic");
            lastPing = all.get(4);
            return new Seen(
                    all.get(0),
                    Integer.parseInt(all.get(1)),
                    Long.parseUnsignedLong(all.get(2)),
                    unit.properties("Unit", "SubState").get(0),
                    Long.parseLong(all.get(3)),
                    !lastPing.equals(pingedBefore),
                    held);
        }

        @Override
        public void close() throws IOException {
            unit.close();
            ours.close();
            assertThat(differences).as("of %d datagrams", compared).isEmpty();
            assertThat(compared).isPositive();
        }
    }

    private static long usec(Duration duration) {
        // Systemd's infinity is the largest number of 64 bits; the unit has it as such.
        return duration.getSeconds() * 1_000_000 + duration.getNano() / 1000;
    }
}
