package io.github.systemd4j.sdnotify;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.libc.Constants;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;

/** A process that may have fewer descriptors than one datagram brings, at first some and then none. */
final class FullTableProbe {

    private static final int LIMIT = 200;
    private static final int FEW = 3;
    private static final int MOST = Constants.SCM_MAX_FD; // more than the limit
    private static final int TIMES = 20;
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
        String room = "room for all: " + received(FEW) + relayed();
        toRelay.send("READY=1");
        manager.next().close(); // by now what came before it is closed
        int before = open();
        Set<String> some = new LinkedHashSet<>();
        for (int i = 1; i <= TIMES; i++) {
            some.add(received(MOST) + refused(i) + left(before));
        }
        fill();
        String none = received(MOST) + refused(TIMES + 1);
        toRelay.send("READY=1");
        String after = manager.nextText();
        empty();
        System.out.println(room);
        System.out.println("room for some: " + some);
        System.out.println("room for none: " + none);
        System.out.println("then: " + after + left(before));
    }

    private int[] descriptors(int count) {
        int[] all = new int[count];
        Arrays.fill(all, pipe[1]);
        return all;
    }

    /** The JVM opens and closes files when it likes, so none of this is exact. */
    private String received(int sent) throws Exception {
        toReceiver.send(MESSAGE, descriptors(sent));
        try (ReceivedNotification next = receiver.next()) {
            int came = next.descriptorCount();
            String how = came == sent ? "all" : came > LIMIT / 4 ? "some" : "few or none";
            return how + " came, truncated: " + next.isTruncated() + ", " + next.fields();
        }
    }

    private String relayed() throws Exception {
        toRelay.send(MESSAGE, descriptors(FEW));
        try (ReceivedNotification next = manager.next()) {
            return ", relayed with " + next.descriptorCount();
        }
    }

    private String refused(int count) {
        toRelay.send(MESSAGE, descriptors(MOST));
        return await(counts -> counts.refused() == count) ? ", refused" : ", " + relay.counts();
    }

    private boolean await(Predicate<NotifyRelay.Counts> condition) {
        long deadline = Deadline.in(Duration.ofSeconds(30).toNanos());
        while (!condition.test(relay.counts()) && !Deadline.isPast(deadline)) {
            Thread.onSpinWait();
        }
        return condition.test(relay.counts());
    }

    /** The relay closes what it has refused after it has counted it. */
    private static String left(int before) {
        long deadline = Deadline.in(Duration.ofSeconds(10).toNanos());
        while (open() > before && !Deadline.isPast(deadline)) {
            Thread.onSpinWait();
        }
        int now = open();
        return now <= before ? ", none is left" : ", " + now + " are open, of " + before + " before";
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
