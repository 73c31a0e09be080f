package io.github.systemd4j.activation;

import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.Sockaddr;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A path, or {@code @} and an abstract name. See unix(7). */
final class UnixAddress {

    private final String text;
    private final byte[] bytes;
    private final boolean isPath;

    private UnixAddress(String text, byte[] bytes) {
        this.text = text;
        this.bytes = bytes;
        this.isPath = text.startsWith("/");
    }

    static UnixAddress parse(String text) {
        byte[] bytes = PlatformText.bytes(text);
        if ((!text.startsWith("/") && !text.startsWith("@")) || bytes.length < 2 || text.indexOf(0) >= 0) {
            throw new IllegalArgumentException(
                    "address: \"" + text + "\", must be an absolute path, or @ and an abstract name");
        }
        if (bytes.length > Sockaddr.UNIX_PATH_MAX) {
            throw new IllegalArgumentException("address: " + bytes.length + " bytes, at most " + Sockaddr.UNIX_PATH_MAX
                    + " fit a socket address: " + text);
        }
        return new UnixAddress(text, bytes);
    }

    /** Writes the sockaddr and tells its length. */
    int write(ByteBuffer out) {
        return isPath
                ? Sockaddr.path(out, 0, bytes)
                : Sockaddr.abstractName(out, 0, Arrays.copyOfRange(bytes, 1, bytes.length));
    }

    /** Removes the path, if it is one. */
    void unlink(Libc libc) {
        if (isPath) {
            Memory path = Memory.text(libc, bytes);
            libc.unlink(path.address());
            path.keepAlive();
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
