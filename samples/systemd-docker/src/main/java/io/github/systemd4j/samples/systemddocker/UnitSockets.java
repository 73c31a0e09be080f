package io.github.systemd4j.samples.systemddocker;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.DescriptorType;
import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.activation.ListenPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The sockets of our unit, from a socket unit or from the store of file descriptors. */
final class UnitSockets {

    private UnitSockets() {}

    /**
     * Those that a container can serve.
     *
     * @throws UsageException if {@code --sockets} asks for them and there are none
     */
    static List<InheritedDescriptor> of(Map<String, String> environment, Options options, Log log)
            throws UsageException {
        if (!options.sockets()) {
            if (environment.containsKey("LISTEN_FDS")) {
                log.warn("the sockets of the unit stay here, where nobody serves them: --sockets gives them to the"
                        + " container");
            }
            return List.of();
        }
        Activation activation =
                Activation.of(environment, ProcessHandle.current().pid(), ListenPolicy.STRICT);
        List<InheritedDescriptor> sockets = new ArrayList<>();
        for (InheritedDescriptor descriptor : activation.descriptors()) {
            if (descriptor.isSocket(null, null, true) || descriptor.isSocket(null, DescriptorType.DATAGRAM, null)) {
                sockets.add(descriptor);
            } else {
                log.warn("not for the container, because it is no socket that listens: " + descriptor);
            }
        }
        if (sockets.isEmpty()) {
            throw new UsageException("--sockets: there are none, " + activation.reason()
                    + "; the unit needs a socket unit (not Accept=yes), and Requires= it");
        }
        return sockets;
    }
}
