package io.github.systemd4j.servers;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.InheritedDescriptor;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;

/** Netty's own transport on a descriptor that listens on a path. */
public final class NettyEpollUnix {

    private NettyEpollUnix() {}

    public static void main(String[] args) throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
        InheritedDescriptor web = Activation.fromEnvironment().first("web").orElseThrow();
        web.setNonBlocking(); // or the event loop of Netty 4.1 hangs in accept()
        int number = web.takeNumber();
        Channel server = new ServerBootstrap()
                .group(group)
                .channelFactory(() -> new EpollServerDomainSocketChannel(number, true))
                .childHandler(new NettyHttp())
                .register() // not bind(), for it is bound
                .sync()
                .channel();
        Greeting.stopWith(() -> server.close().sync());
    }
}
