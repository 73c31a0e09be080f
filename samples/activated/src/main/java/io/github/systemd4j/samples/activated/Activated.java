package io.github.systemd4j.samples.activated;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.GateDiagnostics;
import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.activation.SocketHandover;
import io.github.systemd4j.sdnotify.Notifier;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An HTTP service that is started by its sockets: systemd listens, and starts it for the first connection. It serves on
 * what it was passed, and where nothing was passed on a port of its own. With {@code --idle-exit} it ends when nobody
 * needs it; nothing is lost, for systemd goes on listening.
 */
public final class Activated {

    private static final int EXIT_FAILURE = 1;
    private static final int EXIT_USAGE = 64;

    private static final Duration TAKE_TIMEOUT = Duration.ofSeconds(30);

    private Activated() {}

    /**
     * The program.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        try {
            Options options = Options.parse(List.of(arguments), System.getenv());
            if (options.help()) {
                System.out.print(Options.HELP);
                return;
            }
            serve(options);
        } catch (UsageException e) {
            System.err.println("activated: " + e.getMessage());
            System.exit(EXIT_USAGE);
        } catch (IOException e) {
            System.err.println("activated: " + e.getMessage());
            System.exit(EXIT_FAILURE);
        }
    }

    private static void serve(Options options) throws IOException {
        Notifier notifier = Notifier.fromEnvironment();
        notifier.warmUp();
        Activation activation = activation(options);
        List<ServerSocketChannel> listeners = listeners(activation, options.port());
        HttpLoop loop = HttpLoop.open(listeners, options.idleExit());
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            notifier.stopping();
                            loop.stop();
                            System.out.println("stopped after " + loop.served() + " answers");
                        },
                        "activated-stop"));
        notifier.ready("serving on " + listeners.size() + " sockets");
        loop.run();
    }

    private static Activation activation(Options options) throws IOException {
        String giver = options.take();
        if (giver == null) {
            return Activation.fromEnvironment(options.policy());
        }
        int self = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        return SocketHandover.take(giver, uid -> uid == 0 || uid == self, TAKE_TIMEOUT);
    }

    private static List<ServerSocketChannel> listeners(Activation activation, int port) throws IOException {
        List<ServerSocketChannel> listeners = new ArrayList<>();
        if (activation.status() != Activation.Status.PASSED) {
            System.out.println(activation.reason());
            ServerSocketChannel own =
                    activation.bindOrAdopt(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            System.out.println("serving " + own.getLocalAddress());
            listeners.add(own);
            return listeners;
        }
        for (InheritedDescriptor descriptor : activation.descriptors()) {
            if (descriptor.isSocket(null, null, true)) {
                System.out.println("serving " + descriptor);
                listeners.add(descriptor.serverSocketChannel());
            } else {
                System.out.println("not for us: " + descriptor);
            }
        }
        System.out.println(GateDiagnostics.current());
        if (listeners.isEmpty()) {
            throw new IOException("none of the descriptors passed is a listening socket: " + activation);
        }
        return listeners;
    }
}
