package io.github.systemd4j.servers;

import io.vertx.core.Vertx;

/** Vert.x with a port. */
public final class VertxHttp {

    private VertxHttp() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        Vertx vertx = Vertx.vertx();
        vertx.createHttpServer()
                .requestHandler(request -> request.response().end(Greeting.text()))
                .listen(port, "127.0.0.1")
                .await();
        Greeting.stopWith(() -> vertx.close().await());
    }
}
