package io.github.systemd4j.servers;

import io.helidon.webserver.WebServer;

/** Helidon with a port. */
public final class Helidon {

    private Helidon() {}

    public static void main(String[] args) {
        int port = Integer.parseInt(args[0]);
        WebServer server = WebServer.builder()
                .host("127.0.0.1")
                .port(port)
                .routing(routing -> routing.get("/", (request, response) -> response.send(Greeting.text())))
                .build()
                .start();
        Greeting.stopWith(server::stop);
    }
}
