package io.github.systemd4j.servers;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request that is sent at once, whether or not somebody is there already: the kernel connects who comes to a
 * listener, and keeps what he says. So it is answered by whoever accepts on this very listener.
 */
public final class Request {

    private static final Pattern HEAD = Pattern.compile("(?is)content-length: *([0-9]{1,9}).*?\r\n\r\n");

    private Request() {}

    /**
     * Sends {@code GET /}.
     *
     * @param port where on 127.0.0.1
     * @return the whole answer, head and body
     * @throws IOException if nobody listens
     */
    public static CompletableFuture<String> get(int port) throws IOException {
        return get(Listeners.loopback(port));
    }

    /**
     * Sends {@code GET /}.
     *
     * @param address where, a path too
     * @return the whole answer, head and body
     * @throws IOException if nobody listens
     */
    public static CompletableFuture<String> get(SocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open(address);
        String text = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        CompletableFuture<String> answer = new CompletableFuture<>();
        Thread reader = new Thread(() -> read(channel, answer), "request");
        reader.setDaemon(true);
        reader.start();
        return answer;
    }

    /** Not all servers close the connection, although they were asked to. */
    private static void read(SocketChannel channel, CompletableFuture<String> answer) {
        try (channel) {
            StringBuilder text = new StringBuilder();
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            while (!isWhole(text) && channel.read(buffer) >= 0) {
                text.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
                buffer.clear();
            }
            answer.complete(text.toString());
        } catch (IOException e) {
            answer.completeExceptionally(e);
        }
    }

    private static boolean isWhole(CharSequence text) {
        Matcher head = HEAD.matcher(text);
        return head.find() && text.length() - head.end() >= Integer.parseInt(head.group(1));
    }
}
