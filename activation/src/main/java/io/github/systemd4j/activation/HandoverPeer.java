package io.github.systemd4j.activation;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.Message;
import io.github.systemd4j.linux.libc.PollFd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The two parts of a hand-over, docs/handover.md, over one connection that this owns, all before one deadline. */
final class HandoverPeer implements AutoCloseable {

    private static final int[] NONE = {};

    private static final int UCRED = 12;

    /** Whether to deal with the other side: null, or why not. */
    @FunctionalInterface
    interface Check {

        @Nullable
        String refusal(int pid, int uid);
    }

    private final Libc libc;
    private final int fd;
    private final String target;
    private final long deadline;
    private final Message message;
    private final PollFd poll;

    /** With room for so many descriptors, which is the most that one message carries but in tests. Owns fd at once. */
    HandoverPeer(Libc libc, int fd, String target, long deadline, int room) {
        this.libc = libc;
        this.fd = fd;
        this.target = target;
        this.deadline = deadline;
        try {
            this.message = new Message(libc, HandoverMessage.MAX_BYTES, room);
            this.poll = new PollFd(libc);
        } catch (RuntimeException | Error e) { // no direct memory
            libc.close(fd);
            throw e;
        }
    }

    /** Gives the sockets to the other side and hears that it has them. They stay ours too. */
    void give(List<NamedSocket> sockets, Check allowed) throws IOException {
        try {
            check(allowed);
            receive();
            closeReceived(); // whoever sends some here wants to use up ours
            int[] descriptors =
                    sockets.stream().mapToInt(NamedSocket::descriptor).toArray();
            send(HandoverMessage.offer(sockets), descriptors);
            HandoverMessage answer = receive();
            closeReceived();
            answer.checkAccepted(sockets.size(), target);
        } catch (SystemCallException e) {
            refuse(e);
            throw e;
        }
    }

    /** Asks the other side for its sockets, which are the caller's from then on. */
    List<NamedSocket> take(IntPredicate allowed) throws IOException {
        try {
            check((pid, uid) -> allowed.test(uid) ? null : "user " + uid + " is not allowed");
            sendHello();
            HandoverMessage offer = receive();
            try {
                List<NamedSocket> sockets = check(offer, message.descriptors());
                send(HandoverMessage.accepted(sockets.size()), NONE);
                return sockets;
            } catch (IOException | RuntimeException | Error e) {
                closeReceived();
                throw e;
            }
        } catch (SystemCallException e) {
            refuse(e);
            throw e;
        }
    }

    private List<NamedSocket> check(HandoverMessage offer, int[] descriptors) throws SystemCallException {
        if (message.controlTruncated()) {
            throw new SystemCallException(
                    "recvmsg", target, Errno.EMFILE, "descriptors got lost on their way: raise LimitNOFILE");
        }
        List<String> names = offer.names(descriptors.length, target);
        List<NamedSocket> sockets = new ArrayList<>();
        for (int i = 0; i < descriptors.length; i++) {
            checkListens(names.get(i), descriptors[i]);
            sockets.add(new NamedSocket(names.get(i), descriptors[i]));
        }
        return List.copyOf(sockets);
    }

    /** One that would not accept, or is no socket at all, is found out here and not when a client comes. */
    private void checkListens(String name, int descriptor) throws SystemCallException {
        int type = option(descriptor, Constants.SO_TYPE);
        if (type != Constants.SOCK_DGRAM && (type < 0 || option(descriptor, Constants.SO_ACCEPTCONN) != 1)) {
            throw HandoverMessage.wrong(target, name + (type < 0 ? " is not a socket" : " does not listen"));
        }
    }

    private int option(int descriptor, int name) {
        Memory memory = Memory.allocate(libc, 8);
        memory.bytes().putInt(4, 4);
        int result = libc.getsockopt(descriptor, Constants.SOL_SOCKET, name, memory.address(), memory.address() + 4);
        memory.keepAlive();
        return result < 0 ? result : memory.bytes().getInt(0);
    }

    /** Process and user by the kernel's word: of who connected, or of who listens. See SO_PEERCRED in unix(7). */
    private void check(Check allowed) throws SystemCallException {
        Memory memory = Memory.allocate(libc, UCRED + 4);
        memory.bytes().putInt(UCRED, UCRED);
        int result = libc.getsockopt(
                fd, Constants.SOL_SOCKET, Constants.SO_PEERCRED, memory.address(), memory.address() + UCRED);
        memory.keepAlive();
        check("getsockopt(SO_PEERCRED)", result);
        String refusal =
                allowed.refusal(memory.bytes().getInt(0), memory.bytes().getInt(4));
        if (refusal != null) {
            throw new SystemCallException("handover", target, Errno.EPERM, refusal);
        }
    }

    /** A side that has refused us already no longer reads; what it said is there to be received. */
    private void sendHello() throws SystemCallException {
        try {
            send(HandoverMessage.hello(), NONE);
        } catch (SystemCallException e) {
            if (e.errno() != Errno.EPIPE && e.errno() != Errno.ECONNRESET) {
                throw e;
            }
        }
    }

    private void send(byte[] bytes, int[] descriptors) throws SystemCallException {
        message.payload().put(message.payloadOffset(), bytes);
        while (true) {
            long sent = message.send(fd, bytes.length, descriptors, NONE, Constants.MSG_NOSIGNAL);
            if (sent >= 0) {
                return; // whole, as all messages of a seqpacket socket
            }
            if (sent != -Errno.EINTR) {
                waitUnlessFailed("sendmsg", sent, Constants.POLLOUT);
            }
        }
    }

    private HandoverMessage receive() throws SystemCallException {
        boolean reset = false;
        while (true) {
            long length = message.receive(fd, 0);
            if (length > 0) {
                return parse((int) length);
            }
            if (length == 0) {
                closeReceived(); // an empty message, which cannot be told from the end, may bring some
                throw new SystemCallException(
                        "recvmsg", target, Errno.ECONNRESET, "the other side went away in the middle of it");
            }
            if (length == -Errno.ECONNRESET && !reset) {
                reset = true; // it left without reading what we said; what it said comes after that
            } else if (length != -Errno.EINTR) {
                waitUnlessFailed("recvmsg", length, Constants.POLLIN);
            }
        }
    }

    private HandoverMessage parse(int length) throws SystemCallException {
        try {
            if (message.truncated()) {
                throw HandoverMessage.wrong(target, "a message of more than " + HandoverMessage.MAX_BYTES + " bytes");
            }
            byte[] bytes = new byte[length];
            message.payload().get(message.payloadOffset(), bytes);
            return HandoverMessage.parse(bytes, target);
        } catch (SystemCallException e) {
            closeReceived();
            throw e;
        }
    }

    private void closeReceived() {
        for (int descriptor : message.descriptors()) {
            libc.close(descriptor);
        }
    }

    private void waitUnlessFailed(String call, long result, int events) throws SystemCallException {
        if (result != -Errno.EAGAIN) {
            check(call, (int) result);
        }
        int ready = poll.await(fd, events, deadline);
        check("poll", ready);
        if (ready == 0) {
            throw new SystemCallException(call, target, Errno.ETIMEDOUT, "the other side is there and says nothing");
        }
    }

    /** Tells the other side why, as far as it still listens; the failure is ours to report all the same. */
    private void refuse(SystemCallException reason) {
        String text = reason.getMessage();
        byte[] bytes = HandoverMessage.refused(text == null ? "" : text);
        message.payload().put(message.payloadOffset(), bytes);
        message.send(fd, bytes.length, NONE, NONE, Constants.MSG_NOSIGNAL);
    }

    private void check(String call, int result) throws SystemCallException {
        if (result < 0) {
            boolean ours = call.equals("sendmsg") && result == -Errno.EBADF;
            throw new SystemCallException(call, target, -result, ours ? "one of the sockets is not open" : null);
        }
    }

    @Override
    public void close() {
        libc.close(fd);
    }
}
