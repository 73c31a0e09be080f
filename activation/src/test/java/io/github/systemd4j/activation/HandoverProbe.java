package io.github.systemd4j.activation;

import java.time.Duration;

/** Takes the sockets that a user gives at an address, says their names, and answers one connection on each. */
final class HandoverProbe {

    private HandoverProbe() {}

    public static void main(String[] arguments) throws Exception {
        int giver = Integer.parseInt(arguments[1]);
        var sockets = SocketHandover.takeNumbers(arguments[0], uid -> uid == giver, Duration.ofSeconds(30));
        System.out.println(sockets.stream().map(NamedSocket::name).toList());
        for (NamedSocket socket : sockets) {
            OwnedSockets.answer(
                    socket.descriptor(),
                    socket.name() + " by " + ProcessHandle.current().pid());
        }
    }
}
