package io.github.systemd4j.activation;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/**
 * The transparent mode, from outside: a server that was never changed, and knows nothing of systemd, serves on
 * inherited sockets when it is started with
 *
 * <pre>{@code
 * -Djava.nio.channels.spi.SelectorProvider=io.github.systemd4j.activation.ActivatedSelectorProvider
 * --add-opens=java.base/sun.nio.ch=ALL-UNNAMED
 * }</pre>
 *
 * <p>and this jar on its class path. Its {@code bind(address)} then takes the inherited socket of that address, as
 * {@link Activation#bindOrAdopt} finds it; all else is the JDK's own provider. The second line is not needed where
 * JNI can be called (see {@link GateDiagnostics}). Where there is no gate at all no provider can be made, and the JVM
 * says so when its first channel is opened.
 *
 * <p>The JDK loads the class by the system class loader, which doesn't see into a Spring Boot fat jar: there call {@link
 * Activation#adoptOnBind} first in {@code main}. The system property {@code io.github.systemd4j.activation.policy} set
 * to {@code container} is {@link ListenPolicy#CONTAINER}. {@link java.net.ServerSocket} and the asynchronous channels have
 * no such provider. Limits: see {@link Activation#adoptOnBind}.
 *
 * <p>Thread safe.
 */
public final class ActivatedSelectorProvider extends SelectorProvider {

    private static final String POLICY = "io.github.systemd4j.activation.policy";

    private final Activation activation;
    private final SelectorProvider delegate;

    /**
     * Made by the JDK.
     *
     * @throws IOException if there is no gate to the JDK's own provider; the message says what to do
     */
    public ActivatedSelectorProvider() throws IOException {
        ListenPolicy policy = System.getProperty(POLICY, "").equalsIgnoreCase("container")
                ? ListenPolicy.CONTAINER
                : ListenPolicy.STRICT;
        activation = Activation.fromEnvironment(policy);
        delegate = Gate.current().orThrow("a server's own channel").selectorProvider(activation.adopter());
    }

    boolean adoptsFor(Activation other) {
        return activation == other;
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return delegate.openDatagramChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return delegate.openDatagramChannel(family);
    }

    @Override
    public Pipe openPipe() throws IOException {
        return delegate.openPipe();
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return delegate.openSelector();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return delegate.openServerSocketChannel();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return delegate.openServerSocketChannel(family);
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return delegate.openSocketChannel();
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return delegate.openSocketChannel(family);
    }

    @Override
    public @Nullable Channel inheritedChannel() throws IOException {
        return delegate.inheritedChannel();
    }
}
