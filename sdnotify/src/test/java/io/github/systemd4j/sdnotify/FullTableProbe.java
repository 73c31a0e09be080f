package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.libc.Constants;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;

/**
 * A process that can open no more descriptors, and is sent some. It first does the same with room for them, so that all
 * classes are there: to load one opens a file.
 */
final class FullTableProbe {

    private static final int SENT = 3;
    private static final int LIMIT = 200;
    private static final String MESSAGE = "FDSTORE=1";

    private final Deque<Integer> filling = new ArrayDeque<>();
    private final int[] pipe = Descriptors.pipe();
    private final Manager manager = Manager.start(); // above the relay
    private final Manager receiver = Manager.start(); // one that is asked itself
    private final Notifier upstream = manager.notifier();
    private final NotifyRelay relay =
            NotifyRelay.start(NotifyReceiver.bind(Manager.freshAddress()), upstream, RelayPolicy.forwardAll());
    private final RawSender toRelay = new RawSender(relay.address());
    private final RawSender toReceiver = new RawSender(receiver.receiver().address());

    private FullTableProbe() throws Exception {}

    public static void main(String[] arguments) throws Exception {
        new FullTableProbe().run();
        System.exit(0);
    }

    private void run() throws Exception {
        String room = "room: " + received() + relayed();
        fill();
        empty();
        int before = open();

        fill();
        String full = "none: " + received() + refused(1);
        Descriptors.close(filling.remove(), filling.remove());
        String nearlyFull = "less: " + received() + refused(2);
        toRelay.send("READY=1");
        String after = "then: " + manager.nextText();
        empty();
        System.out.println(room);
        System.out.println(full);
        System.out.println(nearlyFull);
        System.out.println(after + (settles(before) ? ", nothing leaked" : ", " + open() + " open, not " + before));
    }

    private String received() throws Exception {
        toReceiver.send(MESSAGE, pipe[1], pipe[1], pipe[1]);
        try (ReceivedNotification next = receiver.next()) {
            // fewer than there were places, perhaps: the JVM itself may hold one for a moment
            return next.isTruncated() + " " + (next.descriptorCount() < SENT) + " " + next.fields();
        }
    }

    private String relayed() throws Exception {
        toRelay.send(MESSAGE, pipe[1], pipe[1], pipe[1]);
        try (ReceivedNotification next = manager.next()) {
            return ", relayed with " + next.descriptorCount();
        }
    }

    private String refused(int count) {
        toRelay.send(MESSAGE, pipe[1], pipe[1], pipe[1]);
        return await(counts -> counts.refused() == count) ? ", refused" : ", " + relay.counts();
    }

    private boolean await(Predicate<NotifyRelay.Counts> condition) {
        long deadline = Deadline.in(Duration.ofSeconds(30).toNanos());
        while (!condition.test(relay.counts()) && !Deadline.isPast(deadline)) {
            Thread.onSpinWait();
        }
        return condition.test(relay.counts());
    }

    private boolean settles(int expected) {
        long deadline = Deadline.in(Duration.ofSeconds(5).toNanos());
        while (open() != expected && !Deadline.isPast(deadline)) {
            Thread.onSpinWait();
        }
        return open() == expected;
    }

    private void fill() {
        int fd = duplicate();
        for (; fd >= 0; fd = duplicate()) {
            filling.add(fd);
        }
        if (fd != -Errno.EMFILE) {
            throw new AssertionError("errno " + -fd);
        }
    }

    private int duplicate() {
        return Descriptors.LIBC.fcntl(pipe[0], Constants.F_DUPFD_CLOEXEC, 3);
    }

    private void empty() {
        for (int fd : filling) {
            Descriptors.close(fd);
        }
        filling.clear();
    }

    /** Without opening a directory for it. */
    private static int open() {
        int count = 0;
        for (int fd = 0; fd < LIMIT; fd++) {
            count += Descriptors.LIBC.fcntl(fd, Constants.F_GETFD, 0) >= 0 ? 1 : 0;
        }
        return count;
    }
}
