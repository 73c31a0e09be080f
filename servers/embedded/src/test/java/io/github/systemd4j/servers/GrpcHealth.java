package io.github.systemd4j.servers;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.net.InetSocketAddress;

/** gRPC with a port, on Netty's NIO transport. */
public final class GrpcHealth {

    private GrpcHealth() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        System.setProperty("io.netty.transport.noNative", "true"); // epoll binds without the JDK
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port))
                .addService(new HealthStatusManager().getHealthService())
                .build()
                .start();
        Greeting.stopWith(() -> server.shutdownNow().awaitTermination());
        server.awaitTermination();
    }
}
