package io.github.systemd4j.servers;

import io.github.systemd4j.activation.Activation;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;

/** Netty on a channel that it is given. */
public final class NettyNioByName {

    private NettyNioByName() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        ServerSocketChannel web =
                Activation.fromEnvironment().bindOrAdopt("web", new InetSocketAddress("127.0.0.1", port));
        Channel server = new ServerBootstrap()
                .group(group)
                .channelFactory(() -> new NioServerSocketChannel(web))
                .childHandler(new NettyHttp())
                .register() // not bind(), for it is bound
                .sync()
                .channel();
        Greeting.stopWith(() -> server.close().sync());
    }
}
