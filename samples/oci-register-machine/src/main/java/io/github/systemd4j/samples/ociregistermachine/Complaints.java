package io.github.systemd4j.samples.ociregistermachine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Where it is said what went wrong: on standard error, which an engine shows or not, and in the journal, where it is
 * found afterwards. That is the stream that journald gives to services, by the JDK alone. oci-systemd-hook has the same
 * but for the name: each sample is there to be copied, whole and alone.
 *
 * @param err standard error
 * @param journal the path of journald's stream socket
 */
record Complaints(PrintStream err, String journal) {

    private static final String NAME = "oci-register-machine";
    private static final String WARNING = "4";

    static Complaints system(PrintStream err) {
        return new Complaints(err, "/run/systemd/journal/stdout");
    }

    void complain(String message) {
        err.println(NAME + ": " + message);
        // identifier, unit, priority, whether lines have <priority>, forward to syslog, kmsg and console; then lines
        String stream = String.join("\n", NAME, "", WARNING, "0", "0", "0", "0", message) + "\n";
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false); // nobody waits for a journal
            if (channel.connect(UnixDomainSocketAddress.of(journal))) {
                channel.write(ByteBuffer.wrap(stream.getBytes(UTF_8)));
            }
        } catch (IOException e) {
            err.println(NAME + ": and there is no journal to say so: " + e.getMessage());
        }
    }
}
