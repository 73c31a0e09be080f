package io.github.systemd4j.samples.activated;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** One HTTP request and its answer, on a channel that doesn't block. Just enough of HTTP to show whose socket it is. */
final class Connection {

    private static final int MAX_HEAD = 8192;
    private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(ISO_8859_1);

    private final SocketChannel channel;
    private long deadline;
    private final ByteBuffer head = ByteBuffer.allocate(MAX_HEAD);
    private ByteBuffer answer = ByteBuffer.allocate(0);
    private boolean answered;

    Connection(SocketChannel channel, long deadline) {
        this.channel = channel;
        this.deadline = deadline;
    }

    /** In the terms of {@link System#nanoTime}: nobody holds us longer. */
    long deadline() {
        return deadline;
    }

    /** For the answer, of which the client shall have something even when we were late to read its request. */
    void extend(long later) {
        deadline = later;
    }

    /** Reads what there is. Returns whether the request is whole and the answer can be written. */
    boolean read(String text) throws IOException {
        int count = channel.read(head);
        if (answered) {
            head.clear(); // what comes after the request is of no interest
            if (count < 0) {
                throw new IOException("the client has closed");
            }
            return false;
        }
        if (count < 0) {
            throw new IOException("the client has closed in the middle of its request");
        }
        boolean whole = isWhole();
        if (!whole && head.hasRemaining()) {
            return false;
        }
        String status = whole ? "200 OK" : "431 Request Header Fields Too Large";
        byte[] body = (whole ? text : "too long\n").getBytes(UTF_8);
        String fields = "HTTP/1.1 " + status + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
                + body.length + "\r\nConnection: close\r\n\r\n";
        byte[] start = fields.getBytes(ISO_8859_1);
        answer = ByteBuffer.allocate(start.length + body.length)
                .put(start)
                .put(body)
                .flip();
        answered = true;
        head.clear();
        return true;
    }

    /** Writes what the client takes. Returns whether all is written; then only the client's own end is waited for. */
    boolean write() throws IOException {
        channel.write(answer);
        if (answer.hasRemaining()) {
            return false;
        }
        // Not close(): with something of the client's unread, that would reset what it has not read yet.
        channel.shutdownOutput();
        return true;
    }

    private boolean isWhole() {
        for (int at = 0; at + END_OF_HEAD.length <= head.position(); at++) {
            if (ByteBuffer.wrap(END_OF_HEAD)
                    .equals(head.duplicate().position(at).limit(at + END_OF_HEAD.length))) {
                return true;
            }
        }
        return false;
    }
}
