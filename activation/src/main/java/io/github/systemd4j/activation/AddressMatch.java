package io.github.systemd4j.activation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which inherited socket is meant by an address that a server wants to bind. */
final class AddressMatch {

    private AddressMatch() {}

    /** Null for none. Port 0 and no address mean a new one, whatever was inherited. */
    static @Nullable InheritedDescriptor find(
            List<InheritedDescriptor> descriptors, @Nullable SocketAddress wanted, boolean listening) {
        if (wanted == null || (wanted instanceof InetSocketAddress inet && inet.getPort() == 0)) {
            return null;
        }
        InheritedDescriptor wildcard = null;
        InheritedDescriptor narrower = null;
        int narrowers = 0;
        for (InheritedDescriptor each : descriptors) {
            SocketAddress local = candidate(each, listening);
            if (wanted.equals(local)) {
                return each; // also where an earlier one would do: 0.0.0.0 and [::] of one port may both be there
            }
            if (local instanceof InetSocketAddress inet && isWildcardOfItsPort(wanted, inet)) {
                if (isWildcard(inet)) {
                    wildcard = wildcard == null ? each : wildcard;
                } else {
                    narrower = each;
                    narrowers++;
                }
            }
        }
        return wildcard == null && narrowers == 1 ? narrower : wildcard;
    }

    /** Whether all addresses are wanted, of the port that this one has. */
    private static boolean isWildcardOfItsPort(SocketAddress wanted, InetSocketAddress local) {
        return wanted instanceof InetSocketAddress inet && inet.getPort() == local.getPort() && isWildcard(inet);
    }

    /** The address of one that could do: not taken, of the kind, and not abstract, for which the JDK has no address. */
    private static @Nullable SocketAddress candidate(InheritedDescriptor descriptor, boolean listening) {
        boolean fits = listening
                ? descriptor.isSocket(null, null, true)
                : descriptor.isSocketInet(null, DescriptorType.DATAGRAM, null, 0);
        SocketAddress local = fits ? descriptor.localAddress().orElse(null) : null;
        return local == null || local.toString().isEmpty() ? null : local;
    }

    private static boolean isWildcard(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        return host != null && host.isAnyLocalAddress();
    }
}
