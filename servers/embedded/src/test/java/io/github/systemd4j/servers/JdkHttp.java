package io.github.systemd4j.servers;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** The JDK's own server, on each of the ports it is told. */
public final class JdkHttp {

    private JdkHttp() {}

    public static void main(String[] args) throws Exception {
        for (String arg : args) {
            int port = Integer.parseInt(arg);
            HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
            server.createContext("/", exchange -> {
                byte[] body = Greeting.text().getBytes(StandardCharsets.US_ASCII);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
            Greeting.stopWith(() -> server.stop(0));
        }
    }
}
