package io.github.systemd4j.samples.readiness;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.sdnotify.Notification;
import io.github.systemd4j.sdnotify.Notifier;
import io.github.systemd4j.sdnotify.NotifyResult;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The readiness sample as it is, which says READY, STATUS, WATCHDOG, RELOADING, STOPPING and EXTEND_TIMEOUT_USEC, and beside
 * it, in the same process, what it has no use for: MAINPID, FDSTORE and BARRIER, when told so over a unix socket.
 */
final class Prober {

    private Prober() {}

    /** The control socket's path, then the sample's arguments. */
    public static void main(String[] arguments) throws Exception {
        try (ServerSocketChannel control = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Readiness.main(Arrays.copyOfRange(arguments, 1, arguments.length)); // returns when it serves
            control.bind(UnixDomainSocketAddress.of(Path.of(arguments[0])));
            Notifier notifier = Notifier.fromEnvironment();
            CountDownLatch end = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> await(end)));
            while (true) {
                try (SocketChannel connection = control.accept()) {
                    ByteBuffer command = ByteBuffer.allocate(100);
                    connection.read(command);
                    String text = UTF_8.decode(command.flip()).toString();
                    if (text.equals("end")) {
                        end.countDown();
                    } else {
                        Channels.newOutputStream(connection)
                                .write(obey(notifier, text).getBytes(UTF_8));
                    }
                }
            }
        }
    }

    /** Lives on for as long as the test wants to look at what its stop has brought. */
    private static void await(CountDownLatch end) {
        try {
            boolean unused = end.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String obey(Notifier notifier, String command) throws Exception {
        NotifyResult result = switch (command.split(" ", -1)[0]) {
            case "mainpid" ->
                notifier.send(Notification.builder()
                        .mainPid(ProcessHandle.current().pid())
                        .build());
            case "store" -> notifier.send(store());
            case "barrier" -> notifier.barrier(Duration.ofMillis(Long.parseLong(command.split(" ", -1)[1])));
            default -> throw new IllegalArgumentException("command: " + command);
        };
        return result.toString();
    }

    private static Notification store() {
        int socket = Objects.requireNonNull(Backend.current().libc())
                .socket(Constants.AF_UNIX, Constants.SOCK_DGRAM | Constants.SOCK_CLOEXEC, 0);
        return Notification.builder().storeDescriptors("probe", socket).build();
    }
}
