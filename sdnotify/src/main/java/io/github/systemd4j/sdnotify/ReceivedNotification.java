package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.linux.libc.Libc;
import java.util.Map;
import java.util.Optional;

/**
 * A datagram that came, the descriptors that came with it, and the kernel's word on who sent it. {@link #parsed} has
 * what systemd reads in it.
 *
 * <p>Descriptors that came with it are closed by {@link #close} unless they were taken. Not thread safe.
 */
public final class ReceivedNotification implements AutoCloseable {

    private static final int[] NONE = {};

    private final Libc libc;
    private final byte[] bytes;
    private final int pid;
    private final int uid;
    private final int gid;
    private final boolean truncated;
    private final ParsedNotification parsed;
    private int[] descriptors;

    ReceivedNotification(Libc libc, byte[] bytes, int[] descriptors, int pid, int uid, int gid, boolean truncated) {
        this.libc = libc;
        this.bytes = bytes;
        this.descriptors = descriptors;
        this.pid = pid;
        this.uid = uid;
        this.gid = gid;
        this.truncated = truncated;
        this.parsed = truncated
                ? ParsedNotification.ignored("too long, or with more descriptors than there was room for")
                : ParsedNotification.parse(bytes);
    }

    /**
     * What systemd reads in it. One that is truncated it ignores.
     *
     * @return the datagram's meaning
     */
    public ParsedNotification parsed() {
        return parsed;
    }

    /**
     * The fields in the order they came.
     *
     * @return an unmodifiable map, empty for a datagram that systemd would drop
     */
    public Map<String, String> fields() {
        return parsed.fields();
    }

    /**
     * One field.
     *
     * @param key such as {@code STATUS}
     * @return its value
     */
    public Optional<String> field(String key) {
        return parsed.field(key);
    }

    /**
     * The datagram as it came.
     *
     * @return a copy of its bytes, at most 4096
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * Whether it was longer than 4096 bytes, or had more descriptors than this process may open ({@code LimitNOFILE=});
     * what did not fit is lost.
     *
     * @return whether it is to be dropped
     */
    public boolean isTruncated() {
        return truncated;
    }

    /**
     * The sender, by the kernel's word, in our pid namespace.
     *
     * @return the pid, 0 for one not visible here
     */
    public int pid() {
        return pid;
    }

    /**
     * The sender's user.
     *
     * @return the uid, -1 if unknown
     */
    public int uid() {
        return uid;
    }

    /**
     * The sender's group.
     *
     * @return the gid, -1 if unknown
     */
    public int gid() {
        return gid;
    }

    /**
     * How many descriptors came and were not taken.
     *
     * @return the count
     */
    public int descriptorCount() {
        return descriptors.length;
    }

    /**
     * Takes the descriptors, in the sender's order. They are the caller's to close from now on.
     *
     * @return the descriptors, empty if there are none or they were taken
     */
    public int[] takeDescriptors() {
        int[] taken = descriptors;
        descriptors = NONE;
        return taken;
    }

    /** The descriptors, which stay here. */
    int[] peekDescriptors() {
        return descriptors;
    }

    /** Closes the descriptors that were not taken; for a barrier this is the answer. May be called again. */
    @Override
    public void close() {
        for (int fd : takeDescriptors()) {
            libc.close(fd);
        }
    }

    /** {@return the fields joined by a space, for a log: control characters, which a sender may write, are dots} */
    @Override
    public String toString() {
        return new String(bytes, UTF_8).strip().replace('\n', ' ').replaceAll("\\p{Cntrl}", ".");
    }
}
