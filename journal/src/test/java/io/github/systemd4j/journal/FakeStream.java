package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A socket where that of journald's streams would be, with a reader as stdout_stream_scan of systemd is one. */
final class FakeStream implements AutoCloseable {

    private static final int LINE_MAX = 48 * 1024;

    /** A line as journald stores it, with what ended it if that was no newline. */
    record Line(int priority, String text, String lineBreak) {

        static Line of(int priority, String text) {
            return new Line(priority, text, "");
        }
    }

    private final Path path;
    private final ServerSocketChannel server;

    private FakeStream(Path path, ServerSocketChannel server) {
        this.path = path;
        this.server = server;
    }

    static FakeStream at(Path path) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        return new FakeStream(path, server);
    }

    /** The next one that connected. */
    Stream accept() throws IOException {
        return new Stream(server.accept());
    }

    /** Gone, but its file is still there. */
    void die() throws IOException {
        server.close();
    }

    @Override
    public void close() throws IOException {
        die();
        Files.deleteIfExists(path);
    }

    /** What one sender writes. */
    static final class Stream implements AutoCloseable {

        private final SocketChannel channel;
        private final ByteBuffer some = ByteBuffer.allocate(64 * 1024);
        private byte[] pending = {};
        private int start; // of what was not taken

        private Stream(SocketChannel channel) {
            this.channel = channel;
        }

        /** The seven lines that come first, each with its newline. */
        String header() throws IOException {
            StringBuilder header = new StringBuilder();
            for (int line = 0; line < 7; line++) {
                int end = end();
                assertThat(end).as("ends within the header: " + header).isNotNegative();
                header.append(new String(take(end - start), UTF_8)).append((char) take(1)[0]);
            }
            return header.toString();
        }

        /** Where the next line ends; -1 when the sender closes before. */
        private int end() throws IOException {
            for (int at = start; ; at++) {
                while (at == pending.length) {
                    int before = at - start;
                    if (!read()) {
                        return -1;
                    }
                    at = start + before;
                }
                if (pending[at] == '\n' || pending[at] == 0 || at - start == LINE_MAX) {
                    return at;
                }
            }
        }

        /** The next line. */
        Line next() throws IOException {
            int end = end();
            assertThat(end).as("ends within a line").isNotNegative();
            return take(end, end - start == LINE_MAX ? "line-max" : pending[end] == 0 ? "nul" : "");
        }

        private Line take(int end, String lineBreak) {
            Line line = line(take(end - start), lineBreak);
            if (!lineBreak.equals("line-max")) {
                start++;
            }
            return line;
        }

        /** All lines until the sender closes. */
        List<Line> rest() throws IOException {
            List<Line> lines = new ArrayList<>();
            while (end() >= 0) {
                lines.add(next());
            }
            if (start < pending.length) {
                lines.add(line(take(pending.length - start), "eof"));
            }
            return lines;
        }

        /** The whole lines that are there now; a half one stays for the next time. */
        List<Line> now() throws IOException {
            channel.configureBlocking(false);
            List<Line> lines = new ArrayList<>();
            while (end() >= 0) {
                lines.add(next());
            }
            channel.configureBlocking(true);
            return lines;
        }

        private static Line line(byte[] line, String lineBreak) {
            boolean prefixed = line.length >= 3 && line[0] == '<' && line[2] == '>';
            String text = new String(line, UTF_8);
            return prefixed
                    ? new Line(line[1] - '0', text.substring(3), lineBreak)
                    : new Line(6, text, "no prefix " + lineBreak);
        }

        /** Some more; false at the end, or if there is none now and the channel does not block. */
        private boolean read() throws IOException {
            int count = channel.read(some.clear());
            if (count <= 0) {
                return false;
            }
            int rest = pending.length - start;
            byte[] all = Arrays.copyOfRange(pending, start, pending.length + count);
            some.get(0, all, rest, count);
            pending = all;
            start = 0;
            return true;
        }

        private byte[] take(int count) {
            start += count;
            return Arrays.copyOfRange(pending, start - count, start);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
