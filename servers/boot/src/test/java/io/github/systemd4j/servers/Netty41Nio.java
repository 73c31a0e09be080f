package io.github.systemd4j.servers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/** Netty 4.1 on the JDK's channels. */
public final class Netty41Nio {

    private Netty41Nio() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        Channel server = new ServerBootstrap()
                .group(new NioEventLoopGroup(2))
                .channel(NioServerSocketChannel.class)
                .childHandler(new NettyHttp())
                .bind("127.0.0.1", port)
                .sync()
                .channel();
        Greeting.stopWith(() -> server.close().sync());
    }
}
