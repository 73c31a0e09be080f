package io.github.systemd4j.servers;

import io.undertow.Undertow;

/** Undertow with a port. */
public final class UndertowHttp {

    private UndertowHttp() {}

    public static void main(String[] args) {
        int port = Integer.parseInt(args[0]);
        Undertow server = Undertow.builder()
                .addHttpListener(port, "127.0.0.1")
                .setHandler(exchange -> exchange.getResponseSender().send(Greeting.text()))
                .build();
        server.start();
        Greeting.stopWith(server::stop);
    }
}
