package io.github.systemd4j.servers;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.InheritedDescriptor;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;

/** Netty 4.1's own transport on a descriptor. */
public final class Netty41Epoll {

    private Netty41Epoll() {}

    public static void main(String[] args) throws Exception {
        InheritedDescriptor web = Activation.fromEnvironment().first("web").orElseThrow();
        web.setNonBlocking(); // or its event loop hangs in accept()
        int number = web.takeNumber();
        Channel server = new ServerBootstrap()
                .group(new EpollEventLoopGroup(2))
                .channelFactory(() -> new EpollServerSocketChannel(number))
                .childHandler(new NettyHttp())
                .register() // not bind(), for it is bound
                .sync()
                .channel();
        Greeting.stopWith(() -> server.close().sync());
    }
}
