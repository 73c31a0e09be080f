package sun.nio.ch;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.function.BiFunction;

/** A datagram channel that, when it is bound, becomes the inherited socket of that address if there is one. */
final class SystemdDatagramChannel extends DatagramChannelImpl {

    private final BiFunction<SocketAddress, Boolean, Integer> adopter;

    SystemdDatagramChannel(
            SelectorProvider provider, ProtocolFamily family, BiFunction<SocketAddress, Boolean, Integer> adopter)
            throws IOException {
        super(provider, family, true);
        this.adopter = adopter;
    }

    @Override
    public DatagramChannel bind(SocketAddress local) throws IOException {
        synchronized (SystemdBridge.stateLock(this)) { // or a close in between would free the number that is replaced
            if (getLocalAddress() != null) { // throws when it is closed
                throw new AlreadyBoundException();
            }
            int number = adopter.apply(local, false);
            if (number >= 0) {
                SystemdBridge.replace(this, number);
                return this;
            }
        }
        return super.bind(local);
    }
}
