package io.github.systemd4j.servers;

import io.github.systemd4j.activation.Activation;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;

/** Netty on the JDK's channel of a path. It deletes the path when it is closed. */
public final class NettyNioUnix {

    private NettyNioUnix() {}

    public static void main(String[] args) throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        ServerSocketChannel web = Activation.fromEnvironment().bindOrAdopt("web", UnixDomainSocketAddress.of(args[0]));
        Channel server = new ServerBootstrap()
                .group(group)
                .channelFactory(() -> new NioServerDomainSocketChannel(web))
                .childHandler(new NettyHttp())
                .register() // not bind(), for it is bound
                .sync()
                .channel();
        Greeting.stopWith(() -> server.close().sync());
    }
}
