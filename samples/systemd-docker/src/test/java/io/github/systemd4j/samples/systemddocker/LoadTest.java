package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That the measure measures: what it says never happened is seen when it does. */
@Timeout(60)
class LoadTest {

    private static ServerSocket server() throws Exception {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @Test
    void whereNobodyListens() throws Exception {
        ServerSocket server = server();
        server.close();

        assertThat(outcomesOf(server.getLocalPort())).containsOnlyKeys(Load.REFUSED);
    }

    @Test
    void whoIsNotAnsweredToTheEnd() throws Exception {
        try (ServerSocket server = server()) {
            Thread resets = new Thread(() -> {
                try {
                    while (true) {
                        Socket connection = server.accept();
                        connection.setSoLinger(true, 0); // a reset
                        connection.close();
                    }
                } catch (Exception e) {
                    // the end of the test
                }
            });
            resets.start();

            assertThat(outcomesOf(server.getLocalPort())).containsOnlyKeys(Load.CUT);
        }
    }

    private static Map<String, Integer> outcomesOf(int port) throws Exception {
        Load load = Load.on(port);
        try (load) {
            while (load.outcomes().isEmpty()) {
                Thread.onSpinWait();
            }
        }
        return load.outcomes();
    }
}
