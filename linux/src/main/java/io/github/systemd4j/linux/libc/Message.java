package io.github.systemd4j.linux.libc;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * One datagram with its descriptors and credentials, in native memory that is used again and again: a msghdr, one
 * iovec, room for control data, and the payload. See sendmsg(2), unix(7) and cmsg(3).
 *
 * <p>Sending: write {@link #payload} from position {@link #payloadOffset()}, then {@link #send}. Receiving: {@link
 * #receive}, then ask for what came. Not thread safe.
 */
public final class Message {

    private static final int[] NONE = {};

    // struct msghdr and struct iovec of 64-bit Linux
    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int IOV = 16;
    private static final int IOV_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int FLAGS = 48;
    private static final int IOVEC = 56;
    private static final int CONTROL_DATA = 72;

    // struct cmsghdr: size_t length, int level, int type, then the data; each one aligned to 8
    private static final int CMSG_HEADER = 16;
    private static final int UCRED = 12;

    private final Libc libc;
    private final Memory memory;
    private final int controlSize;
    private final int maxDescriptorBytes;
    private final int payloadAt;
    private final int payloadSize;

    private int[] descriptors = NONE;
    private int pid;
    private int uid;
    private int gid;
    private boolean credentials;

    /**
     * Makes room for messages.
     *
     * @param libc the calls
     * @param payloadSize the most bytes of payload
     * @param maxDescriptors the most descriptors, at most {@link Constants#SCM_MAX_FD}
     */
    public Message(Libc libc, int payloadSize, int maxDescriptors) {
        this.libc = libc;
        this.payloadSize = payloadSize;
        this.maxDescriptorBytes = 4 * maxDescriptors;
        this.controlSize = space(UCRED) + space(maxDescriptorBytes);
        this.payloadAt = CONTROL_DATA + controlSize;
        this.memory = Memory.allocate(libc, payloadAt + payloadSize);
    }

    /**
     * The bytes around the payload; the payload begins at {@link #payloadOffset()}. Use absolute positions.
     *
     * @return the buffer, always the same
     */
    public ByteBuffer payload() {
        return memory.bytes();
    }

    /**
     * Where the payload begins in {@link #payload()}.
     *
     * @return the position of its first byte
     */
    public int payloadOffset() {
        return payloadAt;
    }

    /**
     * The address of the payload, for a plain {@link Libc#send}; call {@link #keepAlive} after it.
     *
     * @return the address of its first byte
     */
    public long payloadAddress() {
        return memory.address() + payloadAt;
    }

    /** Keeps the memory reachable up to here. */
    public void keepAlive() {
        memory.keepAlive();
    }

    /**
     * Sends the payload over a connected socket.
     *
     * @param fd the socket
     * @param length how many bytes of the payload
     * @param fds the descriptors to pass, may be empty; they stay the caller's
     * @param ucred pid, uid and gid to be sent as SCM_CREDENTIALS, or empty: then the kernel takes our own
     * @param flags {@code MSG_*}
     * @return the number of bytes sent, or -errno
     */
    public long send(int fd, int length, int[] fds, int[] ucred, int flags) {
        Objects.checkFromIndexSize(0, length, payloadSize);
        if (4 * fds.length > maxDescriptorBytes) {
            throw new IllegalArgumentException("fds: " + fds.length + ", there is room for " + maxDescriptorBytes / 4);
        }
        int end = CONTROL_DATA;
        if (ucred.length > 0) {
            end = putControl(end, Constants.SCM_CREDENTIALS, ucred);
        }
        if (fds.length > 0) {
            end = putControl(end, Constants.SCM_RIGHTS, fds);
        }
        header(length, end - CONTROL_DATA);
        long result = libc.sendmsg(fd, memory.address(), flags);
        memory.keepAlive();
        return result;
    }

    /**
     * Receives one message. Descriptors that come with it belong to the caller from then on and have close-on-exec set.
     *
     * @param fd the socket
     * @param flags {@code MSG_*}; {@code MSG_CMSG_CLOEXEC} is added
     * @return the number of bytes received, or -errno
     */
    public long receive(int fd, int flags) {
        descriptors = NONE;
        credentials = false;
        header(payloadSize, controlSize);
        long result = libc.recvmsg(fd, memory.address(), flags | Constants.MSG_CMSG_CLOEXEC);
        memory.keepAlive();
        if (result >= 0) {
            parseControl();
        }
        return result;
    }

    /**
     * The descriptors that came with the last message received, in the sender's order.
     *
     * @return the caller's to close, may be empty
     */
    public int[] descriptors() {
        return descriptors;
    }

    /**
     * Whether the last message came with the sender's credentials (the socket has SO_PASSCRED).
     *
     * @return whether {@link #pid}, {@link #uid} and {@link #gid} are the sender's
     */
    public boolean hasCredentials() {
        return credentials;
    }

    /**
     * The sender's process, as the kernel translated it to our pid namespace.
     *
     * @return the pid; 0 for one that is not visible here
     */
    public int pid() {
        return pid;
    }

    /**
     * The sender's user.
     *
     * @return the uid
     */
    public int uid() {
        return uid;
    }

    /**
     * The sender's group.
     *
     * @return the gid
     */
    public int gid() {
        return gid;
    }

    /**
     * Whether the last message was longer than the room for the payload; its rest is lost.
     *
     * @return whether bytes were lost
     */
    public boolean truncated() {
        return (flags() & Constants.MSG_TRUNC) != 0;
    }

    /**
     * Whether the last message had more control data than there was room for; those descriptors are lost.
     *
     * @return whether descriptors were lost
     */
    public boolean controlTruncated() {
        return (flags() & Constants.MSG_CTRUNC) != 0;
    }

    private int flags() {
        return memory.bytes().getInt(FLAGS);
    }

    private void header(int length, int controlLength) {
        ByteBuffer b = memory.bytes();
        b.putLong(NAME, 0).putLong(NAME_LENGTH, 0);
        b.putLong(IOV, memory.address() + IOVEC).putLong(IOV_COUNT, 1);
        b.putLong(CONTROL, controlLength == 0 ? 0 : memory.address() + CONTROL_DATA);
        b.putLong(CONTROL_LENGTH, controlLength).putLong(FLAGS, 0);
        b.putLong(IOVEC, memory.address() + payloadAt).putLong(IOVEC + 8, length);
    }

    private int putControl(int at, int type, int[] values) {
        ByteBuffer b = memory.bytes();
        b.putLong(at, CMSG_HEADER + 4L * values.length);
        b.putInt(at + 8, Constants.SOL_SOCKET).putInt(at + 12, type);
        for (int i = 0; i < values.length; i++) {
            b.putInt(at + CMSG_HEADER + 4 * i, values[i]);
        }
        return at + space(4 * values.length);
    }

    private void parseControl() {
        ByteBuffer b = memory.bytes();
        int end = CONTROL_DATA + (int) Math.min(b.getLong(CONTROL_LENGTH), controlSize);
        for (int at = CONTROL_DATA; at + CMSG_HEADER <= end; ) {
            int length = (int) b.getLong(at) - CMSG_HEADER;
            if (length < 0 || at + CMSG_HEADER + length > end) {
                return;
            }
            if (b.getInt(at + 8) == Constants.SOL_SOCKET) {
                control(b.getInt(at + 12), at + CMSG_HEADER, length);
            }
            at += space(length);
        }
    }

    private void control(int type, int at, int length) {
        ByteBuffer b = memory.bytes();
        if (type == Constants.SCM_RIGHTS) {
            descriptors = new int[length / 4];
            for (int i = 0; i < descriptors.length; i++) {
                descriptors[i] = b.getInt(at + 4 * i);
            }
        } else if (type == Constants.SCM_CREDENTIALS && length >= UCRED) {
            credentials = true;
            pid = b.getInt(at);
            uid = b.getInt(at + 4);
            gid = b.getInt(at + 8);
        }
    }

    private static int space(int data) {
        return CMSG_HEADER + ((data + 7) & ~7);
    }
}
