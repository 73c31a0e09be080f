package io.github.systemd4j.servers;

import io.github.systemd4j.activation.Activation;
import java.net.InetSocketAddress;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Jetty with a channel that it is given. */
public final class JettyByName {

    private JettyByName() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.open(Activation.fromEnvironment().bindOrAdopt("web", new InetSocketAddress("127.0.0.1", port)));
        server.addConnector(connector);
        server.setHandler(new Jetty.Hello());
        server.start();
        Greeting.stopWith(server::stop);
    }
}
