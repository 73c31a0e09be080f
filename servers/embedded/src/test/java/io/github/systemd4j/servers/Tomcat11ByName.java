package io.github.systemd4j.servers;

import io.github.systemd4j.activation.Activation;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioEndpoint;

/** Tomcat with a channel that its endpoint is given. */
public final class Tomcat11ByName {

    private Tomcat11ByName() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        ServerSocketChannel web =
                Activation.fromEnvironment().bindOrAdopt("web", new InetSocketAddress("127.0.0.1", port));
        Connector connector = new Connector(new Http11NioProtocol(new ChannelEndpoint(web)));
        connector.setPort(port); // it wants one, though nothing is bound to it any more
        Tomcat11.start(connector);
    }

    static final class ChannelEndpoint extends NioEndpoint {
        private final ServerSocketChannel channel;

        ChannelEndpoint(ServerSocketChannel channel) {
            this.channel = channel;
        }

        @Override
        protected void initServerSocket() {}

        @Override
        protected ServerSocketChannel getServerSocket() {
            return channel;
        }

        @Override
        protected SocketChannel serverSocketAccept() throws IOException {
            return channel.accept();
        }

        @Override
        protected void doCloseServerSocket() throws IOException {
            channel.close();
        }
    }
}
