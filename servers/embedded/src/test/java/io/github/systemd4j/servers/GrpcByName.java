package io.github.systemd4j.servers;

import io.github.systemd4j.activation.Activation;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;

/** gRPC with a channel that its Netty is given. */
public final class GrpcByName {

    private GrpcByName() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", port);
        ServerSocketChannel web = Activation.fromEnvironment().bindOrAdopt("web", address);
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        Server server = NettyServerBuilder.forAddress(address)
                .channelFactory(() -> new BoundChannel(web))
                .bossEventLoopGroup(group)
                .workerEventLoopGroup(group)
                .addService(new HealthStatusManager().getHealthService())
                .build()
                .start();
        Greeting.stopWith(() -> server.shutdownNow().awaitTermination());
        server.awaitTermination();
    }

    /** gRPC binds by itself. */
    static final class BoundChannel extends NioServerSocketChannel {
        BoundChannel(ServerSocketChannel channel) {
            super(channel);
        }

        @Override
        protected void doBind(SocketAddress address) {}
    }
}
