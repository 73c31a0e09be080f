package io.github.systemd4j.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.DescriptorType;
import io.github.systemd4j.activation.InheritedDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Serves whatever it was passed: answers where it can, and otherwise says what it has received. */
final class AnsweringService {

    private final Consumer<String> said;
    private final List<AutoCloseable> channels = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    private AnsweringService(Consumer<String> said) {
        this.said = said;
    }

    static AnsweringService start(Activation activation, Consumer<String> said) throws IOException {
        AnsweringService service = new AnsweringService(said);
        for (InheritedDescriptor each : activation.descriptors()) {
            service.serve(each);
        }
        service.threads.forEach(Thread::start);
        return service;
    }

    public static void main(String[] arguments) throws Exception {
        Activation activation = Activation.fromEnvironment();
        System.out.println(activation.status() + " " + activation.reason());
        start(activation, System.out::println);
        new CountDownLatch(1).await();
    }

    private void serve(InheritedDescriptor each) throws IOException {
        String answer = each.name() + " by " + ProcessHandle.current().pid();
        if (each.isSocket(null, null, true)) {
            ServerSocketChannel listener = keep(each.serverSocketChannel());
            thread(() -> {
                while (true) {
                    say(listener.accept(), answer);
                }
            });
        } else if (each.isSocketInet(StandardProtocolFamily.INET, null, null, 0)
                || each.isSocketInet(StandardProtocolFamily.INET6, null, null, 0)) {
            inet(each, answer);
        } else {
            Pipe.SourceChannel source = keep(each.sourceChannel());
            thread(() -> {
                ByteBuffer bytes = ByteBuffer.allocate(100);
                source.read(bytes);
                said.accept(each.name() + ": " + UTF_8.decode(bytes.flip()));
            });
        }
    }

    private void inet(InheritedDescriptor each, String answer) throws IOException {
        if (each.type() == DescriptorType.STREAM) {
            SocketChannel connection = keep(each.socketChannel());
            thread(() -> say(connection, answer));
            return;
        }
        DatagramChannel datagrams = keep(each.datagramChannel());
        thread(() -> {
            SocketAddress from = datagrams.receive(ByteBuffer.allocate(100));
            datagrams.send(UTF_8.encode(answer), from);
        });
    }

    private static void say(SocketChannel connection, String answer) throws IOException {
        try (connection) {
            connection.write(UTF_8.encode(answer));
        }
    }

    private <C extends AutoCloseable> C keep(C channel) {
        channels.add(channel);
        return channel;
    }

    private void thread(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (ClosedChannelException e) {
                // the end
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        thread.setDaemon(true);
        threads.add(thread);
    }

    void stop() throws Exception {
        for (AutoCloseable each : channels) {
            each.close();
        }
        for (Thread each : threads) {
            each.join(10_000);
        }
    }

    private interface Work {
        void run() throws IOException;
    }
}
