package sun.nio.ch;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.function.BiFunction;

/** A server channel that, when it is bound, becomes the inherited listener of that address if there is one. */
final class SystemdServerSocketChannel extends ServerSocketChannelImpl {

    private final BiFunction<SocketAddress, Boolean, Integer> adopter;

    SystemdServerSocketChannel(
            SelectorProvider provider, ProtocolFamily family, BiFunction<SocketAddress, Boolean, Integer> adopter)
            throws IOException {
        super(provider, family);
        this.adopter = adopter;
    }

    @Override
    public ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException {
        synchronized (SystemdBridge.stateLock(this)) { // or a close in between would free the number that is replaced
            if (getLocalAddress() != null) { // throws when it is closed
                throw new AlreadyBoundException();
            }
            int number = adopter.apply(local, true);
            if (number >= 0) {
                SystemdBridge.replace(this, number);
                return this;
            }
        }
        return super.bind(local, backlog);
    }
}
