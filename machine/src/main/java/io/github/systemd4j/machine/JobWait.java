package io.github.systemd4j.machine;

import io.github.systemd4j.machine.dbus.Bus;
import io.github.systemd4j.machine.dbus.BusException;
import io.github.systemd4j.machine.dbus.Message;
import io.github.systemd4j.machine.dbus.SignalFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Waits for the end of a job of systemd's. The signal may come before it is known which job it is about. */
final class JobWait implements Bus.SignalHandler {

    static final SignalFilter FILTER =
            new SignalFilter(Remote.SYSTEMD, "/org/freedesktop/systemd1", Remote.SYSTEMD + ".Manager");

    private static final String MEMBER = "JobRemoved";
    private static final String SIGNATURE = "uoss";
    /** More jobs than this do not end while a call is made; it is there so that nobody can fill our memory. */
    private static final int MAX_KEPT = 10_000;
    /** Likewise: no path of a job is as long, and no result. */
    private static final int MAX_LENGTH = 255;

    /** The end of a job, if it is true. */
    private record Removed(@Nullable String sender, String job, String result) {}

    // under the monitor
    private final List<Removed> removed = new ArrayList<>();
    private boolean lost;

    @Override
    public synchronized void signal(Message signal) {
        if (!MEMBER.equals(signal.member()) || !SIGNATURE.equals(signal.signature()) || removed.size() == MAX_KEPT) {
            return;
        }
        String job = (String) signal.body().get(1);
        String result = (String) signal.body().get(3);
        if (job.length() <= MAX_LENGTH && result.length() <= MAX_LENGTH) {
            removed.add(new Removed(signal.sender(), job, result));
            notifyAll();
        }
    }

    @Override
    public synchronized void lost() {
        lost = true;
        notifyAll();
    }

    /** The result of a job, such as {@code done}, as systemd itself says: anybody can send such a signal to us. */
    synchronized String await(String job, String systemd, Duration timeout) throws BusException {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean interrupted = false;
        try {
            String result = result(job, systemd);
            while (result == null) {
                long nanos = deadline - System.nanoTime();
                if (lost) {
                    throw BusException.lost("the connection ended before the job " + job);
                } else if (nanos <= 0) {
                    throw BusException.timeout("the job " + job + " has not ended in time");
                }
                try {
                    wait(nanos / 1_000_000, (int) (nanos % 1_000_000));
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                result = result(job, systemd);
            }
            return result;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private @Nullable String result(String job, String systemd) {
        String result = null;
        for (Removed each : removed) {
            if (each.job().equals(job) && systemd.equals(each.sender())) {
                result = each.result();
            }
        }
        removed.clear();
        return result;
    }
}
