package io.github.systemd4j.jmh;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import info.faljse.SDNotify.SDNotify;
import io.github.systemd4j.sdnotify.Notification;
import io.github.systemd4j.sdnotify.Notifier;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One notification, in the steady state. Eight of them make an invocation, because the kernel queues eleven at most
 * where {@code net.unix.max_dgram_qlen} is 10; between two invocations, outside of the measured time, the queue is
 * emptied and counted, so a benchmark that does not really send fails.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(NotifyBenchmark.BATCH)
public class NotifyBenchmark {

    static final int BATCH = 8;

    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;

    /** The manager: who receives, in the same process. */
    @State(Scope.Thread)
    public static class Manager {

        int expected = BATCH;

        @Setup(Level.Trial)
        public void bind() {
            int result = Floor.bind();
            if (result != 0) {
                throw new IllegalStateException("bind(NOTIFY_SOCKET): errno " + -result);
            }
        }

        @TearDown(Level.Invocation)
        public void drain() {
            int count = Floor.drain();
            if (count != expected) {
                throw new IllegalStateException(count + " datagrams arrived instead of " + expected);
            }
        }
    }

    /** Ours. */
    @State(Scope.Thread)
    public static class Ours {

        final Notifier notifier = Notifier.fromEnvironment();
        final Notification constant =
                Notification.builder().watchdog().status("serving").build();
    }

    /** A status that changes, without the price of making it. */
    @State(Scope.Thread)
    public static class Texts {

        private final String[] texts = new String[64];
        private int next;

        @Setup(Level.Trial)
        public void fill() {
            for (int i = 0; i < texts.length; i++) {
                texts[i] = "serving " + (1000 + 137 * i) + " connections";
            }
        }

        String next() {
            return texts[next++ & 63];
        }
    }

    /** libsystemd from C. */
    @State(Scope.Thread)
    public static class Systemd {

        @Setup(Level.Trial)
        public void load() {
            if (Floor.hasLibsystemd() == 0) {
                throw new IllegalStateException("libsystemd.so.0 is not on this machine");
            }
        }
    }

    /** libsystemd by JNA. */
    @State(Scope.Thread)
    public static class Jna {
        final Libsystemd libsystemd = Native.load("systemd", Libsystemd.class);
    }

    /** The C library's send() by JNA's direct mapping, and nothing around it: what JNA leaves to anybody. */
    @State(Scope.Thread)
    public static class JnaSend {

        static {
            Native.register(JnaSend.class, NativeLibrary.getProcess());
        }

        private final Memory message = new Memory(16);

        @Setup(Level.Trial)
        public void fill() {
            message.setString(0, "WATCHDOG=1");
        }

        static native long send(int fd, long bytes, long length, int flags);
    }

    /** What the harness itself and the step into C take. */
    @Benchmark
    public int nothing(Manager manager) {
        manager.expected = 0;
        return Floor.nothing(BATCH);
    }

    @Benchmark
    public int cSend(Manager manager) {
        return Floor.send(BATCH);
    }

    @Benchmark
    public int cSdNotify(Manager manager, Systemd systemd) {
        return Floor.sdNotify(BATCH);
    }

    @Benchmark
    public long jnaSend(Manager manager, JnaSend jna) {
        int fd = Floor.sender();
        long address = Pointer.nativeValue(jna.message);
        long sent = 0;
        for (int i = 0; i < BATCH; i++) {
            sent += JnaSend.send(fd, address, 10, MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        return sent;
    }

    @Benchmark
    public boolean oursWatchdog(Manager manager, Ours ours) {
        boolean sent = true;
        for (int i = 0; i < BATCH; i++) {
            sent &= ours.notifier.watchdog().isSent();
        }
        return sent;
    }

    @Benchmark
    public boolean oursConstant(Manager manager, Ours ours) {
        boolean sent = true;
        for (int i = 0; i < BATCH; i++) {
            sent &= ours.notifier.send(ours.constant).isSent();
        }
        return sent;
    }

    @Benchmark
    public boolean oursStatus(Manager manager, Ours ours, Texts texts) {
        boolean sent = true;
        for (int i = 0; i < BATCH; i++) {
            sent &= ours.notifier.status(texts.next()).isSent();
        }
        return sent;
    }

    @Benchmark
    public void faljseWatchdog(Manager manager) {
        for (int i = 0; i < BATCH; i++) {
            SDNotify.sendWatchdog();
        }
    }

    @Benchmark
    public void faljseStatus(Manager manager, Texts texts) {
        for (int i = 0; i < BATCH; i++) {
            SDNotify.sendStatus(texts.next());
        }
    }

    @Benchmark
    public int jnaLibsystemd(Manager manager, Jna jna) {
        int sent = 0;
        for (int i = 0; i < BATCH; i++) {
            sent += jna.libsystemd.sd_notify(0, "WATCHDOG=1");
        }
        return sent;
    }
}
